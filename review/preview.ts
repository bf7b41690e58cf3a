/** Parses the output of `pulumi preview --json`. Keys that are not listed here are ignored. */
import { z } from "zod";

const properties = z.record(z.string(), z.unknown());

const stateSchema = z.object({
  type: z.string(),
  /** False for components and the stack itself, which are not real objects. */
  custom: z.boolean().default(false),
  inputs: properties.default({}),
  parent: z.string().default(""),
  protect: z.boolean().default(false),
  retainOnDelete: z.boolean().default(false),
});

/** All operations of the engine (`display.StepOp` of Pulumi 3.259). */
const operations = [
  "same",
  "create",
  "update",
  "delete",
  "replace",
  "create-replacement",
  "delete-replaced",
  "read",
  "read-replacement",
  "refresh",
  "discard",
  "discard-replaced",
  "remove-pending-replace",
  "import",
  "import-replacement",
] as const;

const stepSchema = z.object({
  op: z.enum(operations),
  urn: z.string(),
  oldState: stateSchema.optional(),
  newState: stateSchema.optional(),
  /** Properties that force a replacement, unordered. */
  replaceReasons: z.array(z.string()).nullish(),
  /** By property; missing from providers that report only that something differs. */
  detailedDiff: z.record(z.string(), z.object({ kind: z.string() })).nullish(),
});

const previewSchema = z.object({
  config: z.record(z.string(), z.unknown()).nullish(),
  steps: z.array(stepSchema).nullish(),
  diagnostics: z.array(z.object({ urn: z.string().optional(), message: z.string(), severity: z.string() })).nullish(),
});

export type ResourceState = z.infer<typeof stateSchema>;
export type Step = z.infer<typeof stepSchema>;
export type Diagnostic = NonNullable<z.infer<typeof previewSchema>["diagnostics"]>[number];

export interface Preview {
  /** Configuration of the stack, with secrets as `[secret]` and objects as JSON text. */
  readonly config: Readonly<Record<string, unknown>>;
  readonly steps: readonly Step[];
  readonly diagnostics: readonly Diagnostic[];
}

/** The input is not a preview. The message never quotes it, because it may contain secrets. */
export class PreviewError extends Error {
  override readonly name = "PreviewError";
}

/**
 * Parses the output of `pulumi preview --json`. Skips lines before the JSON, such as a warning of the CLI.
 *
 * @throws PreviewError when there is no JSON, or JSON of another shape
 */
export function parsePreview(text: string): Preview {
  const parsed = previewSchema.safeParse(json(text));
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new PreviewError(`no preview of Pulumi's: at ${issue?.path.join(".") || "the top"}: ${issue?.message}`);
  }
  const { config, steps, diagnostics } = parsed.data;
  // Every preview has both, even a failed one: without them this is other JSON.
  if (config == null && steps == null) throw new PreviewError("no preview of Pulumi's: neither config nor steps");
  return { config: config ?? {}, steps: steps ?? [], diagnostics: diagnostics ?? [] };
}

/** Key in which providers bridged from Terraform list the inputs that they filled in themselves: not an input of the program. */
const bridgeMark = "__defaults";

function withoutMark(key: string, value: unknown): unknown {
  return key === bridgeMark ? undefined : value;
}

function json(text: string): unknown {
  const begin = text.search(/^\{/m);
  if (begin === -1) throw new PreviewError("no JSON");
  try {
    const whole = begin === 0 ? text : text.slice(begin);
    return whole.includes(`"${bridgeMark}"`) ? JSON.parse(whole, withoutMark) : JSON.parse(whole);
  } catch {
    throw new PreviewError(
      "JSON that cannot be read: is it the whole output of `pulumi preview --json`, and nothing else?",
    );
  }
}

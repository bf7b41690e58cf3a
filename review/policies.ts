/** Policy violations of a preview. Its JSON omits them but keeps the lines that this project's pack prints (policy/index.ts). */
import { z } from "zod";
import { maskText } from "./mask.ts";
import { kindOf } from "./place.ts";
import type { Diagnostic } from "./preview.ts";

/** Environment of a preview whose JSON is read. */
export const printViolations = { POLICY_PRINT_VIOLATIONS: "true" };

const printed = /^policy violation: (\{.*\})\s*$/;

const violationSchema = z.object({ policy: z.string(), message: z.string(), urn: z.string().optional() });

/** Mandatory violations fail the preview; advisory ones do not. */
export interface PolicyViolation {
  readonly policy: string;
  readonly message: string;
  /** Kind and name; missing when the violation concerns the whole stack. */
  readonly resource?: string;
}

/** Sorted, without duplicates. */
export function violationsOf(diagnostics: readonly Diagnostic[]): readonly PolicyViolation[] {
  const found = diagnostics.flatMap(({ message }) => {
    const text = printed.exec(message.trim())?.[1];
    return text === undefined ? [] : [violation(text)];
  });
  const byKey = new Map(found.map((one) => [[one.policy, one.resource, one.message].join("\n"), one]));
  return [...byKey].sort(([one], [other]) => (one < other ? -1 : 1)).map(([, one]) => one);
}

function violation(text: string): PolicyViolation {
  const { policy, message, urn } = violationSchema.parse(JSON.parse(text));
  const [, , types = "", name = ""] = (urn ?? "").split("::");
  const kind = kindOf(types.split("$").at(-1) ?? "");
  return { policy, message: maskText(message), ...(urn !== undefined && { resource: `${kind} ${name}` }) };
}

/** Runs a Pulumi program without an engine and returns the resources that it would register. */
import * as pulumi from "@pulumi/pulumi";
import { computedAnswer, computedOutputs } from "./computed.ts";
import type { StackConfiguration } from "./stack-file.ts";

/** One registered resource. */
export interface Declared {
  readonly urn: string;
  readonly type: string;
  readonly name: string;
  readonly custom: boolean;
  /** Inputs, with secrets replaced by `maskedSecret`. */
  readonly inputs: Readonly<Record<string, unknown>>;
  /** Inputs as registered, with secrets in their envelope. */
  readonly raw: Readonly<Record<string, unknown>>;
  readonly protect: boolean;
  readonly retainOnDelete: boolean;
  /** Properties that matter when the resource is created and are ignored afterwards. */
  readonly ignoreChanges: readonly string[];
  readonly parent: string;
  readonly dependencies: readonly string[];
  readonly provider: string;
}

export const maskedSecret = "[secret]";
const secretMark = "4dabf18193072939515e22adb298388d";

export interface Program {
  readonly project: string;
  readonly stack: string;
  readonly configuration: StackConfiguration;
  /** Declares the resources; its return value is not registered. */
  readonly declare: () => unknown;
}

/**
 * Returns the resources in a stable order.
 *
 * @throws when two resources have the same URN, which the engine rejects but mocks accept
 */
export async function synthesize({ project, stack, configuration, declare }: Program): Promise<readonly Declared[]> {
  const declared: Declared[] = [];
  pulumi.runtime.setAllConfig({ ...configuration.values }, [...configuration.secretKeys]);
  // Answers like an API server, with the inputs. Secrets are masked, so that no name can contain one. An object without a name gets the
  // logical one.
  const newResource = ({ name, type, inputs }: pulumi.runtime.MockResourceArgs) => {
    const { metadata, ...others } = masked(inputs);
    const state = { metadata: { name, ...(metadata as object) }, ...others, ...computedOutputs(type, others) };
    return { id: `${name}-id`, state };
  };
  await pulumi.runtime.setMocks(
    { newResource, call: ({ token, inputs }) => computedAnswer(token, inputs) },
    project,
    stack,
    true,
  );
  recordRegistrations((request) => declared.push(describe(request, stack, project)));
  await declare();
  await pulumi.runtime.disconnect();
  refuseDuplicates(declared);
  return declared.sort((a, b) => (a.urn < b.urn ? -1 : 1));
}

/** The request to the engine; the mocks' own interface omits resource options. */
interface RegistrationRequest {
  getType(): string;
  getName(): string;
  getParent(): string;
  getCustom(): boolean;
  getProtect(): boolean;
  getRetainondelete(): boolean;
  getIgnorechangesList(): string[];
  getDependenciesList(): string[];
  getProvider(): string;
  getObject(): { toJavaScript(): Record<string, unknown> } | undefined;
}

interface Monitor {
  registerResource(request: RegistrationRequest, ...rest: unknown[]): unknown;
}

function recordRegistrations(record: (request: RegistrationRequest) => void): void {
  const monitor = pulumi.runtime.getMonitor() as unknown as Monitor;
  const register = monitor.registerResource.bind(monitor);
  monitor.registerResource = (request, ...rest) => {
    if (request.getType() !== "pulumi:pulumi:Stack") record(request);
    return register(request, ...rest);
  };
}

function describe(request: RegistrationRequest, stack: string, project: string): Declared {
  const parent = request.getParent();
  const parentType = parent === "" || parent.includes("pulumi:pulumi:Stack") ? "" : `${parent.split("::")[2]}$`;
  const raw = request.getObject()?.toJavaScript() ?? {};
  return {
    urn: `urn:pulumi:${stack}::${project}::${parentType}${request.getType()}::${request.getName()}`,
    type: request.getType(),
    name: request.getName(),
    custom: request.getCustom(),
    inputs: masked(raw),
    raw,
    protect: request.getProtect(),
    retainOnDelete: request.getRetainondelete(),
    ignoreChanges: request.getIgnorechangesList(),
    parent,
    dependencies: request.getDependenciesList(),
    provider: request.getProvider(),
  };
}

function masked(inputs: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return mask(inputs) as Record<string, unknown>;
}

function mask(value: unknown, secret = false): unknown {
  if (Array.isArray(value)) return value.map((item) => mask(item, secret));
  if (typeof value !== "object" || value === null) return secret ? maskedSecret : value;
  if (secretMark in value) return mask((value as { value?: unknown }).value, true);
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, mask(item, secret)]));
}

function refuseDuplicates(declared: readonly Declared[]): void {
  const seen = new Set<string>();
  for (const { urn } of declared) {
    if (seen.has(urn)) throw new Error(`two resources have the URN ${urn}`);
    seen.add(urn);
  }
}

/**
 * Resources as the engine sends them. @pulumi/policy 1.21 unwraps secrets before a rule sees them and throws when a rule reads an unknown
 * value. The message contains both, so this module reads it directly.
 */
import { createRequire } from "node:module";
import type { Resource, SecretValue } from "./rule.ts";
import { join, type Properties, unknownValue } from "./values.ts";

/** Fields that both protocol messages share: AnalyzeRequest for inputs, AnalyzerResource for the end of a run. */
interface Message {
  getUrn(): string;
  getType(): string;
  getName(): string;
  getProperties(): { toJavaScript(): Properties } | undefined;
  getOptions(): { getProtect(): boolean } | undefined;
}

const received = new Map<string, Resource>();
const converted = new WeakMap<Message, Resource>();

/** Starts recording every resource that the engine sends. Call once, before the pack serves. */
export function rememberResources(): void {
  const policy = createRequire(createRequire(import.meta.url).resolve("@pulumi/policy"));
  const { AnalyzeRequest, AnalyzerResource } = policy("@pulumi/pulumi/proto/analyzer_pb");
  for (const { prototype } of [AnalyzeRequest, AnalyzerResource] as { prototype: Message }[]) {
    const { getProperties } = prototype;
    prototype.getProperties = function (this: Message) {
      const properties = getProperties.call(this);
      const resource = converted.get(this) ?? convert(this, properties?.toJavaScript() ?? {});
      converted.set(this, resource);
      received.set(resource.urn, resource);
      return properties;
    };
  }
}

/**
 * The resource that a rule is currently checking.
 *
 * @throws Error when the message was not recorded, as after a change in @pulumi/policy: no rule can be trusted then
 */
export function receivedResource(urn: string): Resource {
  const resource = received.get(urn);
  if (resource === undefined) {
    throw new Error(`this version of @pulumi/policy reads resources in another way: received.ts has not seen ${urn}`);
  }
  return resource;
}

function convert(message: Message, properties: Properties): Resource {
  const secrets: SecretValue[] = [];
  return {
    urn: message.getUrn(),
    type: message.getType(),
    name: message.getName(),
    properties: plain(properties, "", secrets) as Properties,
    secrets,
    protect: message.getOptions()?.getProtect() ?? false,
  };
}

// Markers of Pulumi's protocol: sdk/go/common/resource/plugin/rpc.go and sig.go.
const signature = "4dabf18193072939515e22adb298388d";
const secretSignature = "1b47061264138c4ac30d75fd1eb44270";
const unknowns: ReadonlySet<unknown> = new Set([
  "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",
  "3eeb2bf0-c639-47a8-9e75-3b44932eb421",
  "04da6b54-80e4-46f7-96ec-b56ff0331ba9",
  "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
  "030794c1-ac77-496b-92df-f27374a8bd58",
  "e48ece36-62e2-4504-bad9-02848725956a",
  "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",
]);

/** The value without markers; appends secret values to `secrets`. */
export function plain(value: unknown, path: string, secrets: SecretValue[]): unknown {
  if (unknowns.has(value)) return unknownValue;
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map((item, index) => plain(item, join(path, String(index)), secrets));
  const object = value as Properties;
  if (object[signature] === secretSignature) {
    const open = plain(object["value"], path, secrets);
    secrets.push({ path, value: open });
    return open;
  }
  return Object.fromEntries(Object.entries(object).map(([key, item]) => [key, plain(item, join(path, key), secrets)]));
}

/**
 * A provider that stands in for one that cannot be had, at the engine rung only. It is strict where the real one is: inputs against the
 * SDK's own types, conflicts with what exists. It keeps what it made in a file of the folder that FAKE_STATE names, which a
 * test may fill and read. What it cannot prove: that the service itself takes the values.
 */
import { createHash } from "node:crypto";
import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import * as provider from "@pulumi/pulumi/provider/index.js";
import { type Failure, SdkTypes } from "./inputs.ts";

const requireFrom = createRequire(createRequire(import.meta.url).resolve("@pulumi/pulumi/package.json"));

// The SDK's server takes it for granted that a state comes along with a question; in an import there is none yet.
const { ReadRequest } = requireFrom("@pulumi/pulumi/proto/provider_pb.js");
const { Struct } = requireFrom("google-protobuf/google/protobuf/struct_pb.js");
const getProperties = ReadRequest.prototype.getProperties;
ReadRequest.prototype.getProperties = function () {
  return getProperties.call(this) ?? new Struct();
};

// Nor does it hand the provider's own configuration on.
const { ConfigureRequest } = requireFrom("@pulumi/pulumi/proto/provider_pb.js");
let configuration: Inputs = {};
const deserialize = ConfigureRequest.deserializeBinary;
ConfigureRequest.deserializeBinary = (bytes: Uint8Array) => {
  const request = deserialize(bytes);
  configuration = withoutEnvelopes(request.getArgs()?.toJavaScript() ?? {});
  return request;
};

/** The arguments of the provider resource, or of the stack's configuration. */
export function providerConfiguration(): Inputs {
  return configuration;
}

export type Inputs = Readonly<Record<string, unknown>>;

export interface Kept {
  readonly type: string;
  readonly id: string;
  readonly inputs: Inputs;
  /** What the service made of inputs, where that differs. */
  readonly found?: Inputs;
}

/** What a test and the fake share: resources by id, and facts about the service. */
export interface Service {
  readonly resources: readonly Kept[];
  readonly facts: Inputs;
  /** What was done, in order, such as `update Ruleset`. */
  readonly changes?: readonly string[];
}

export interface Behaviour {
  readonly sdk: string;
  readonly modules: readonly string[];
  /** Properties whose change makes another resource, for each type. */
  readonly replacing: Readonly<Record<string, readonly string[]>>;
  /** Whether it leaves the order of a replacement to Pulumi, as providers bridged from Terraform do. @default false */
  readonly createsBeforeDeleting?: boolean;
  /** Further failures of inputs. */
  readonly check?: (type: string, inputs: Inputs) => readonly Failure[];
  /** Throws what the service says when it refuses; `others` are all that exist but this one. */
  readonly admit: (type: string, inputs: Inputs, others: readonly Kept[], facts: Service["facts"]) => void;
  /** What the service adds. */
  readonly outputs: (type: string, id: string, inputs: Inputs) => Record<string, unknown>;
  /** The id that the provider gives such a resource, which there is once. @default one of its own for each */
  readonly idOf?: (type: string, inputs: Inputs) => string | undefined;
  /** Types that a deletion leaves at the service. @default none */
  readonly lasting?: readonly string[];
  /** Throws what the service says of a change or a deletion of what is gone. @default nothing */
  readonly missing?: (type: string) => void;
  /** Further properties whose change makes another resource, by how they change. @default none */
  readonly replacingChanges?: (type: string, before: Inputs, after: Inputs) => readonly string[];
  /** Does it, where there is something to do it to. Returns what the service made of inputs, where it reads that back. */
  readonly perform?: (change: Change) => Promise<Inputs | undefined>;
  readonly invoke?: (token: string, inputs: Inputs, service: Service) => Record<string, unknown>;
}

/** A creation has no `before`, a deletion no `after`. */
export interface Change {
  readonly type: string;
  readonly before?: Inputs;
  readonly after?: Inputs;
}

export class Fake implements provider.Provider {
  readonly version: string;
  readonly #behaviour: Behaviour;
  readonly #types: SdkTypes;

  constructor(version: string, behaviour: Behaviour) {
    this.version = version;
    this.#behaviour = behaviour;
    this.#types = new SdkTypes(behaviour.sdk, behaviour.modules);
  }

  async check(urn: string, _olds: Inputs, inputs: Inputs): Promise<provider.CheckResult> {
    const type = typeOf(urn);
    const open = withoutEnvelopes(inputs);
    const failures = [...this.#types.failures(type, open), ...(this.#behaviour.check?.(type, open) ?? [])];
    return { inputs, failures };
  }

  async diff(id: string, urn: string, olds: Inputs, news: Inputs): Promise<provider.DiffResult> {
    // Of what is gone the state tells: only a refresh finds that out.
    const state = () => Object.fromEntries(Object.keys(news).map((name) => [name, olds[name]]));
    const known = this.#load().resources.find((one) => one.id === id);
    const { inputs, found = {} } = known ?? { inputs: state() };
    const names = [...new Set([...Object.keys(inputs), ...Object.keys(news)])].filter((name) => !name.startsWith("__"));
    // What the service reads back counts where it is asked for; what is asked for no more, it may have as it has it.
    const same = (name: string) =>
      name in found
        ? !(name in news) || JSON.stringify(found[name]) === JSON.stringify(news[name])
        : JSON.stringify(inputs[name]) === JSON.stringify(news[name]);
    const changed = names.filter((name) => !same(name));
    const type = typeOf(urn);
    const replaces = [
      ...changed.filter((name) => this.#behaviour.replacing[type]?.includes(name)),
      ...(this.#behaviour.replacingChanges?.(type, withoutEnvelopes(inputs), withoutEnvelopes(news)) ?? []),
    ];
    return {
      changes: changed.length > 0,
      replaces,
      stables: [],
      deleteBeforeReplace: !this.#behaviour.createsBeforeDeleting,
    };
  }

  async create(urn: string, inputs: Inputs): Promise<provider.CreateResult> {
    const service = this.#load();
    const type = typeOf(urn);
    this.#behaviour.admit(type, inputs, service.resources, service.facts);
    // Two with the same inputs are two: keys, above all.
    const same = service.resources.filter((one) => one.type === type).length;
    const only = this.#behaviour.idOf?.(type, withoutEnvelopes(inputs));
    const id = only ?? hash(`${type} ${JSON.stringify(inputs)} ${same}`);
    const found = await this.#behaviour.perform?.({ type, after: withoutEnvelopes(inputs) });
    const kept = { type, id, inputs, ...(found && { found }) };
    this.#change("create", type, (resources) => [...resources.filter((one) => one.id !== only), kept]);
    return { id, outs: this.#outputs(kept) };
  }

  async update(id: string, urn: string, _olds: Inputs, inputs: Inputs): Promise<provider.UpdateResult> {
    const service = this.#load();
    const type = typeOf(urn);
    const known = service.resources.find((one) => one.id === id);
    if (known === undefined) this.#behaviour.missing?.(type);
    const before = known?.inputs ?? {};
    const others = service.resources.filter((one) => one.id !== id);
    this.#behaviour.admit(type, inputs, others, service.facts);
    const change = { type, before: withoutEnvelopes(before), after: withoutEnvelopes(inputs) };
    const found = await this.#behaviour.perform?.(change);
    const kept = { type, id, inputs, ...(found && { found }) };
    this.#change("update", type, (resources) => [...resources.filter((one) => one.id !== id), kept]);
    return { outs: this.#outputs(kept) };
  }

  async delete(id: string, urn: string): Promise<void> {
    const type = typeOf(urn);
    const gone = this.#load().resources.find((one) => one.id === id);
    if (gone === undefined) this.#behaviour.missing?.(type);
    if (this.#behaviour.lasting?.includes(type)) return;
    if (gone !== undefined) await this.#behaviour.perform?.({ type: gone.type, before: withoutEnvelopes(gone.inputs) });
    this.#change("delete", type, (resources) => resources.filter((one) => one.id !== id));
  }

  async read(id: string, _urn: string): Promise<provider.ReadResult> {
    const plainId = id.split("/").at(-1) ?? id;
    const { resources } = this.#load();
    const found = resources.find((one) => one.id === id) ?? resources.find((one) => one.id === plainId);
    if (found === undefined) return {};
    return { id: found.id, props: this.#outputs(found), inputs: found.inputs };
  }

  async invoke(token: string, inputs: Inputs): Promise<provider.InvokeResult> {
    if (this.#behaviour.invoke === undefined) throw new Error(`${token} is not played`);
    return { outputs: this.#behaviour.invoke(token, inputs, this.#load()) };
  }

  #outputs({ type, id, inputs, found }: Kept): Record<string, unknown> {
    return { ...inputs, ...found, ...this.#behaviour.outputs(type, id, withoutEnvelopes(inputs)) };
  }

  #load(): Service {
    const file = this.#file();
    return existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : { resources: [], facts: {} };
  }

  /** Reads again what another creation may have written since. */
  #change(operation: string, type: string, change: (resources: readonly Kept[]) => readonly Kept[]): void {
    const { resources, facts, changes = [] } = this.#load();
    const done = [...changes, `${operation} ${type.split(":").at(-1)}`];
    const service: Service = { resources: change(resources), facts, changes: done };
    // By another name first: the test may look at any moment.
    const file = this.#file();
    writeFileSync(`${file}.next`, JSON.stringify(service, null, 2));
    renameSync(`${file}.next`, file);
  }

  /** A file for each fake: two of them may work at the same time. */
  #file(): string {
    const folder = process.env["FAKE_STATE"];
    if (folder === undefined) throw new Error("FAKE_STATE names no folder");
    return join(folder, `${this.#behaviour.sdk.replace("@pulumi/", "")}.json`);
  }
}

/** Serves until the engine ends it. */
export function serve(fake: Fake): void {
  // The starter of plugins hands the engine's address on as the last argument.
  void provider.main(fake, process.argv.slice(2));
}

/** 32 hexadecimal digits, as services like them; the same for the same text. */
export function hash(text: string): string {
  return createHash("md5").update(text).digest("hex");
}

function typeOf(urn: string): string {
  return urn.split("::")[2]?.split("$").at(-1) ?? "";
}

const envelope = "4dabf18193072939515e22adb298388d";

/** Values without the mark of a secret around them. */
function withoutEnvelopes<Value>(value: Value): Value {
  if (typeof value !== "object" || value === null) return value;
  if (envelope in value) return (value as unknown as { value: Value }).value;
  if (Array.isArray(value)) return value.map(withoutEnvelopes) as Value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, withoutEnvelopes(item)])) as Value;
}

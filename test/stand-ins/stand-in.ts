/**
 * A provider that stands in for one that cannot be had, at the engine rung only. It is strict where the real one is: inputs against the
 * SDK's own types, conflicts with what exists. It keeps what it made in the file that STAND_IN_STATE names, which a test may fill
 * and read. What it cannot prove: that the service itself takes the values.
 */
import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
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

export type Inputs = Readonly<Record<string, unknown>>;

export interface Kept {
  readonly type: string;
  readonly id: string;
  readonly inputs: Inputs;
}

/** What a test and the stand-in share: resources by id, and facts about the service. */
export interface Service {
  readonly resources: Kept[];
  readonly facts: Inputs;
}

export interface Behaviour {
  readonly sdk: string;
  readonly modules: readonly string[];
  /** Properties whose change makes another resource, for each type. */
  readonly replacing: Readonly<Record<string, readonly string[]>>;
  /** Further failures of inputs. */
  readonly check?: (type: string, inputs: Inputs) => readonly Failure[];
  /** Throws what the service says when it refuses; `others` are all that exist but this one. */
  readonly admit: (type: string, inputs: Inputs, others: readonly Kept[], facts: Service["facts"]) => void;
  /** What the service adds. */
  readonly outputs: (type: string, id: string, inputs: Inputs) => Record<string, unknown>;
  readonly invoke?: (token: string, inputs: Inputs, service: Service) => Record<string, unknown>;
}

export class StandIn implements provider.Provider {
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
    const failures = [...this.#types.failures(type, inputs), ...(this.#behaviour.check?.(type, inputs) ?? [])];
    return { inputs, failures };
  }

  async diff(id: string, urn: string, _olds: Inputs, news: Inputs): Promise<provider.DiffResult> {
    const before = load().resources.find((one) => one.id === id)?.inputs ?? {};
    const names = [...new Set([...Object.keys(before), ...Object.keys(news)])].filter((name) => !name.startsWith("__"));
    const changed = names.filter((name) => JSON.stringify(before[name]) !== JSON.stringify(news[name]));
    const replaces = changed.filter((name) => this.#behaviour.replacing[typeOf(urn)]?.includes(name));
    return { changes: changed.length > 0, replaces, stables: [], deleteBeforeReplace: true };
  }

  async create(urn: string, inputs: Inputs): Promise<provider.CreateResult> {
    const service = load();
    const type = typeOf(urn);
    this.#behaviour.admit(type, inputs, service.resources, service.facts);
    const id = hash(`${type} ${JSON.stringify(inputs)}`);
    service.resources.push({ type, id, inputs });
    save(service);
    return { id, outs: this.#outputs(type, id, inputs) };
  }

  async update(id: string, urn: string, _olds: Inputs, inputs: Inputs): Promise<provider.UpdateResult> {
    const service = load();
    const type = typeOf(urn);
    const others = service.resources.filter((one) => one.id !== id);
    this.#behaviour.admit(type, inputs, others, service.facts);
    save({ ...service, resources: [...others, { type, id, inputs }] });
    return { outs: this.#outputs(type, id, inputs) };
  }

  async delete(id: string): Promise<void> {
    const service = load();
    save({ ...service, resources: service.resources.filter((one) => one.id !== id) });
  }

  async read(id: string, _urn: string): Promise<provider.ReadResult> {
    const plainId = id.split("/").at(-1) ?? id;
    const found = load().resources.find((one) => one.id === plainId);
    if (found === undefined) return {};
    return { id: plainId, props: this.#outputs(found.type, plainId, found.inputs), inputs: found.inputs };
  }

  async invoke(token: string, inputs: Inputs): Promise<provider.InvokeResult> {
    if (this.#behaviour.invoke === undefined) throw new Error(`${token} is not played`);
    return { outputs: this.#behaviour.invoke(token, inputs, load()) };
  }

  #outputs(type: string, id: string, inputs: Inputs): Record<string, unknown> {
    return { ...inputs, ...this.#behaviour.outputs(type, id, inputs) };
  }
}

/** Serves until the engine ends it. */
export function serve(standIn: StandIn): void {
  // The starter of plugins hands the engine's address on as the last argument.
  void provider.main(standIn, process.argv.slice(2));
}

/** 32 hexadecimal digits, as services like them; the same for the same text. */
export function hash(text: string): string {
  return createHash("md5").update(text).digest("hex");
}

function typeOf(urn: string): string {
  return urn.split("::")[2]?.split("$").at(-1) ?? "";
}

function load(): Service {
  const file = stateFile();
  return existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : { resources: [], facts: {} };
}

function save(service: Service): void {
  writeFileSync(stateFile(), JSON.stringify(service, null, 2));
}

function stateFile(): string {
  const file = process.env["STAND_IN_STATE"];
  if (file === undefined) throw new Error("STAND_IN_STATE names no file");
  return file;
}

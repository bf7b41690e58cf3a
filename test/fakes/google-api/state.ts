/** What the played API tells a test of everything that there is. */
import type { Properties } from "./calls.ts";
import type { Binding } from "./policies.ts";

export interface GoogleState {
  readonly servers: readonly ServerState[];
  readonly buckets: readonly BucketState[];
  readonly keys: readonly KeyState[];
  readonly accounts: readonly string[];
  readonly projects: readonly ProjectState[];
}

export interface ServerState {
  readonly name: string;
  readonly settings: Properties;
  readonly users: readonly string[];
}

export interface BucketState {
  readonly name: string;
  readonly bindings: readonly Binding[];
  readonly objects: readonly string[];
}

/** Also of those that are deleted, as the API has them. */
export interface KeyState {
  readonly accessId: string;
  readonly state: string;
}

export interface ProjectState {
  readonly name: string;
  readonly bindings: readonly Binding[];
}

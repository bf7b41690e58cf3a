/** The interface of a rule: a pure function from a planned resource to its findings. */
import type { RuleName } from "./rule-names.ts";
import type { Properties } from "./values.ts";

export const Level = {
  /** A violation fails the preview, and fails `up` before it touches the resource. */
  Mandatory: "mandatory",
  /** A violation is only printed. */
  Advisory: "advisory",
  /** Off until the pack's configuration gives it a level. */
  Disabled: "disabled",
} as const;
export type Level = (typeof Level)[keyof typeof Level];

/** A value that Pulumi keeps secret. Rules compare it but print only its path. */
export interface SecretValue {
  /** Such as `data.password`. */
  readonly path: string;
  readonly value: unknown;
}

/** A resource as the engine sends it. */
export interface Resource {
  readonly urn: string;
  /** Pulumi's type, such as `kubernetes:apps/v1:Deployment`. */
  readonly type: string;
  /** Logical name. */
  readonly name: string;
  /** Plain values; `unknownValue` stands for values that the preview cannot know. */
  readonly properties: Properties;
  readonly secrets: readonly SecretValue[];
  /** Whether Pulumi refuses to delete or replace it. */
  readonly protect: boolean;
}

/** The stack file's settings that rules need, and this rule's own configuration. */
export interface Context {
  /** `<project>:protection` of the stack's configuration, if set. */
  readonly protection: string | undefined;
  /** Zone of `<project>:cloudflare`, if set. */
  readonly zone: string | undefined;
  /** The rule's section of `--policy-pack-config`. */
  readonly settings: Properties;
}

interface RuleText {
  readonly name: RuleName;
  readonly level: Level;
  /** The requirement, in one sentence. */
  readonly demand: string;
  /** The reason, as a sentence after "Reason:". */
  readonly reason: string;
  /** The remedy, as a sentence after "Remedy:". */
  readonly remedy: string;
  /** JSON Schema of the settings that the rule reads. */
  readonly settings?: Readonly<Record<string, SettingSchema>>;
}

export interface SettingSchema {
  readonly type: "array" | "boolean";
  readonly description: string;
  readonly items?: { readonly type: "string" };
}

/** Checks one resource by its inputs, before it is changed. Findings contain paths, never values that may be secret. */
export interface ResourceRule extends RuleText {
  readonly check: (resource: Resource, context: Context) => readonly string[];
}

export interface Finding {
  readonly resource: Resource;
  readonly text: string;
}

/** Checks resources against each other, at the end of a preview or an update. */
export interface StackRule extends RuleText {
  readonly checkStack: (resources: readonly Resource[], context: Context) => readonly Finding[];
}

export type Rule = ResourceRule | StackRule;

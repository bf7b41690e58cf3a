/** What a rule is: a pure function from what the engine is about to do to what is wrong with it. */
import type { RuleName } from "./rule-names.ts";
import type { Properties } from "./values.ts";

export const Level = {
  /** A violation fails the preview, and `up` before the resource is touched. */
  Mandatory: "mandatory",
  /** A violation is printed. */
  Advisory: "advisory",
  /** Off until the pack's configuration gives it a level. */
  Disabled: "disabled",
} as const;
export type Level = (typeof Level)[keyof typeof Level];

/** A value that Pulumi keeps as a secret. Rules compare it, and print its path alone. */
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
  /** Plain values; a value that a preview cannot know is `unknownValue`. */
  readonly properties: Properties;
  readonly secrets: readonly SecretValue[];
  /** Whether Pulumi refuses to delete or replace it. */
  readonly protect: boolean;
}

/** What the stack file says about itself, and what the pack was told about this rule. */
export interface Context {
  /** `<project>:protection` of the stack's configuration; undefined where there is none. */
  readonly protection: string | undefined;
  /** Zone of `<project>:cloudflare`; undefined where there is none. */
  readonly zone: string | undefined;
  /** The rule's own part of `--policy-pack-config`. */
  readonly settings: Properties;
}

interface RuleText {
  readonly name: RuleName;
  readonly level: Level;
  /** What is asked for, in one sentence. */
  readonly demand: string;
  /** Why, as a sentence that stands after "Reason:". */
  readonly reason: string;
  /** What to do, as a sentence that stands after "Remedy:". */
  readonly remedy: string;
  /** JSON Schema of the settings that the rule reads. */
  readonly settings?: Readonly<Record<string, SettingSchema>>;
}

export interface SettingSchema {
  readonly type: "array" | "boolean";
  readonly description: string;
  readonly items?: { readonly type: "string" };
}

/** Judges one resource by its inputs, before anything happens to it. Findings name places, never values that may be secret. */
export interface ResourceRule extends RuleText {
  readonly check: (resource: Resource, context: Context) => readonly string[];
}

export interface Finding {
  readonly resource: Resource;
  readonly text: string;
}

/** Judges resources by one another, at the end of a preview or an update. */
export interface StackRule extends RuleText {
  readonly checkStack: (resources: readonly Resource[], context: Context) => readonly Finding[];
}

export type Rule = ResourceRule | StackRule;

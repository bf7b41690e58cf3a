/** Turns rules into the policies that Pulumi asks. */
import type {
  Policies,
  PolicyConfigSchema,
  ResourceValidation,
  ResourceValidationPolicy,
  StackValidationPolicy,
} from "@pulumi/policy";
import { Ledger } from "./ledger.ts";
import { receivedResource } from "./received.ts";
import { type Context, Level, type ResourceRule, type Rule, type StackRule } from "./rule.ts";
import type { StackSettings } from "./stack-settings.ts";
import type { Properties } from "./values.ts";

/** Ours have one validation each. */
type ResourcePolicy = ResourceValidationPolicy & { readonly validateResource: ResourceValidation };
type StackPolicy = StackValidationPolicy;

/** Name of the policy that says what the stack file's exceptions did. */
export const exceptionsPolicy = "policy-exceptions";
/** Name of the policy that refuses exceptions which nobody can read. */
export const readablePolicy = "readable-exceptions";

/** What a policy says, for those who do not see what Pulumi makes of it. */
export interface Violation {
  readonly policy: string;
  readonly message: string;
  /** Of the resource; missing where the stack as a whole is meant. */
  readonly urn?: string;
}

/** One policy for each rule, and two about exceptions. `today` as YYYY-MM-DD; `tell` hears every violation as well. */
export function policies(
  rules: readonly Rule[],
  stack: StackSettings,
  today: string,
  tell: (violation: Violation) => void = () => {},
): Policies {
  const ledger = new Ledger(stack.exceptions, today);
  const of = (rule: Rule) => ("check" in rule ? resourcePolicy(rule, stack, ledger) : stackPolicy(rule, stack, ledger));
  // The last one: it says what the others have met.
  return [...rules.map(of), readable(stack), exceptions(ledger)].map((policy) => told(policy, tell));
}

function told(
  policy: ResourcePolicy | StackPolicy,
  tell: (violation: Violation) => void,
): ResourceValidationPolicy | StackValidationPolicy {
  const { name } = policy;
  if ("validateStack" in policy) {
    return {
      ...policy,
      validateStack: (args, report) =>
        policy.validateStack(args, (message, urn) => {
          tell({ policy: name, message, ...(urn !== undefined && { urn }) });
          report(message, urn);
        }),
    };
  }
  return {
    ...policy,
    validateResource: (args, report) =>
      policy.validateResource(args, (message) => {
        tell({ policy: name, message, urn: args.urn });
        report(message);
      }),
  };
}

function resourcePolicy(rule: ResourceRule, stack: StackSettings, ledger: Ledger): ResourcePolicy {
  return {
    ...described(rule),
    validateResource: ({ urn, getConfig }, report) => {
      const resource = receivedResource(urn);
      for (const text of rule.check(resource, context(stack, getConfig()))) {
        const message = ledger.judge(rule, { resource, text });
        if (message !== undefined) report(message);
      }
    },
  };
}

function stackPolicy(rule: StackRule, stack: StackSettings, ledger: Ledger): StackPolicy {
  return {
    ...described(rule),
    validateStack: ({ resources, getConfig }, report) => {
      const all = resources.map(({ urn }) => receivedResource(urn));
      for (const finding of rule.checkStack(all, context(stack, getConfig()))) {
        const message = ledger.judge(rule, finding);
        if (message !== undefined) report(message, finding.resource.urn);
      }
    },
  };
}

function readable({ mistakes }: StackSettings): StackPolicy {
  return {
    name: readablePolicy,
    description: "Exceptions say rule, resource, reason and the day on which they expire.",
    enforcementLevel: Level.Mandatory,
    validateStack: (_args, report) => {
      for (const mistake of mistakes) report(mistake);
    },
  };
}

function exceptions(ledger: Ledger): StackPolicy {
  return {
    name: exceptionsPolicy,
    description: "Exceptions of the stack file, and what they except.",
    enforcementLevel: Level.Advisory,
    validateStack: (_args, report) => {
      for (const { text, urn } of ledger.notes()) report(text, urn);
    },
  };
}

function described({ name, demand, level, remedy, settings }: Rule) {
  const configSchema: PolicyConfigSchema | undefined = settings && { properties: { ...settings } as never };
  return {
    name,
    description: demand,
    enforcementLevel: level,
    remediationSteps: remedy,
    ...(configSchema !== undefined && { configSchema }),
  };
}

function context({ protection, zone }: StackSettings, settings: Properties): Context {
  return { protection, zone, settings };
}

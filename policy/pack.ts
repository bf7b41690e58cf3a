/** Turns rules into Pulumi policies. */
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

/** `validateResource` is one function here, never a list. */
type ResourcePolicy = ResourceValidationPolicy & { readonly validateResource: ResourceValidation };
type StackPolicy = StackValidationPolicy;

/** Name of the policy that reports which exceptions were used. */
export const exceptionsPolicy = "policy-exceptions";
/** Name of the policy that rejects invalid exceptions. */
export const readablePolicy = "readable-exceptions";

/** A violation, for consumers that do not see Pulumi's own report of it. */
export interface Violation {
  readonly policy: string;
  readonly message: string;
  /** The resource's URN; missing when the violation concerns the whole stack. */
  readonly urn?: string;
}

/** One policy per rule, plus two about exceptions. `today` as YYYY-MM-DD; `tell` also receives every violation. */
export function policies(
  rules: readonly Rule[],
  stack: StackSettings,
  today: string,
  tell: (violation: Violation) => void = () => {},
): Policies {
  const ledger = new Ledger(stack.exceptions, today);
  const of = (rule: Rule) => ("check" in rule ? resourcePolicy(rule, stack, ledger) : stackPolicy(rule, stack, ledger));
  // Last: it reports which exceptions the other policies used.
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

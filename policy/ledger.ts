/** Compares findings with the stack file's exceptions: which findings count, and what to report about the exceptions. */
import { covers, isExpired, type PolicyException } from "./exceptions.ts";
import type { Finding, Resource, Rule } from "./rule.ts";

/** A message about an exception; without a resource it concerns the stack file. */
export interface Note {
  readonly urn?: string;
  readonly text: string;
}

export class Ledger {
  readonly #exceptions: readonly PolicyException[];
  readonly #today: string;
  readonly #matched = new Set<PolicyException>();
  readonly #excepted = new Map<string, Note>();

  /** `today` as YYYY-MM-DD. */
  constructor(exceptions: readonly PolicyException[], today: string) {
    this.#exceptions = exceptions;
    this.#today = today;
  }

  /** The message of a violation; undefined where a valid exception covers it. */
  judge(rule: Rule, { resource, text }: Finding): string | undefined {
    const matching = this.#exceptions.filter((exception) => covers(exception, rule.name, resource.name));
    for (const exception of matching) this.#matched.add(exception);
    const valid = matching.find((exception) => !isExpired(exception, this.#today));
    if (valid !== undefined) {
      this.#note(rule, resource, text, valid);
      return undefined;
    }
    const [expired] = matching;
    const end =
      expired === undefined ? "" : ` The exception for it expired on ${expired.expires} and no longer counts.`;
    return `${sentence(text)} Reason: ${sentence(rule.reason)} Remedy: ${sentence(rule.remedy)}${end}`;
  }

  /** At the end of a run: the exceptions that were used, and those that are not needed. */
  notes(): readonly Note[] {
    const unused = this.#exceptions.filter((exception) => !this.#matched.has(exception));
    return [
      ...this.#excepted.values(),
      ...unused.map(({ rule, resource }) => ({
        text: `The exception from ${rule} for ${resource} matches no violation: remove it from policyExceptions.`,
      })),
    ];
  }

  #note(rule: Rule, { urn }: Resource, text: string, { expires, reason }: PolicyException): void {
    const said = `Excepted from ${rule.name} until ${expires}: ${sentence(text)} Reason of the exception: ${sentence(reason)}`;
    this.#excepted.set(`${urn} ${said}`, { urn, text: said });
  }
}

function sentence(text: string): string {
  const end = /[.!?]$/.test(text) ? "" : ".";
  return `${text}${end}`;
}

/** All rules. A new one needs a function and an entry here; docs/review.md says what its class requires of a reviewer. */
import type { Change } from "../changes.ts";
import { maskText } from "../mask.ts";
import { kindOf } from "../place.ts";
import { type Finding, type Risk, riskClasses } from "../risk.ts";
import { credentials, exposure, permissions } from "./access.ts";
import { lostHolder, smallerStorage, weakerGuard } from "./data.ts";
import { interruption, migration, otherImage } from "./service.ts";

export type Rule = (change: Change) => Risk | undefined;

export const rules: readonly Rule[] = [
  lostHolder,
  smallerStorage,
  weakerGuard,
  interruption,
  migration,
  credentials,
  permissions,
  exposure,
  otherImage,
];

/** Findings of all rules, gravest first; the same finding about several objects of one site is one line. */
export function findingsOf(changes: readonly Change[]): readonly Finding[] {
  const findings = new Map<
    string,
    { readonly finding: Finding; readonly parts: Set<string>; readonly resources: string[] }
  >();
  for (const change of changes) {
    for (const rule of rules) {
      const risk = rule(change);
      if (risk === undefined) continue;
      const text = maskText(risk.text);
      const key = [risk.class, change.instance, text].join("\n");
      const found = findings.get(key) ?? {
        finding: { class: risk.class, text, instance: change.instance, part: change.part, resources: [] },
        parts: new Set<string>(),
        resources: [],
      };
      found.parts.add(change.part);
      found.resources.push(`${kindOf(change.type)} ${change.name}`);
      findings.set(key, found);
    }
  }
  const list = [...findings.values()].map(({ finding, parts, resources }) => ({
    ...finding,
    part: [...parts].join(", "),
    resources,
  }));
  // Array.sort is stable: within a class the order of the changes stays.
  return list.sort((one, other) => riskClasses.indexOf(one.class) - riskClasses.indexOf(other.class));
}

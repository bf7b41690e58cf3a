/** What an exception in a stack file does to a finding, and what is said about exceptions themselves. */
import { describe, expect, test } from "vitest";
import { covers, dayOf, isExpired, type PolicyException, readExceptions } from "../../policy/exceptions.ts";
import { Ledger } from "../../policy/ledger.ts";
import type { Resource } from "../../policy/rule.ts";
import { RuleName } from "../../policy/rule-names.ts";
import { rules } from "../../policy/rules.ts";
import { readStackSettings } from "../../policy/stack-settings.ts";

const exception: PolicyException = {
  rule: RuleName.Probes,
  resource: "opendata-web",
  reason: "a guest",
  expires: "2027-01-31",
};
const resource: Resource = {
  urn: "urn:pulumi:dev::ckan::kubernetes:apps/v1:Deployment::opendata-web",
  type: "kubernetes:apps/v1:Deployment",
  name: "opendata-web",
  properties: {},
  secrets: [],
  protect: false,
};
const [probes] = rules.filter(({ name }) => name === RuleName.Probes);
const judged = (ledger: Ledger) =>
  probes === undefined
    ? "no such rule"
    : ledger.judge(probes, { resource, text: "container web has no readinessProbe" });

describe("an exception", () => {
  test.each([
    ["its own resource", "opendata-web", "opendata-web", true],
    ["no longer name", "opendata-web", "opendata-web-2", false],
    ["no other resource", "opendata-web", "opendata-worker", false],
    ["every ending behind an asterisk", "opendata-web-*", "opendata-web-1a2b3c4d", true],
    ["no other beginning", "opendata-web-*", "opendata-worker-1a2b3c4d", false],
  ])("covers %s", (_name, named, found, covered) => {
    expect(covers({ ...exception, resource: named }, RuleName.Probes, found)).toBe(covered);
    expect(covers({ ...exception, resource: named }, RuleName.Labels, found)).toBe(false);
  });

  test.each([
    ["2027-01-30", false],
    ["2027-01-31", false],
    ["2027-02-01", true],
    ["2028-01-01", true],
  ])("on %s has expired: %s", (today, expired) => {
    expect(isExpired(exception, today)).toBe(expired);
  });

  test.each([
    ["2027-01-31", "2027-01-31"],
    ["2028-02-29", "2028-02-29"],
    // What Pulumi makes of a day without quotation marks.
    ["2027-01-31 00:00:00 +0000 UTC", "2027-01-31"],
    ["2027-01-31 12:00:00 +0000 UTC", undefined],
    ["2027-02-29", undefined],
    ["2027-13-01", undefined],
    ["2027-1-31", undefined],
    [20270131, undefined],
  ])("that ends on %s ends on the day %s", (written, day) => {
    expect(dayOf(written)).toBe(day);
    const { exceptions } = readExceptions([{ ...exception, expires: written }]);
    expect(exceptions.map(({ expires }) => expires)).toEqual(day === undefined ? [] : [day]);
  });
});

describe("the ledger", () => {
  test("lets a finding pass that is excepted, and says so with the reason", () => {
    const ledger = new Ledger([exception], "2027-01-31");
    expect(judged(ledger)).toBeUndefined();
    expect(ledger.notes()).toEqual([
      {
        urn: resource.urn,
        text: "Excepted from probes until 2027-01-31: container web has no readinessProbe. Reason of the exception: a guest.",
      },
    ]);
  });

  test("counts an expired exception no more, and does not call it unused", () => {
    const ledger = new Ledger([exception], "2027-02-01");
    expect(judged(ledger)).toBe(
      `container web has no readinessProbe. Reason: ${probes?.reason}. Remedy: ${probes?.remedy}. The exception for it expired on 2027-01-31 and no longer counts.`,
    );
    expect(ledger.notes()).toEqual([]);
  });

  test("says which exceptions nothing needs", () => {
    const ledger = new Ledger([exception, { ...exception, rule: RuleName.Labels }], "2027-01-31");
    judged(ledger);
    expect(ledger.notes().slice(1)).toEqual([
      { text: "The exception from labels for opendata-web matches no violation: remove it from policyExceptions." },
    ]);
  });

  test("says a finding once that the engine asks about twice", () => {
    const ledger = new Ledger([exception], "2027-01-31");
    judged(ledger);
    judged(ledger);
    expect(ledger.notes().length).toBe(1);
  });
});

describe("the configuration of a stack", () => {
  test("is read from the stack's own namespace", () => {
    const all = {
      "portal:policyExceptions": JSON.stringify([exception]),
      "portal:cloudflare": JSON.stringify({ zone: "example.org", plan: "pro" }),
      "portal:protection": "retained",
      "ckan:policyExceptions": JSON.stringify([{ ...exception, resource: "of-another-project" }]),
    };
    expect(readStackSettings(all, "portal")).toEqual({
      exceptions: [exception],
      mistakes: [],
      protection: "retained",
      zone: "example.org",
    });
  });

  test("may be without any of it", () => {
    expect(readStackSettings({}, "portal")).toEqual({
      exceptions: [],
      mistakes: [],
      protection: undefined,
      zone: undefined,
    });
  });

  test("that cannot be read is a mistake, and what can be read of it counts", () => {
    expect(readExceptions("probes")).toEqual({ exceptions: [], mistakes: ["policyExceptions: expected a list"] });
    const { exceptions, mistakes } = readExceptions([exception, { rule: "probe", resource: "*", until: "never" }, 3]);
    expect(exceptions).toEqual([exception]);
    expect(mistakes).toEqual([
      `policyExceptions.1.rule: expected a rule: ${Object.values(RuleName).join(", ")}`,
      "policyExceptions.1.resource: expected the logical name of a resource, such as opendata-web",
      "policyExceptions.1.reason: expected a reason",
      "policyExceptions.1.expires: expected a day such as 2027-01-31",
      "policyExceptions.1.until: expected nothing here: this key is unknown",
      "policyExceptions.2: expected rule, resource, reason and expires",
    ]);
  });
});

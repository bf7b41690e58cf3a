/**
 * The policy pack through Pulumi's own mechanism, `--policy-pack`, with the real CLI, engine and API server: what breaks each rule and
 * what does not, exceptions, the pack's configuration, and the committed stacks. Google and Cloudflare are played.
 */
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import type { Rule } from "../../policy/rule.ts";
import { rules } from "../../policy/rules.ts";
import { type Case, cases, configured, kept, password, surroundings, typed } from "../policy/cases/cases.ts";
import { bucket, claim, type Declaration, deployment, object, type Settings, zone } from "../policy/cases/objects.ts";
import { Engine, type Run, readStackFile, rootSecret, type StackFile } from "./support/engine.ts";
import { startProduction } from "./support/production.ts";

const pack = fileURLToPath(new URL("../../policy", import.meta.url));

interface Violation {
  readonly policy: string;
  readonly level: string;
  readonly resource: string;
  readonly message: string;
}

interface Outcome extends Run {
  readonly violations: readonly Violation[];
}

/** Runs a command with the pack, and reads what the engine says about policies. */
function withPack(engine: Engine, command: readonly string[], settings?: Readonly<Record<string, Settings>>): Outcome {
  const log = join(engine.folder, "events.json");
  rmSync(log, { force: true });
  // The log of events is among the CLI's commands for debugging.
  vi.stubEnv("PULUMI_DEBUG_COMMANDS", "true");
  const file = join(engine.folder, "policy-config.json");
  writeFileSync(file, JSON.stringify(settings ?? {}));
  const more = settings === undefined ? [] : ["--policy-pack-config", file];
  const run = engine.pulumi(...command, "--policy-pack", pack, ...more, "--event-log", log);
  const events = readFileSync(log, "utf8")
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as { policyEvent?: PolicyEvent });
  const violations = events.flatMap(({ policyEvent }) => (policyEvent === undefined ? [] : [violation(policyEvent)]));
  return { ...run, violations };
}

interface PolicyEvent {
  readonly policyName: string;
  readonly enforcementLevel: string;
  readonly resourceUrn?: string;
  readonly message: string;
}

/** Without the rule's demand, which the engine puts into the first line. */
function violation({ policyName, enforcementLevel, resourceUrn = "", message }: PolicyEvent): Violation {
  const [, , type = "", name = ""] = resourceUrn.split("::");
  const resource = type === "pulumi:pulumi:Stack" || type === "" ? "<stack>" : name;
  const [, ...lines] = message.trim().split("\n");
  return { policy: policyName, level: enforcementLevel, resource, message: lines.join("\n") };
}

/** What a rule says about a case, as the engine reports it. */
function expected({ rule: name, findings }: Case, level?: string): readonly Violation[] {
  const rule = rules.find((one) => one.name === name) as Rule;
  const why = `Reason: ${rule.reason}. Remedy: ${rule.remedy}`;
  return findings.map(([resource, text]) => ({
    policy: name,
    level: level ?? rule.level,
    resource,
    message: `${text}. ${why.endsWith(".") ? why : `${why}.`}`,
  }));
}

/** In one order, whatever the order in which the engine came across them. */
function sorted(violations: readonly Violation[]): readonly Violation[] {
  const key = ({ policy, resource, message }: Violation) => `${policy} ${resource} ${message}`;
  return violations.toSorted((a, b) => (key(a) < key(b) ? -1 : 1));
}

const outputsOf = (read: (one: Case) => Settings | undefined) => Object.assign({}, ...cases.map(read));

describe("a stack of another team", () => {
  let engine: Engine;

  beforeAll(async () => {
    engine = await Engine.start(["gcp", "cloudflare"], "test/policy/cases/program.ts");
  });
  afterAll(() => engine.stop());

  function declare(declarations: readonly Declaration[], outputs: Settings = {}, more: StackFile = {}): void {
    const file = join(engine.folder, "declarations.json");
    writeFileSync(file, JSON.stringify({ declarations: [...surroundings, ...declarations], outputs }));
    engine.write({ "ckan:declarations": file, "ckan:cloudflare": { zone }, ...more });
  }

  test("that breaks every rule is refused with each finding, its reason and its remedy, and without a secret", () => {
    declare(
      cases.flatMap(({ bad }) => bad),
      outputsOf(({ badOutputs }) => badOutputs),
    );
    const { code, violations } = withPack(engine, ["preview"]);
    expect(sorted(violations)).toEqual(sorted(cases.flatMap((one) => expected(one))));
    expect(code).not.toBe(0);
    const said = violations.map(({ message }) => message).join();
    expect([password, kept, typed].filter((value) => said.includes(value))).toEqual([]);
  });

  test("that breaks none passes", () => {
    declare(
      cases.flatMap(({ good }) => good),
      outputsOf(({ goodOutputs }) => goodOutputs),
    );
    const { code, violations } = withPack(engine, ["preview"]);
    expect({ code, violations }).toEqual({ code: 0, violations: [] });
  });

  test("is judged by the settings of the pack where there are some", () => {
    declare(configured.flatMap(({ good, bad }) => [...good, ...bad]));
    const settings = Object.fromEntries(configured.map(({ rule, settings }) => [rule, settings]));
    const { code, violations } = withPack(engine, ["preview"], settings);
    const wanted = configured.flatMap((one) => expected(one, one.settings["enforcementLevel"] as string | undefined));
    expect(sorted(violations)).toEqual(sorted(wanted));
    expect(code).not.toBe(0);
  });

  test("may say that its data may go", () => {
    const loose = [claim("loose-claim"), { ...bucket("loose-bucket"), protect: false }];
    declare(loose, {}, { "ckan:protection": "retained" });
    const { code, violations } = withPack(engine, ["preview"]);
    expect({ code, violations }).toEqual({ code: 0, violations: [] });
  });

  test("is not touched by an up that breaks a rule, not even without a preview", () => {
    const breaking = object("core/v1", "ConfigMap", "breaking", { data: { url: "https://ckan:hunter2@host/" } });
    declare([breaking]);
    const { code, violations } = withPack(engine, ["up", "--yes", "--skip-preview"]);
    expect(code).not.toBe(0);
    expect(violations.map(({ policy, resource }) => [policy, resource])).toEqual([["plain-secrets", "breaking"]]);
    const names = engine.kubernetes("configmaps", "--all-namespaces").items.map(({ metadata }) => metadata.name);
    expect(names).not.toContain("breaking");
  });

  describe("with exceptions", () => {
    const except = (rule: string, resource: string, expires: string) => ({
      rule,
      resource,
      expires,
      reason: "a guest of the summer",
    });

    afterEach(() => {
      vi.unstubAllEnvs();
    });

    function exceptedOn(today: string, exceptions: unknown): Outcome {
      vi.stubEnv("POLICY_TODAY", today);
      const breaking = [claim("guest-claim"), deployment("guest-1a2b", {}, { readinessProbe: undefined })];
      declare(breaking, {}, { "ckan:policyExceptions": exceptions });
      return withPack(engine, ["preview"]);
    }

    const exceptions = [
      except("state-protected", "guest-claim", "2026-08-31"),
      except("probes", "guest-*", "2026-08-31"),
      except("labels", "guest-claim", "2026-08-31"),
    ];
    const note = (resource: string, message: string) => ({
      policy: "policy-exceptions",
      level: "advisory",
      resource,
      message,
    });
    const unused = note(
      "<stack>",
      "The exception from labels for guest-claim matches no violation: remove it from policyExceptions.",
    );

    test("passes to the last day of each, and names each with its reason", () => {
      const { code, violations } = exceptedOn("2026-08-31", exceptions);
      expect(sorted(violations)).toEqual(
        sorted([
          note(
            "guest-claim",
            "Excepted from state-protected until 2026-08-31: it holds data and may be deleted or replaced. Reason of the exception: a guest of the summer.",
          ),
          note(
            "guest-1a2b",
            "Excepted from probes until 2026-08-31: container web has no readinessProbe. Reason of the exception: a guest of the summer.",
          ),
          unused,
        ]),
      );
      expect(code).toBe(0);
    });

    test("is refused on the day after, and told why", () => {
      const { code, violations } = exceptedOn("2026-09-01", exceptions);
      expect(violations.map(({ policy, level, resource }) => `${level} ${policy} ${resource}`).sort()).toEqual([
        "advisory policy-exceptions <stack>",
        "advisory probes guest-1a2b",
        "mandatory state-protected guest-claim",
      ]);
      const messages = violations.filter(({ policy }) => policy !== "policy-exceptions").map(({ message }) => message);
      const ending = " The exception for it expired on 2026-08-31 and no longer counts.";
      expect(messages.filter((message) => !message.endsWith(ending))).toEqual([]);
      expect(code).not.toBe(0);
    });

    test("that nobody can read is refused", () => {
      const { code, violations } = exceptedOn("2026-08-31", [
        ...exceptions,
        { rule: "probe", resource: "x", reason: "y" },
      ]);
      const unreadable = violations.filter(({ policy }) => policy === "readable-exceptions");
      expect(unreadable.map(({ level, message }) => [level, message.slice(0, 40)])).toEqual([
        ["mandatory", "policyExceptions.3.rule: expected a rule"],
        ["mandatory", "policyExceptions.3.expires: expected a d"],
      ]);
      expect(code).not.toBe(0);
    });
  });
});

describe("the committed stacks", () => {
  let engine: Engine;

  beforeAll(async () => {
    engine = await startProduction();
  });
  afterAll(() => engine.stop());

  test.each([
    ["dev", 56],
    ["staging", 73],
    ["prod", 91],
  ])("%s keeps to every rule, and excepts nothing", (stack, resources) => {
    const file = readStackFile(stack);
    engine.write({ ...file, "ckan:cluster": { ...(file["ckan:cluster"] as object), context: "ckan-local" } });
    engine.setSecret("rootSecret", rootSecret);
    const { code, output, violations } = withPack(engine, ["preview"]);
    expect({ code, violations }).toEqual({ code: 0, violations: [] });
    expect(output).toContain(`+ ${resources} to create`);
  });
});

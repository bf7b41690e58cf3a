/**
 * Changes as people make them in stack files, previewed by the real CLI, engine and API server, and what the review report says of
 * each. Google and Cloudflare are played by strict fakes, operators by the test. The reports are golden files; what the report
 * reads of each preview is kept beside them for tests without an engine. `vitest --update` writes both anew. With Google's real provider,
 * whose previews are more exact, only the risks are compared: the files are those of the fake, which everybody has.
 */
import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { apiToken } from "../../ckan/api-token.ts";
import { deriveSecret } from "../../components/site/credentials.ts";
import { Purpose } from "../../components/site/purposes.ts";
import { reduced, withoutHashes } from "../review/recording.ts";
import { found, type KnownSecret, spellings } from "../support/secret-leaks.ts";
import { withControllers } from "./support/controllers.ts";
import { Engine, rootSecret, type StackFile } from "./support/engine.ts";
import { startProduction } from "./support/production.ts";
import { type Edit, edited, ofSite, production, setting, twoSites } from "./support/review-changes.ts";

const root = join(import.meta.dirname, "..", "..");
const operators = ["Certificate", "Gateway", "HTTPRoute", "ScaledObject"];
const gate = ["data-loss", "data-detached"];

interface Case {
  /** Name of the golden file. */
  readonly name: string;
  readonly edits: readonly Edit[];
  /** Risk classes of the report. */
  readonly risks: readonly string[];
  /** How the report ends: 1 when the preview fails, 3 when data are at risk. @default 0 */
  readonly code?: number;
}

const limits = { login: { requests: 20, periodSeconds: 60, blockSeconds: 600 } };
const readers = ["group:statistics@example.org", "group:press@example.org"];
const exceptions = [
  { rule: "image-pinned", resource: "opendata-web", reason: "Tried until the next release", expires: "2026-03-31" },
];

const ofProduction: readonly Case[] = [
  { name: "no-change", edits: [], risks: [] },
  { name: "scale", edits: [setting("web.scaling.maximum", 12)], risks: [] },
  { name: "image-bump", edits: [setting("ckan.image", "registry.example.org/ckan/ckan:2.11.5-4")], risks: ["image"] },
  {
    name: "ckan-upgrade",
    edits: [setting("ckan.version", "2.11.6"), setting("ckan.image", "registry.example.org/ckan/ckan:2.11.6-1")],
    risks: ["migration", "image"],
  },
  { name: "storage-growth", edits: [setting("search.storage", "50Gi")], risks: [] },
  { name: "storage-shrink", edits: [setting("search.storage", "10Gi")], risks: ["data-loss"], code: 1 },
  {
    name: "host-change",
    edits: [ofSite("opendata", "host", "www.example.org"), ofSite("opendata", "dns.redirects", ["data.example.org"])],
    risks: ["exposure"],
  },
  { name: "rate-limit", edits: [{ path: ["ckan:cloudflare", "rateLimits"], value: limits }], risks: ["exposure"] },
  { name: "bucket-reader", edits: [setting("files.readers", readers)], risks: ["permissions"] },
  {
    name: "credentials-rotation",
    edits: [ofSite("opendata", "generations", { database: 2, files: 2, queue: 2 })],
    risks: ["interruption", "credentials"],
  },
  {
    name: "outgoing-network",
    edits: [setting("outgoing", [{ networks: ["192.0.2.0/24"], port: 443 }])],
    risks: ["permissions"],
  },
  {
    name: "ckan-settings",
    edits: [setting("ckan.settings", { "ckan.auth.create_user_via_web": true, "ckan.locales_offered": "en de" })],
    risks: ["permissions"],
  },
  {
    name: "plugins",
    edits: [setting("ckan.plugins", ["activity", "datastore", "text_view", "xloader", "s3filestore", "envvars"])],
    risks: ["migration"],
  },
  {
    name: "database-moved",
    edits: [setting("database.region", "europe-west4")],
    risks: ["data-detached"],
    code: 1,
  },
  { name: "protection-lowered", edits: [{ path: ["ckan:protection"], value: "disposable" }], risks: ["protection"] },
  { name: "mistake", edits: [setting("search.heap", "9Gi")], risks: [], code: 1 },
];

const ofTwoSites: readonly Case[] = [
  {
    name: "instance-added",
    edits: [
      ofSite("parks", "", {
        host: "localhost",
        exposure: { kind: "node-port", nodePort: 30502 },
        administrator: { email: "parks@example.org" },
      }),
    ],
    risks: [],
  },
  {
    name: "instance-removed",
    edits: [ofSite("geodata", "", undefined)],
    risks: ["data-detached", "interruption"],
    code: 3,
  },
  {
    name: "part-renamed",
    edits: [ofSite("opendata", "workers.bulk", undefined), ofSite("opendata", "workers.large", { queues: ["bulk"] })],
    risks: ["interruption", "permissions"],
  },
];

/** The same sites, of which nothing is worth keeping. */
const ofDisposable: readonly Case[] = [
  {
    name: "instance-removed-with-its-data",
    edits: [ofSite("geodata", "", undefined)],
    risks: ["data-loss", "interruption"],
    code: 3,
  },
];

const stacks = [
  { stack: "production", file: production(), cases: ofProduction, withServices: true },
  { stack: "two-sites", file: twoSites(), cases: ofTwoSites, withServices: false },
  {
    stack: "disposable",
    file: edited(twoSites(), { path: ["ckan:protection"], value: "disposable" }),
    cases: ofDisposable,
    withServices: false,
  },
];

describe.each(stacks)("Of $stack", ({ stack, file, cases, withServices }) => {
  let engine: Engine;

  beforeAll(async () => {
    engine = withServices ? await startProduction() : await Engine.start();
    configure(file);
    const up = engine.begin("up", "--yes", "--skip-preview");
    const { code, output } = withServices ? await withControllers(engine, up, operators) : await up.ended;
    if (code !== 0) throw new Error(output);
  });

  afterAll(() => engine.stop());

  test.each(cases)(
    "the report of $name is the golden one and names its risks",
    async ({ name, edits, risks, code = 0 }) => {
      const preview = previewOf(edits);
      const report = review(`${stack}=${preview}`);
      expect([report.code, report.classes]).toEqual([code, risks]);
      expect(found(report.everything, spellings(secrets(engine)))).toEqual([]);
      expect(report.markdown).not.toContain("__defaults");
      if (withServices && engine.google.call !== undefined) return;
      await expect(withoutHashes(report.markdown)).toMatchFileSnapshot(
        join(root, "test/review/golden", stack, `${name}.md`),
      );
      const kept = join(root, "test/review/previews", stack, `${name}.json`);
      await expect(reduced(readFileSync(preview, "utf8"))).toMatchFileSnapshot(kept);
    },
  );

  if (stack === "production")
    test("the report that starts the preview itself is the same as of its record", () => {
      const [recorded] = [review(`dev=${previewOf([setting("web.scaling.maximum", 12)])}`)];
      const live = review(undefined, "dev", "--pulumi", engine.program);
      expect(live).toEqual({ ...recorded, everything: live.everything });
      expect(live.markdown).toContain("| dev | 1 updated |");
    });

  if (stack === "production")
    test("a stack that does not exist is an error, and the others are still reported", () => {
      const recorded = previewOf([setting("web.scaling.maximum", 12)]);
      const report = review(`here=${recorded}`, "elsewhere", "--pulumi", engine.program);
      expect(report.code).toBe(1);
      expect(report.markdown).toContain("| elsewhere | **the preview failed** |");
      expect(report.markdown).toContain("no stack named 'elsewhere' found");
      expect(report.markdown).toContain("| here | 1 updated |");
    });

  if (stack === "production")
    test("exceptions from policies are read from the preview's own configuration", () => {
      // Without quotes, as people write it, a date is a moment to Pulumi.
      const preview = previewOf([{ path: ["ckan:policyExceptions"], value: exceptions }]);
      const { markdown } = review(`${stack}=${preview}`, "--today", "2026-04-01");
      expect(markdown).toContain(
        "| `image-pinned` | `opendata-web` | Tried until the next release | **expired** 2026-03-31 |",
      );
      const live = review(undefined, "dev", "--pulumi", engine.program, "--policy-pack", join(root, "policy"));
      expect([live.code, live.markdown]).toEqual([
        0,
        expect.stringContaining("- **policy-exceptions**: The exception from image-pinned for opendata-web matches no"),
      ]);
    });

  function configure(config: StackFile): void {
    engine.write(config);
    engine.setSecret("rootSecret", rootSecret);
  }

  /** The file that holds the preview of the stack with these changes. */
  function previewOf(edits: readonly Edit[]): string {
    configure(edited(file, ...edits));
    const path = join(engine.folder, "preview.json");
    writeFileSync(path, engine.pulumi("preview", "--json").output);
    return path;
  }

  /** Runs the command as a pipeline does. */
  function review(from: string | undefined, ...args: readonly string[]) {
    const markdown = join(engine.folder, "report.md");
    const json = join(engine.folder, "report.json");
    const recorded = from === undefined ? [] : ["--from", from];
    const files = ["--markdown", markdown, "--json", json, "--fail-on", gate.join(",")];
    const { status, stderr } = spawnSync(
      process.execPath,
      [join(root, "review/main.ts"), ...args, ...recorded, ...files],
      {
        cwd: engine.folder,
        encoding: "utf8",
        env: engine.environment(),
      },
    );
    const texts = [markdown, json].map((path) => readFileSync(path, "utf8"));
    const classes: readonly string[] = JSON.parse(texts[1] ?? "").stacks[0].classes;
    return { code: status, markdown: texts[0] ?? "", classes, everything: [...texts, stderr].join("\n") };
  }
});

/** Everything that is derived, of this and the next generation, and every secret in the state, such as keys that a cloud makes. */
function secrets(engine: Engine): readonly KnownSecret[] {
  const derive = (instance: string, purpose: string, generation: number) => ({
    purpose: `${instance} ${purpose} ${generation}`,
    value: deriveSecret(rootSecret, instance, purpose, generation),
  });
  const sites = ["opendata", "geodata", "parks"];
  const derived = sites.flatMap((site) =>
    Object.values(Purpose).flatMap((purpose) => [derive(site, purpose, 1), derive(site, purpose, 2)]),
  );
  const tokens = sites.map((site) => ({
    purpose: `${site} token`,
    value: apiToken(derive(site, Purpose.XLoader, 1).value, derive(site, Purpose.ApiTokens, 1).value),
  }));
  const { output } = engine.pulumi("stack", "export", "--show-secrets");
  const kept = [...output.matchAll(/"plaintext": ("(?:[^"\\]|\\.)*")/g)]
    .flatMap(([, text = ""]) => texts(JSON.parse(JSON.parse(text))))
    .filter((value) => value.length >= 16)
    .map((value) => ({ purpose: "in the state", value }));
  if (kept.length === 0) throw new Error("expected secrets in the state");
  return [{ purpose: "root", value: rootSecret }, ...derived, ...tokens, ...kept];
}

/** Every text in a value. */
function texts(value: unknown): readonly string[] {
  if (typeof value === "string") return [value];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(texts) : [];
}

/**
 * The committed stacks of staging and production as they stand, through the real CLI, engine and API server with the real definitions
 * of every custom resource but GKE's. Cloudflare is played by a strict fake, and so is Google where its own provider is not found (see
 * gcp.test.ts), operators by the test. Proves which operations each file causes: at first, again, and after one change. Does not prove
 * that the services take what they are sent.
 */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { withControllers } from "./support/controllers.ts";
import { type Engine, readStackFile, rootSecret, type StackFile } from "./support/engine.ts";
import { startProduction } from "./support/production.ts";

const operators = ["Certificate", "Gateway", "HTTPRoute", "ScaledObject"];

interface Case {
  readonly stack: string;
  /** Operations of the first preview, by the service that they are sent to. */
  readonly first: Readonly<Record<string, number>>;
}

const cases: readonly Case[] = [
  { stack: "staging", first: { "ckan:": 12, "cloudflare:": 2, "gcp:": 11, "kubernetes:": 46, "pulumi:": 2 } },
  { stack: "prod", first: { "ckan:": 12, "cloudflare:": 12, "gcp:": 17, "kubernetes:": 48, "pulumi:": 2 } },
];

describe.each(cases)("$stack", ({ stack, first }) => {
  let engine: Engine;

  beforeAll(async () => {
    engine = await startProduction();
  });

  afterAll(() => engine.stop());

  test("is previewed as so many creations, and nothing else", () => {
    configure((file) => file);
    const operations = engine.operations();
    expect(operations.filter(({ op }) => op !== "create")).toEqual([]);
    const services = operations.map(({ urn }) => /(?:.*\$)?(\w+:)/.exec(urn.split("::")[2] ?? "")?.[1] ?? "");
    const counts = Object.fromEntries(
      [...new Set(services)].sort().map((one) => [one, services.filter((service) => service === one).length]),
    );
    expect(counts).toEqual(first);
  });

  test("comes up, and then there is nothing to do", async () => {
    const { code, output } = await withControllers(engine, engine.begin("up", "--yes", "--skip-preview"), operators);
    expect([code, code === 0 ? "" : output]).toEqual([0, ""]);
    expect(engine.operations()).toEqual([]);
  });

  test.each([
    ["one more web pod at most", scaleWeb, ["update HorizontalPodAutoscaler opendata-web"]],
    [
      "one more reader of the uploads",
      addReader,
      [`create BucketIAMMember opendata-files-reader-group:press@example.org-objectViewer`],
    ],
    ["a larger index", growSearch, ["update PersistentVolumeClaim opendata-search-data"]],
    ["another address for the certificate's issuer", changeIssuer, ["update Certificate opendata-exposure"]],
  ] as const)("%s", (_name, change, expected) => {
    configure(change);
    expect(changes()).toEqual(expected);
  });

  /** The committed file, changed, on the test's cluster. */
  function configure(change: (file: StackFile) => StackFile): void {
    const file = readStackFile(stack);
    const cluster = { ...(file["ckan:cluster"] as object), context: "ckan-local" };
    engine.write({ ...change(file), "ckan:cluster": cluster });
    engine.setSecret("rootSecret", rootSecret);
  }

  /** What a preview would change. */
  function changes(): readonly string[] {
    return engine.operations().map(({ op, urn }) => {
      const [, , types = "", name = ""] = urn.split("::");
      return `${op} ${types.split(":").at(-1)} ${name}`;
    });
  }
});

type Defaults = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

function withDefaults(file: StackFile, change: (defaults: Defaults) => object): StackFile {
  const defaults = file["ckan:defaults"] as Defaults;
  return { ...file, "ckan:defaults": { ...defaults, ...change(defaults) } };
}

function scaleWeb(file: StackFile): StackFile {
  return withDefaults(file, ({ web }) => {
    const scaling = web?.["scaling"] as { maximum: number };
    return { web: { ...web, scaling: { ...scaling, maximum: scaling.maximum + 1 } } };
  });
}

function addReader(file: StackFile): StackFile {
  return withDefaults(file, ({ files }) => {
    const readers = (files?.["readers"] ?? []) as readonly string[];
    return { files: { ...files, readers: [...readers, "group:press@example.org"] } };
  });
}

function growSearch(file: StackFile): StackFile {
  return withDefaults(file, ({ search }) => ({ search: { ...search, storage: "50Gi" } }));
}

function changeIssuer(file: StackFile): StackFile {
  const [[name, site] = ["", {}]] = Object.entries(file["ckan:instances"] as Defaults);
  const exposure = site["exposure"] as { tls: object };
  const tls = { ...exposure.tls, issuer: { name: "letsencrypt-staging" } };
  return { ...file, "ckan:instances": { [name]: { ...site, exposure: { ...exposure, tls } } } };
}

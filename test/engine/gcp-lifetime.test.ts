/**
 * What becomes of data at Google Cloud when a stack changes or goes: the real CLI and engine, with Google's own provider and a played API
 * wherever the plugin is found (see gcp.test.ts). Some of it only that one knows; where it is stood in for, such tests say so.
 */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Engine } from "./support/engine.ts";
import type { GoogleProjects } from "./support/google-projects.ts";
import { atGoogleWould, configure, database, files, project, up } from "./support/google-site.ts";

const serverPath = `/sql/v1beta4/projects/${project}/instances/${database.name}`;

/** Servers, their logins and buckets: what holds data. */
const holding = {
  servers: ["ckan-opendata"],
  users: ["ckan-opendata ckan_administrator"],
  buckets: ["example-opendata-backups", "example-opendata-files"],
};

let engine: Engine;
let google: GoogleProjects;

beforeAll(async () => {
  engine = await Engine.start(["gcp"]);
  google = engine.google;
});

afterAll(() => engine.stop());

describe("A retained site", () => {
  test("comes up, and a second preview and a refresh have nothing to do", async () => {
    configure(engine, {}, { "ckan:protection": "retained" });
    expect(up(engine)).toBe("");
    expect(engine.operations()).toEqual([]);
    expect(refreshed()).toBe("");
    await google.call?.("POST", `/upload/storage/v1/b/${files.bucket}/o?name=resources/data.csv`);
  });

  test("keeps a disk that Google grew: the first change of the server is refused, and the second is done", async ({
    skip,
  }) => {
    if (google.call === undefined) return skip("the fake has no disks");
    await google.call("PATCH", serverPath, { settings: { dataDiskSizeGb: "30" } });
    configure(
      engine,
      { database: { ...database, maintenance: { day: 6, hour: 4 } } },
      { "ckan:protection": "retained" },
    );
    // pulumi/pulumi-gcp#2307: the provider sends the size that it last saw.
    expect(up(engine)).toContain("The disk size cannot decrease. Current size: 30 GB, requested: 20 GB");
    expect(up(engine)).toBe("");
    expect(engine.operations()).toEqual([]);
  });

  test("does not lose its server by losing the private network: Google has the name only once", () => {
    const { privateNetwork: _, ...open } = { ...database, authorizedNetworks: ["192.0.2.0/24"] };
    configure(engine, { database: open }, { "ckan:protection": "retained" });
    expect(atGoogleWould(engine)).toContain("replace DatabaseInstance opendata-database");
    expect(up(engine)).toContain("The Cloud SQL instance already exists.");
    expect(held()).toEqual(holding);
    configure(engine, {}, { "ckan:protection": "retained" });
    expect(up(engine)).toBe("");
  });

  test("is destroyed without its server, logins and buckets; keys, accounts and rights go", () => {
    expect(failure(engine.pulumi("destroy", "--yes", "--skip-preview"))).toBe("");
    expect(held()).toEqual(holding);
    expect({ keys: google.keys(), accounts: google.accounts(), grants: google.grants() }).toEqual({
      keys: 0,
      accounts: [],
      grants: [],
    });
  });

  test("does not come up beside what was left, and changes nothing of it", () => {
    // The first refusal ends it, be it the server's or a bucket's.
    expect(up(engine)).toMatch(
      /The Cloud SQL instance already exists\.|Your previous request to create the named bucket/,
    );
    expect(held()).toEqual(holding);
  });

  test("takes it again when it is imported, and replaces nothing", () => {
    takeAgain("opendata-database", `projects/${project}/instances/${database.name}`);
    takeAgain("opendata-files", `${project}/${files.bucket}`);
    takeAgain("opendata-files-backups", `${project}/${files.backups.bucket}`);
    expect(atGoogleWould(engine).filter((one) => /^(?:replace|delete)/.test(one))).toEqual([]);
    expect(up(engine)).toBe("");
    expect(engine.operations()).toEqual([]);
    expect(held()).toEqual(holding);
  });
});

describe("A protected site", () => {
  test("is not destroyed, neither by Pulumi nor by anybody at Google", async () => {
    configure(engine, {}, { "ckan:protection": "protected" });
    expect(up(engine)).toBe("");
    // With --skip-preview Pulumi would delete whatever is not protected before it refuses.
    expect(failure(engine.pulumi("destroy", "--yes"))).toMatch(/protected/);
    const refused = await google.call?.("DELETE", serverPath);
    expect([undefined, 400]).toContain(refused?.status);
    expect(held()).toEqual(holding);
    expect(engine.operations()).toEqual([]);
  });
});

describe("A disposable site", () => {
  test("whose server somebody deleted at Google gets another, and the login when Pulumi has looked for it", async ({
    skip,
  }) => {
    if (google.call === undefined) return skip("the fake's logins can be read without their server");
    configure(engine, {}, { "ckan:protection": "disposable" });
    expect(up(engine)).toBe("");
    await google.call("DELETE", serverPath);
    expect(failure(engine.pulumi("refresh", "--yes", "--skip-preview"))).toContain(
      "Error 404: The Cloud SQL instance does not exist.",
    );
    expect(up(engine)).toBe("");
    expect(held()).toEqual({ ...holding, users: [] });
    expect(up(engine, "--refresh")).toBe("");
    expect(held()).toEqual(holding);
    expect(engine.operations()).toEqual([]);
  });

  test("is destroyed with everything in it", () => {
    configure(engine, {}, { "ckan:protection": "disposable" });
    expect(up(engine)).toBe("");
    expect(failure(engine.pulumi("destroy", "--yes", "--skip-preview"))).toBe("");
    expect(held()).toEqual({ servers: [], users: [], buckets: [] });
    expect({ keys: google.keys(), accounts: google.accounts() }).toEqual({ keys: 0, accounts: [] });
  });
});

function held() {
  return { servers: google.servers(), users: google.users(), buckets: google.buckets() };
}

function refreshed(): string {
  return failure(engine.pulumi("refresh", "--preview-only", "--expect-no-changes"));
}

function failure({ code, output }: { readonly code: number; readonly output: string }): string {
  return code === 0 ? "" : output;
}

interface Step {
  readonly urn: string;
  readonly newState?: { readonly type: string; readonly parent: string };
}

/** As an operator does, with type and parent of what a preview would make. */
function takeAgain(name: string, id: string): void {
  const { output } = engine.pulumi("preview", "--json");
  const { steps } = JSON.parse(output.slice(output.indexOf("{"))) as { readonly steps: readonly Step[] };
  const step = steps.find(({ urn }) => /\$gcp:/.test(urn) && urn.endsWith(`::${name}`));
  const { type = "", parent = "" } = step?.newState ?? {};
  const options = ["--parent", `parent=${parent}`, "--protect=false", "--generate-code=false"];
  expect(failure(engine.pulumi("import", type, name, id, ...options, "--yes", "--skip-preview"))).toBe("");
}

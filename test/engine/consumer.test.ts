/**
 * Another team's program on the dev stack's own outputs, through the real CLI, engine, provider and API server, with the packed
 * package of consumer/. Proves what it reads, that secrets stay secrets in its state, and how it fails. Does not prove: that its
 * job runs (pods are played), nor that network policies are enforced.
 */
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { deriveSecret } from "../../components/site/credentials.ts";
import { Purpose } from "../../components/site/purposes.ts";
import { contractSchema } from "../../outputs/json-schema.ts";
import { found, spellings } from "../support/secret-leaks.ts";
import { copyExample, installConsumer, typeMistakes, writeProject } from "./support/another-team.ts";
import { Engine, type Run, readStackFile, rootSecret } from "./support/engine.ts";

const environment = "organization/ckan/dev";
const up = ["up", "--yes", "--skip-preview"] as const;
const password = deriveSecret(rootSecret, "opendata", Purpose.DatastoreReader, 1);
const sought = spellings(
  Object.values(Purpose).map((purpose) => ({ purpose, value: deriveSecret(rootSecret, "opendata", purpose, 1) })),
);

let engine: Engine;
let folder: string;
let statistics: string;
let firstPreview: string;
const printed: string[] = [];

beforeAll(async () => {
  engine = await Engine.start();
  engine.write({ ...readStackFile("dev"), "ckan:protection": "disposable" });
  engine.setSecret("rootSecret", rootSecret);
  firstPreview = succeed(engine.pulumi("preview", "--diff"));
  succeed(engine.pulumi(...up));
  folder = join(engine.folder, "another-team");
  installConsumer(folder);
  statistics = copyExample(folder);
  succeed(engine.pulumiIn(statistics, "stack", "init", "dev"));
  succeed(engine.pulumiIn(statistics, "config", "set", "environment", environment));
  succeed(engine.pulumiIn(statistics, "config", "set", "instance", "opendata"));
});

afterAll(() => engine?.stop());

describe("What dev publishes", () => {
  test("is known before anything is there", () => {
    const outputs = firstPreview.slice(firstPreview.indexOf("--outputs:--"));
    expect(outputs).toContain("opendata-database.opendata-dev.svc");
    expect(outputs).not.toMatch(/unknown|output</);
  });

  test("is what the contract's JSON Schema describes, with and without secrets", () => {
    const validate = new Ajv2020({ allErrors: true }).compile(contractSchema());
    for (const secrets of [[], ["--show-secrets"]]) {
      const document = JSON.parse(succeed(engine.pulumi("stack", "output", "--json", ...secrets)));
      expect([validate(document), validate.errors]).toEqual([true, null]);
    }
  });

  test("shows no secret to who does not ask for secrets", () => {
    const outputs = JSON.parse(succeed(engine.pulumi("stack", "output", "--json")));
    expect(found(JSON.stringify(outputs), sought)).toEqual([]);
    expect(outputs.credentials).toEqual({ opendata: { datastorePassword: "[secret]" } });
  });

  test("is printed by `npm run outputs` as a table without secrets", () => {
    const table = succeed(engine.command("toolchain/outputs.ts", "dev"));
    expect(table).toMatch(/^Environment dev, contract version 1\n\nopendata\n {2}url +http:\/\/localhost:30500\n/);
    expect(table).toMatch(/^ {2}datastore\.host +opendata-database\.opendata-dev\.svc$/m);
    expect(found(table, sought)).toEqual([]);
  });

  test("does not change with another up", () => {
    expect(succeed(engine.pulumi("preview", "--expect-no-changes"))).not.toContain("Outputs:");
  });
});

describe("Another team's program", () => {
  test("is of the types that the packed package has", () => {
    expect(typeMistakes(statistics)).toBe("");
    const wrong = writeProject(folder, "wrong", read(environment, 'environment.instance("opendata").address'));
    expect(typeMistakes(wrong)).toContain("Property 'address' does not exist on type 'CkanInstance'");
  });

  test("is previewed as its stack and five objects", () => {
    expect(run(statistics, "preview", "--diff")).toMatch(/\+ 6 to create/);
  });

  test("comes up, and then there is nothing to do", () => {
    expect(run(statistics, ...up)).toMatch(/\+ 6 created/);
    expect(run(statistics, "preview", "--expect-no-changes")).not.toMatch(/to (?:create|update|replace|delete)/);
  });

  test("reads the datastore with what it was given", () => {
    const [job] = engine.kubernetes(
      "cronjobs",
      "-n",
      "opendata-dev",
      "-l",
      "app.kubernetes.io/name=statistics-rows",
    ).items;
    const { template } = (job as unknown as CronJob).spec.jobTemplate.spec;
    expect(template.metadata.labels).toEqual({
      "app.kubernetes.io/name": "statistics-rows",
      "database-client": "true",
    });
    expect(template.spec.containers[0]?.env).toEqual([
      { name: "PGHOST", value: "opendata-database.opendata-dev.svc" },
      { name: "PGPORT", value: "5432" },
      { name: "PGDATABASE", value: "datastore_opendata" },
      { name: "PGUSER", value: "reader_opendata" },
      { name: "PGSSLMODE", value: "disable" },
      { name: "PGPASSWORD", valueFrom: { secretKeyRef: { name: "statistics-rows", key: "password" } } },
    ]);
    const data = engine.kubectl(
      "get",
      "secret",
      "statistics-rows",
      "-n",
      "opendata-dev",
      "-o",
      "jsonpath={.data.password}",
    );
    expect(Buffer.from(data, "base64").toString()).toBe(password);
  });

  test("says where the sites are", () => {
    const page = engine.kubectl("get", "configmap", "statistics-status", "-n", "statistics", "-o", "jsonpath={.data}");
    expect(JSON.parse(page)["index.html"]).toContain('<td><a href="http://localhost:30500">opendata</a></td>');
  });
});

describe("The secret stays a secret", () => {
  test("in the consumer's state, its history and its backups", () => {
    for (const file of files(engine.state)) expect(found(readFileSync(file, "utf8"), sought), file).toEqual([]);
    expect(found(succeed(engine.pulumiIn(statistics, "stack", "export")), sought)).toEqual([]);
  });

  test("in everything that its preview and up printed", () => {
    expect(found(printed.join("\n"), sought)).toEqual([]);
  });

  test("and the same hunt finds it where somebody asks for secrets", () => {
    const shown = succeed(engine.pulumiIn(statistics, "stack", "export", "--show-secrets"));
    expect(found(shown, sought)).toContain("datastore-reader as it is");
  });

  test("while nothing else that is read becomes one", () => {
    const outputs = JSON.parse(succeed(engine.pulumiIn(statistics, "stack", "output", "--json")));
    expect(outputs).toEqual({
      api: "http://localhost:30500/api/3",
      job: "statistics-rows",
      statusPageConfigMap: "statistics/statistics-status",
    });
  });
});

describe("A program that cannot decrypt the environment's secrets", () => {
  let project: string;
  const preview = (expression: string) => {
    writeProject(folder, "stranger", read(environment, expression));
    return engine.pulumiAsStranger(project, "preview", "--stack", "dev");
  };

  beforeAll(() => {
    project = writeProject(folder, "stranger", "");
    succeed(engine.pulumiAsStranger(project, "stack", "init", "dev"));
  });

  test("reads everything that is no secret", () => {
    expect(succeed(preview('environment.instance("opendata").datastore.host'))).toContain(
      'value: "opendata-database.opendata-dev.svc"',
    );
  });

  test("is told so when it asks for a password, instead of getting something else", () => {
    const { code, output } = preview('environment.instance("opendata").datastore.password');
    expect(code).not.toBe(0);
    expect(output).toContain(
      `the password of the datastore of "opendata" cannot be decrypted: whoever runs this program needs the passphrase of ${environment}, or the right to decrypt with its key`,
    );
  });
});

describe("`npm run outputs`", () => {
  test("says what to do about a stack that was never brought up", () => {
    succeed(engine.pulumiIn(engine.folder, "stack", "init", "empty"));
    const { code, output } = engine.command("toolchain/outputs.ts", "empty");
    expect(code).toBe(1);
    expect(output).toMatch(/Failed: empty publishes no contract: it has no output contractVersion$/m);
    expect(output).toMatch(/What to do: bring it up first: pulumi up -s empty;/);
  });

  test("says which stack is not there", () => {
    const { code, output } = engine.command("toolchain/outputs.ts", "nowhere");
    expect(code).toBe(1);
    expect(output).toContain("no stack named 'nowhere' found");
  });
});

describe("A program that asks for what is not there ends with one sentence:", () => {
  beforeAll(() => {
    const stack = (name: string, program: string) => {
      const project = writeProject(folder, name, program);
      succeed(engine.pulumiIn(project, "stack", "init", "dev"));
      succeed(engine.pulumiIn(project, ...up));
    };
    stack("later", 'export const contractVersion = 2, environment = "dev", instances = {}, credentials = {};\n');
    stack("other", 'export const bucket = "nothing of CKAN";\n');
    stack("bare", `${bare}\n`);
  });

  /** An environment with one site that has neither a datastore nor a bucket. */
  const bare = `export const contractVersion = 1, environment = "dev";
export const instances = { plain: { url: "https://plain.example.org", datastore: null, buckets: { uploads: null, backups: null } } };
export const credentials = { plain: { datastorePassword: null } };`;
  test.each([
    [
      "another version",
      read("organization/later/dev", 'environment.instance("opendata").url'),
      "organization/later/dev publishes version 2 of its contract, and this release of @ckan-environments/consumer reads version 1: install the release that reads it: npm install @ckan-environments/consumer@2",
    ],
    [
      "a stack of something else",
      read("organization/other/dev", "environment.name"),
      "organization/other/dev publishes no contract: it has no output contractVersion. See whether it is the stack of a CKAN environment, and whether its first `pulumi up` has ended",
    ],
    [
      "an instance that is not there",
      read(environment, 'environment.instance("opendat").datastore.password'),
      'organization/ckan/dev has no instance "opendat"; it has: opendata',
    ],
    [
      "a datastore that is not there",
      read("organization/bare/dev", 'environment.instance("plain").datastore.password'),
      'the instance "plain" of organization/bare/dev has no datastore: its plugin datastore is not there',
    ],
    [
      "a bucket that is not there",
      read("organization/bare/dev", 'environment.instance("plain").uploads.name'),
      'the instance "plain" of organization/bare/dev has no bucket for uploads: its files lie on a volume',
    ],
    [
      "a stack that is not there",
      read("organization/ckan/prod", "environment.name"),
      'unknown stack "organization/ckan/prod"',
    ],
    [
      "a stack without its project",
      read("dev", "environment.name"),
      'expected the full name of a stack such as example/ckan/prod, got "dev": organization, project and stack; in a backend without organizations the first is called organization',
    ],
  ])("%s", (_name, program, sentence) => {
    const project = writeProject(folder, "asking", program);
    engine.pulumiIn(project, "stack", "init", "dev");
    const { code, output } = engine.pulumiIn(project, "preview", "--stack", "dev");
    expect(code).not.toBe(0);
    const diagnostics = output.slice(output.indexOf("Diagnostics:"));
    const mistakes = diagnostics.split("\n").filter((line) => line.includes(sentence));
    expect([mistakes.length, mistakes.length === 1 ? "" : output]).toEqual([1, ""]);
    expect(diagnostics).not.toMatch(/^\s+at /m);
  });
});

/** A program that publishes one value of an environment. */
function read(stack: string, expression: string): string {
  return `import { ckanEnvironment } from "@ckan-environments/consumer";
const environment = ckanEnvironment(${JSON.stringify(stack)});
export const value = ${expression};\n`;
}

interface CronJob {
  readonly spec: { readonly jobTemplate: { readonly spec: { readonly template: PodTemplate } } };
}

interface PodTemplate {
  readonly metadata: { readonly labels: Readonly<Record<string, string>> };
  readonly spec: { readonly containers: readonly { readonly env: readonly object[] }[] };
}

/** Runs the CLI and keeps what it printed for the hunt. */
function run(project: string, ...args: readonly string[]): string {
  const output = succeed(engine.pulumiIn(project, ...args));
  printed.push(output);
  return output;
}

function succeed({ code, output }: Run): string {
  if (code !== 0) throw new Error(output);
  return output;
}

function files(path: string): readonly string[] {
  return readdirSync(path, { recursive: true, encoding: "utf8" })
    .map((name) => join(path, name))
    .filter((name) => statSync(name).isFile());
}

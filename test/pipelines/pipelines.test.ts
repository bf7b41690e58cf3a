/** What pipelines take for granted: scripts, flags, files, stacks, variables. And what no pipeline may do. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import manifest from "../../package.json" with { type: "json" };
import { root } from "./support/scripts.ts";
import { readStacks } from "./support/stacks.ts";

const read = (path: string) => readFileSync(join(root, path), "utf8");
const workflows = ["preview", "up", "drift"].map((name) => `pipelines/github/${name}.yml`);
const files = [...workflows, "pipelines/gitlab/.gitlab-ci.yml", "pipelines/jenkins/Jenkinsfile"];
const scripts = ["pipelines/drift-preview.sh", "pipelines/login-google.sh", "pipelines/up.sh"];
/** Without comments, which may name what is not used. */
const code = (path: string) => read(path).replaceAll(/^\s*(?:#(?!!)|\/\/|\/\*\*|\*).*$|(?<=\s)#\s.*$/gm, "");
const everything = [...files, ...scripts].map((path) => ({ path, text: code(path) }));
const documentation = read("docs/pipelines.md");

interface Job {
  readonly permissions?: Readonly<Record<string, string>>;
  readonly environment?: string;
  readonly if?: string;
  readonly needs?: string | readonly string[];
  readonly concurrency?: { readonly group: string; readonly "cancel-in-progress": boolean };
  readonly strategy?: { readonly matrix: { readonly stack: unknown } };
  readonly env?: Readonly<Record<string, string>>;
  readonly steps: readonly Step[];
}

interface Step {
  readonly uses?: string;
  readonly run?: string;
  readonly with?: Readonly<Record<string, unknown>>;
  readonly env?: Readonly<Record<string, string>>;
}

interface Workflow {
  readonly on: Readonly<Record<string, unknown>>;
  readonly permissions: object;
  readonly jobs: Readonly<Record<string, Job>>;
}

const parsed = workflows.map((path) => ({ path, ...(parse(read(path)) as Workflow) }));
const jobs = parsed.flatMap(({ path, jobs: all }) =>
  Object.entries(all).map(([name, job]) => ({ name: `${path.split("/").at(-1)} ${name}`, job })),
);
const steps = jobs.flatMap(({ name, job }) => job.steps.map((step) => ({ name, step })));

describe("what pipelines name", () => {
  const calls = everything.flatMap(({ path, text }) =>
    [...text.matchAll(/npm run -s ([\w:]+)(?: -- ([^\n|>)]*))?/g)].map(([, script = "", args = ""]) => ({
      path,
      script,
      args,
    })),
  );

  test("is called in every pipeline", () => {
    const used = (path: string) => new Set(calls.filter((call) => call.path === path).map(({ script }) => script));
    const shared = ["pipeline:affected", "pipeline:comment", "pipeline:drift", "pipeline:report"];
    const github = new Set(workflows.flatMap((path) => [...used(path)]));
    for (const names of [github, ...files.slice(3).map(used)]) {
      expect([...names].sort()).toEqual([...shared, "promote", "pulumi"]);
    }
  });

  test("are npm scripts that exist", () => {
    const known = Object.keys(manifest.scripts);
    expect(calls.filter(({ script }) => !known.includes(script))).toEqual([]);
  });

  test("are flags that the scripts take", () => {
    const unknown = calls
      .filter(({ script }) => script !== "pulumi")
      .flatMap(({ script, args }) => {
        const source = read(`pipelines/${script.replace("pipeline:", "")}.ts`);
        return [...args.matchAll(/(?:^| )--([a-z-]+)/g)]
          .map(([, flag = ""]) => flag)
          .filter((flag) => !new RegExp(`^\\s+"?${flag}"?: \\{ type|options: \\{ ${flag}: \\{ type`, "m").test(source))
          .map((flag) => `${script} --${flag}`);
      });
    expect(unknown).toEqual([]);
  });

  test("are flags that the Pulumi CLI takes", () => {
    const flags = calls
      .filter(({ script }) => script === "pulumi")
      .flatMap(({ args }) => [...args.matchAll(/ --([a-z-]+)/g)].map(([, flag]) => flag));
    const known = ["json", "non-interactive", "policy-pack", "refresh", "stack", "suppress-outputs", "yes"];
    expect([...new Set(flags)].sort()).toEqual(known);
  });

  test("are files that exist", () => {
    const named = everything.flatMap(({ text }) =>
      [...text.matchAll(/\bpipelines\/[\w.-]+\.\w+/g)].map(([path]) => path),
    );
    const packs = everything.flatMap(({ text }) =>
      [...text.matchAll(/--policy-pack ([\w./-]+)/g)].map(([, pack = ""]) => pack),
    );
    const missing = [...named, ...packs].filter((path) => !existsSync(join(root, path)));
    expect([named.length > 3, packs.length > 5, missing]).toEqual([true, true, []]);
  });

  test("are the stacks that a pipeline reaches", () => {
    const reachable = readStacks();
    expect(reachable).toEqual(["prod", "staging"]);
    const checked = parsed.find(({ path }) => path.endsWith("drift.yml"))?.jobs["check"]?.strategy?.matrix.stack;
    expect((checked as string[]).toSorted()).toEqual(reachable);
    const lists = [...code("pipelines/gitlab/.gitlab-ci.yml").matchAll(/STACK: \[(.*)\]/g)].map(([, list]) => list);
    expect(new Set(lists)).toEqual(new Set(["staging, prod"]));
    expect(code("pipelines/jenkins/Jenkinsfile")).toContain("previewStacks(['staging', 'prod']");
  });

  test("are secrets and variables that docs/pipelines.md explains", () => {
    const github = everything.flatMap(({ text }) =>
      [...text.matchAll(/\b(?:secrets|vars)\.(\w+)/g)].map(([, name = ""]) => name),
    );
    const gitlab = [
      "PIPELINE_IMAGE",
      "GITLAB_TOKEN",
      "GCP_WORKLOAD_IDENTITY_PROVIDER",
      "GCP_SERVICE_ACCOUNT",
      "GKE_CLUSTER",
    ];
    const jenkins = [...code("pipelines/jenkins/Jenkinsfile").matchAll(/credentialsId: ['"]([\w-]+)/g)].map(
      ([, id = ""]) => id,
    );
    const names = [
      ...new Set([...github, ...gitlab, ...jenkins, "ENVIRONMENTS", "GITHUB_REPOSITORY", "COMMENT_AUTHOR"]),
    ];
    expect(github.length).toBeGreaterThan(10);
    expect(names.filter((name) => !documentation.includes(name))).toEqual([]);
  });

  test("are labels that docs/pipelines.md explains", () => {
    expect(documentation).toContain("data-loss-accepted");
  });
});

describe("GitHub's workflows", () => {
  test("take every action by its commit, with the version beside it, and the same one everywhere", () => {
    const uses = workflows.flatMap((path) => [...read(path).matchAll(/uses: (.*)/g)].map(([, action = ""]) => action));
    expect(uses.length).toBeGreaterThan(20);
    expect(uses.filter((action) => !/^[\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/.test(action))).toEqual([]);
    expect(new Set(uses).size).toBe(new Set(uses.map((action) => action.split("@")[0])).size);
  });

  test("have no right but those that a job needs", () => {
    expect(parsed.map(({ permissions }) => permissions)).toEqual([{}, {}, {}]);
    const read = { contents: "read" };
    const cloud = { ...read, "id-token": "write" };
    expect(Object.fromEntries(jobs.map(({ name, job }) => [name, job.permissions]))).toEqual({
      "preview.yml affected": read,
      "preview.yml fork": {},
      "preview.yml preview": cloud,
      "preview.yml report": { ...read, "pull-requests": "write" },
      "up.yml affected": read,
      "up.yml review": cloud,
      "up.yml up-staging": cloud,
      "up.yml up-prod": cloud,
      "drift.yml check": cloud,
      "drift.yml issue": { ...read, issues: "write" },
    });
  });

  test("never run for a fork what has an identity or may write", () => {
    expect(parsed.flatMap(({ on }) => Object.keys(on)).sort()).toEqual([
      "pull_request",
      "push",
      "schedule",
      "workflow_dispatch",
      "workflow_dispatch",
    ]);
    const own = "github.event.pull_request.head.repo.full_name == github.repository";
    const able = jobs.filter(
      ({ name, job }) => name.startsWith("preview.yml") && Object.values(job.permissions ?? {}).includes("write"),
    );
    expect(able.map(({ name, job }) => [name, job.if?.includes(own)])).toEqual([
      ["preview.yml preview", true],
      ["preview.yml report", true],
    ]);
  });

  test("the job that may write a comment runs the base branch's own scripts", () => {
    const report = jobs.find(({ name }) => name === "preview.yml report")?.job.steps[0];
    expect(report?.with?.["ref"]).toMatch(/^\$\{\{ github\.event\.pull_request\.base\.sha \}\}$/);
  });

  test("give a cloud's identity and secrets to jobs of an environment alone, and never a key", () => {
    const inCloud = steps
      .filter(({ step }) => /secrets\.|google-github-actions/.test(JSON.stringify(step)))
      .map(({ name }) => name);
    const environments = jobs.filter(({ job }) => job.environment !== undefined).map(({ name }) => name);
    expect([...new Set(inCloud)].sort()).toEqual(environments.toSorted());
    expect(everything.filter(({ text }) => /credentials_json|PULUMI_ACCESS_TOKEN|AWS_SECRET/.test(text))).toEqual([]);
  });

  test("bring up one stack at a time, and production after staging and an approval", () => {
    const up = parsed.find(({ path }) => path.endsWith("up.yml"))?.jobs ?? {};
    expect(
      ["up-staging", "up-prod"].map((name) => [up[name]?.environment, up[name]?.concurrency, up[name]?.env]),
    ).toEqual([
      ["staging", { group: "up-staging", "cancel-in-progress": false }, { STACK: "staging" }],
      ["prod", { group: "up-prod", "cancel-in-progress": false }, { STACK: "prod" }],
    ]);
    expect(up["up-prod"]?.needs).toEqual(["affected", "review", "up-staging"]);
  });

  test("never put what somebody else wrote into a shell's text", () => {
    expect(steps.filter(({ step }) => step.run?.includes("${{"))).toEqual([]);
  });

  test("leave no token of the repository behind", () => {
    const checkouts = steps.filter(({ step }) => step.uses?.startsWith("actions/checkout@"));
    expect(checkouts.length).toBeGreaterThan(7);
    expect(checkouts.filter(({ step }) => step.with?.["persist-credentials"] !== false)).toEqual([]);
  });
});

test("no pipeline shows a secret, or prints what it runs", () => {
  const shows = /--show-secrets|set -[a-z]*x|printenv|^\s*env\s*$|echo.*(?:TOKEN|SECRET|PASSWORD)/m;
  expect(everything.filter(({ text }) => shows.test(text)).map(({ path }) => path)).toEqual([]);
});

test("every up hides the stack's outputs and runs the policy pack", () => {
  const ups = everything.flatMap(({ text }) => text.match(/pulumi -- up .*/g) ?? []);
  expect(ups.length).toBe(1);
  const callers = everything.filter(({ text }) => text.includes("sh pipelines/up.sh")).map(({ path }) => path);
  expect(callers).toEqual(["pipelines/github/up.yml", ...files.slice(3)]);
  expect(ups.filter((line) => !(line.includes("--suppress-outputs") && line.includes("--policy-pack policy")))).toEqual(
    [],
  );
});

test("only what was tested is kept in artefacts: previews, reports, and which stacks are touched", () => {
  const uploaded = steps
    .filter(({ step }) => step.uses?.startsWith("actions/upload-artifact@"))
    .map(({ step }) => step.with?.["path"]);
  const plain = uploaded.map((path) => String(path).replace(/\$\{\{ matrix\.stack \}\}/, "<stack>"));
  expect([...new Set(plain)].sort()).toEqual(["affected.json", "previews/<stack>.json", "report"]);
  const paths = [...code("pipelines/gitlab/.gitlab-ci.yml").matchAll(/paths: \[(.*)\]/g)].map(([, path]) => path);
  expect([...new Set(paths)].sort()).toEqual(["affected.json", "previews", "report"]);
});

test("the folder holds nothing that is not tested here or by its own file", () => {
  const entries = readdirSync(join(root, "pipelines"), { recursive: true, encoding: "utf8" });
  const known = [...files, ...scripts].map((path) => path.replace("pipelines/", ""));
  expect(entries.filter((path) => /\.\w+$|Jenkinsfile/.test(path) && !path.endsWith(".ts")).sort()).toEqual(
    known.toSorted(),
  );
});

/** `npm run preflight -- <stack>`: asks the real cluster and clouds, before anything is made, for what the stack file needs. */
import { existsSync } from "node:fs";
import { parseArgs } from "node:util";
import * as pulumi from "@pulumi/pulumi";
import { kubectlCommand } from "../cluster/binaries.ts";
import { type Environment, loadEnvironment } from "../components/environment/load.ts";
import { isKubernetesObject, kubernetesObject, synthesizeStack } from "../render/stack.ts";
import type { Declared } from "../render/synthesize.ts";
import { devStack, localKubeconfig } from "../toolchain/backend.ts";
import { main, step } from "../toolchain/steps.ts";
import { askCloudflare } from "./clouds/cloudflare.ts";
import { askGoogle } from "./clouds/google.ts";
import { googleToken } from "./clouds/google-token.ts";
import { type Cluster, clusterOf, serverVersion } from "./cluster/api.ts";
import { askMetrics, askNeighbours, askWorkloadIdentity, versionRow } from "./cluster/integrations.ts";
import { askKinds } from "./cluster/kinds.ts";
import { askNamed } from "./cluster/named.ts";
import { placeOf } from "./cluster/place.ts";
import { type KubernetesObject, needsOf } from "./needs.ts";
import { trialOf } from "./pods/plan.ts";
import { runTrial } from "./pods/trial.ts";
import { Finding, notKnown, type Row, type Section, summary, table } from "./row.ts";

const usage = `usage: npm run preflight -- <stack> [--config-file <file>] [--image <image>] [--only-read]
  --config-file  the stack's file; default: Pulumi.<stack>.yaml
  --image        an image with Python for the pods of the trial; default: the first site's own
  --only-read    makes nothing in the cluster: no pods, so that nothing is known of policies, names and servers`;

/** What a pipeline goes by: 1 when something is missing. What is not known does not count. */
const ExitCode = { Fine: 0, Missing: 1, Usage: 2 } as const;

await main(async () => {
  const options = readOptions();
  if (options === undefined) {
    console.error(usage);
    process.exitCode = ExitCode.Usage;
    return;
  }
  try {
    process.exitCode = await preflight(options);
  } catch (error) {
    // What a person has to mend in the stack file, as Pulumi prints it: the message alone.
    if (!pulumi.RunError.isInstance(error)) throw error;
    console.error(error.message);
    process.exitCode = ExitCode.Missing;
  }
});

interface Options {
  readonly stack: string;
  readonly file: string | undefined;
  readonly image: string | undefined;
  readonly onlyRead: boolean;
}

function readOptions(): Options | undefined {
  try {
    const { values, positionals } = parseArgs({
      options: {
        "config-file": { type: "string" },
        image: { type: "string" },
        "only-read": { type: "boolean", default: false },
      },
      allowPositionals: true,
    });
    const [stack, ...others] = positionals;
    if (stack === undefined || others.length > 0) return undefined;
    return { stack, file: values["config-file"], image: values.image, onlyRead: values["only-read"] };
  } catch {
    return undefined;
  }
}

async function preflight(options: Options): Promise<number> {
  const { stack } = options;
  const declared = await synthesizeStack(stack, options.file);
  const environment = loadEnvironment(new pulumi.Config("ckan"));
  const objects = declared.filter(isKubernetesObject).map((each) => kubernetesObject(each) as KubernetesObject);
  const { context } = environment.cluster;
  const cluster = clusterOf({ command: await kubectlCommand(), environment: variables(stack), context });
  const version = await serverVersion(cluster, context);

  const sections: Section[] = [
    { title: "Cluster", rows: await step("Asking the cluster", () => askCluster(cluster, version, objects)) },
    { title: "Pods under the sites' own policies", rows: await trialRows(cluster, options, objects, environment) },
    { title: "Google", rows: await googleRows(declared, cluster) },
    { title: "Cloudflare", rows: await cloudflareRows(declared, environment) },
  ];
  console.log(`Preflight of ${stack}: ${context ?? "the current context"}\n\n${table(sections)}\n${summary(sections)}`);
  const rows = sections.flatMap((section) => section.rows);
  return rows.some(({ finding }) => finding === Finding.Missing) ? ExitCode.Missing : ExitCode.Fine;
}

async function askCluster(
  cluster: Cluster,
  version: string,
  objects: readonly KubernetesObject[],
): Promise<readonly Row[]> {
  const needs = needsOf(objects);
  return [
    versionRow(version),
    ...(await askKinds(cluster, needs.kinds)),
    ...(await askNamed(cluster, needs)),
    ...(await askMetrics(cluster, objects)),
    ...(await askNeighbours(cluster, objects)),
    ...(await askWorkloadIdentity(cluster, objects)),
  ];
}

async function trialRows(
  cluster: Cluster,
  { stack, image, onlyRead }: Options,
  objects: readonly KubernetesObject[],
  { instances }: Environment,
): Promise<readonly Row[]> {
  const need = "network policies, names and servers";
  if (onlyRead) return [notKnown(need, "--only-read starts no pods", "run preflight without it")];
  const { plan, sites } = trialOf(stack, objects, instances, image);
  return await step(`Pods in namespace ${plan.namespace}, which goes again`, () => runTrial(cluster, plan, sites));
}

async function googleRows(declared: readonly Declared[], cluster: Cluster): Promise<readonly Row[]> {
  if (!declared.some(({ type }) => /^(gcp|kubernetes:networking\.gke\.io)/.test(type))) return [];
  return await step("Asking Google", async () =>
    askGoogle(declared, { token: await googleToken(), ...(await placeOf(cluster)) }),
  );
}

async function cloudflareRows(declared: readonly Declared[], { cloudflare }: Environment): Promise<readonly Row[]> {
  if (cloudflare === undefined) return [];
  const { zone: name, plan, zoneId } = cloudflare;
  const token = process.env["CLOUDFLARE_API_TOKEN"];
  return await step("Asking Cloudflare", () => askCloudflare(declared, { token, zone: { name, plan, zoneId } }));
}

/** The dev stack's cluster has a kubeconfig of its own; every other context is in the user's. */
function variables(stack: string): NodeJS.ProcessEnv {
  return stack === devStack && existsSync(localKubeconfig)
    ? { ...process.env, KUBECONFIG: localKubeconfig }
    : process.env;
}

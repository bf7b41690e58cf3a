/**
 * `npm run preflight -- <stack>`: checks the real cluster and clouds for everything that the stack file needs, before anything is
 * created.
 */
import { existsSync } from "node:fs";
import * as pulumi from "@pulumi/pulumi";
import { kubectlCommand } from "../cluster/binaries.ts";
import { type Environment, loadEnvironment } from "../components/environment/load.ts";
import { isKubernetesObject, kubernetesObject, stackFileOf, synthesizeStack } from "../render/stack.ts";
import { hasRootSecret } from "../render/stack-file.ts";
import type { Declared } from "../render/synthesize.ts";
import { devStack, localKubeconfig } from "../toolchain/backend.ts";
import { main, step } from "../toolchain/steps.ts";
import { askCloudflare } from "./clouds/cloudflare.ts";
import { askGoogle } from "./clouds/google.ts";
import { googleToken } from "./clouds/google-token.ts";
import { type Cluster, clusterOf } from "./cluster/api.ts";
import { askMetrics, askNeighbours, askWorkloadIdentity } from "./cluster/integrations.ts";
import { askKinds } from "./cluster/kinds.ts";
import { askNamed } from "./cluster/named.ts";
import { placeOf } from "./cluster/place.ts";
import { askVersion } from "./cluster/version.ts";
import { type KubernetesObject, needsOf } from "./needs.ts";
import { type Options, readCall, usage } from "./options.ts";
import { thisRun, trialOf } from "./pods/plan.ts";
import { unasked } from "./pods/questions.ts";
import { runTrial } from "./pods/trial.ts";
import { Finding, missing, notKnown, type Row, type Section, summary, table } from "./row.ts";

/** Exit codes for pipelines: 1 when something is missing. Unknown results do not count. */
const ExitCode = { Fine: 0, Missing: 1, Usage: 2 } as const;

/** The reader of the output may be gone (`| head`, a closed terminal): the trial must still be removed. */
const gone: readonly (string | undefined)[] = ["EPIPE", "EIO"];
for (const stream of [process.stdout, process.stderr]) {
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (!gone.includes(error.code)) throw error;
  });
}

await main(async () => {
  const call = readCall(process.argv.slice(2));
  switch (call.kind) {
    case "help":
      console.log(usage);
      return;
    case "wrong":
      console.error(`${call.why}\n${usage}`);
      process.exitCode = ExitCode.Usage;
      return;
    case "preflight":
      process.exitCode = await preflightOrMistakes(call.options);
  }
});

async function preflightOrMistakes(options: Options): Promise<number> {
  try {
    return await preflight(options);
  } catch (error) {
    // A user error in the stack file: print only its message, as Pulumi does.
    if (!pulumi.RunError.isInstance(error)) throw error;
    console.error(error.message);
    return ExitCode.Missing;
  }
}

async function preflight(options: Options): Promise<number> {
  const { stack, file } = options;
  const declared = await synthesizeStack(stack, file);
  const environment = loadEnvironment(new pulumi.Config("ckan"));
  const objects = declared.filter(isKubernetesObject).map((each) => kubernetesObject(each) as KubernetesObject);
  const { context } = environment.cluster;
  const cluster = clusterOf({ command: await kubectlCommand(), environment: variables(stack), context });
  const { answers, row } = await step("Looking for the cluster", () => askVersion(cluster, context));
  const inCluster = (ask: () => Promise<readonly Row[]>) => (answers ? ask() : []);

  const asking = () => step("Asking the cluster", () => askCluster(cluster, objects));
  const sections: Section[] = [
    { title: "Stack file", rows: rootSecretRows(file ?? stackFileOf(stack)) },
    { title: "Cluster", rows: [row, ...(await inCluster(asking))] },
    {
      title: "Pods under the sites' own policies",
      rows: await inCluster(() => trialRows(cluster, options, objects, environment)),
    },
    { title: "Google", rows: await googleRows(declared, cluster) },
    { title: "Cloudflare", rows: await cloudflareRows(declared, environment) },
  ];
  console.log(`Preflight of ${stack}: ${context ?? "the current context"}\n\n${table(sections)}\n${summary(sections)}`);
  const rows = sections.flatMap((section) => section.rows);
  return rows.some(({ finding }) => finding === Finding.Missing) ? ExitCode.Missing : ExitCode.Fine;
}

/** Preflight works without a root secret, but an up fails at once. */
function rootSecretRows(path: string): readonly Row[] {
  if (hasRootSecret(path)) return [];
  const remedy = 'pulumi config set --secret ckan:rootSecret "$(openssl rand -base64 48)"';
  return [missing("ckan:rootSecret", `${path} has none`, remedy)];
}

async function askCluster(cluster: Cluster, objects: readonly KubernetesObject[]): Promise<readonly Row[]> {
  const needs = needsOf(objects);
  return [
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
  const need = "images, network policies, names and servers";
  if (onlyRead) return [notKnown(need, "--only-read starts no pods", "run preflight without it")];
  const { plan, sites } = trialOf(stack, objects, instances, image, thisRun());
  const title = `Pods in namespace ${plan.namespace}, which goes again`;
  return [...(await step(title, () => runTrial(cluster, plan, sites))), ...unasked(instances)];
}

async function googleRows(declared: readonly Declared[], cluster: Cluster): Promise<readonly Row[]> {
  if (!declared.some(({ type }) => /^(gcp|kubernetes:networking\.gke\.io)/.test(type))) return [];
  return await step("Asking Google", async () =>
    askGoogle(declared, { token: undefined, ...(await googleToken()), ...(await placeOf(cluster)) }),
  );
}

async function cloudflareRows(declared: readonly Declared[], { cloudflare }: Environment): Promise<readonly Row[]> {
  if (cloudflare === undefined) return [];
  const { zone: name, plan, zoneId } = cloudflare;
  const token = process.env["CLOUDFLARE_API_TOKEN"];
  return await step("Asking Cloudflare", () => askCloudflare(declared, { token, zone: { name, plan, zoneId } }));
}

/** The dev stack's cluster has its own kubeconfig; every other context is in the user's. */
function variables(stack: string): NodeJS.ProcessEnv {
  return stack === devStack && existsSync(localKubeconfig)
    ? { ...process.env, KUBECONFIG: localKubeconfig }
    : process.env;
}

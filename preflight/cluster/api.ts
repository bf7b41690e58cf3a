/** The cluster's API, asked through kubectl: it knows every way to log in that a kubeconfig may name. */

import { tryRun } from "../../toolchain/process.ts";
import { ToolchainError } from "../../toolchain/steps.ts";

export type Answer =
  | { readonly kind: "found"; readonly body: Readonly<Record<string, unknown>> }
  | { readonly kind: "absent" }
  /** No right to look, or no answer. */
  | { readonly kind: "unknown"; readonly reason: string };

export interface Cluster {
  /** Reads a path of the API such as /apis/storage.k8s.io/v1/storageclasses. */
  readonly read: (path: string) => Promise<Answer>;
  /** Runs kubectl with these arguments; its output, or why it failed. */
  readonly kubectl: (
    args: readonly string[],
    input?: object,
  ) => Promise<{ readonly code: number; readonly stdout: string; readonly reason: string }>;
}

export interface Connection {
  /** kubectl and its first arguments. */
  readonly command: readonly string[];
  readonly environment: NodeJS.ProcessEnv;
  /** Context of the kubeconfig. @default the current one */
  readonly context: string | undefined;
}

const timeout = "--request-timeout=20s";

export function clusterOf({ command, environment, context }: Connection): Cluster {
  const [program = "kubectl", ...first] = command;
  const where = context === undefined ? [] : ["--context", context];
  const kubectl: Cluster["kubectl"] = async (args, input) => {
    const options = { env: environment, ...(input !== undefined && { input: JSON.stringify(input) }) };
    const { code, stdout, output } = await tryRun(program, [...first, ...where, timeout, ...args], options);
    return { code, stdout, reason: reasonOf(output) };
  };
  return { kubectl, read: async (path) => answerOf(await kubectl(["get", "--raw", path])) };
}

/**
 * The version of the API server.
 *
 * @throws ToolchainError when it does not answer: there is nothing else to ask then
 */
export async function serverVersion(cluster: Cluster, context: string | undefined): Promise<string> {
  const answer = await cluster.read("/version");
  if (answer.kind === "found") return String(answer.body["gitVersion"]);
  const name = context === undefined ? "the current context" : `the context ${context}`;
  throw new ToolchainError(
    `the cluster of ${name} does not answer: ${answer.kind === "unknown" ? answer.reason : "it is no Kubernetes"}`,
    "kubectl config get-contexts shows the contexts; ckan:cluster.context in the stack file names the one that is meant",
  );
}

function answerOf({ code, stdout, reason }: Awaited<ReturnType<Cluster["kubectl"]>>): Answer {
  if (code === 0) return { kind: "found", body: JSON.parse(stdout) };
  // "Error from server (NotFound): ...", also where the API server has no such path.
  return /\(NotFound\)/.test(reason) ? { kind: "absent" } : { kind: "unknown", reason };
}

/** The last line says what happened; those before are client-go's own attempts. */
function reasonOf(output: string): string {
  return output.trim().split("\n").at(-1)?.slice(0, 300) ?? "";
}

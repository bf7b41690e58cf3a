/** Access to the cluster's API through kubectl, which supports every login method of a kubeconfig. */

import { tryRun } from "../../toolchain/process.ts";
import { excerpt } from "../plain.ts";
import { parsedRecord } from "../values.ts";
import { reasonOf } from "./reason.ts";

export type Answer =
  | { readonly kind: "found"; readonly body: Readonly<Record<string, unknown>> }
  | { readonly kind: "absent" }
  /** No permission to look, or an answer that could not be parsed. */
  | { readonly kind: "unknown"; readonly reason: string };

export interface Said {
  readonly code: number;
  readonly stdout: string;
  /** Why it failed. */
  readonly reason: string;
}

export interface Cluster {
  /** Reads a path of the API such as /apis/storage.k8s.io/v1/storageclasses. */
  readonly read: (path: string) => Promise<Answer>;
  /** Runs kubectl with these arguments; timeout in seconds (@default 60). */
  readonly kubectl: (args: readonly string[], input?: object, seconds?: number) => Promise<Said>;
}

export interface Connection {
  /** kubectl and its first arguments. */
  readonly command: readonly string[];
  readonly environment: NodeJS.ProcessEnv;
  /** Context in the kubeconfig. @default the current one */
  readonly context: string | undefined;
  /** Default timeout of a kubectl call, in seconds. @default 60 */
  readonly seconds?: number;
}

const timeout = "--request-timeout=20s";

/** kubectl has a timeout for its own requests, but not for its login plugin, which may wait for a person forever. */
const patience = 60;

export function clusterOf({ command, environment, context, seconds: usual = patience }: Connection): Cluster {
  const [program = "kubectl", ...first] = command;
  const where = context === undefined ? [] : ["--context", context];
  const kubectl: Cluster["kubectl"] = async (args, input, seconds = usual) => {
    const { code, stdout, stderr } = await tryRun(program, [...first, ...where, timeout, ...args], {
      env: environment,
      timeout: seconds * 1000,
      ...(input !== undefined && { input: JSON.stringify(input) }),
    });
    return { code, stdout, reason: reasonOf(stderr) };
  };
  return { kubectl, read: async (path) => answerOf(await kubectl(["get", "--raw", path])) };
}

function answerOf({ code, stdout, reason }: Said): Answer {
  if (code === 0) {
    const body = parsedRecord(stdout);
    return body === undefined ? unreadable(stdout) : { kind: "found", body };
  }
  // The answer is the same when the API server does not have the path.
  return reason.startsWith("Error from server (NotFound)") ? { kind: "absent" } : { kind: "unknown", reason };
}

/** A proxy's page, for example. */
function unreadable(said: string): Answer {
  return {
    kind: "unknown",
    reason: said.trim() === "" ? "answered nothing" : `answered without JSON: ${excerpt(said)}`,
  };
}

/** A response without the expected list is not an answer. */
export function withList(answer: Answer, key: string): Answer {
  if (answer.kind !== "found" || Array.isArray(answer.body[key])) return answer;
  return { kind: "unknown", reason: `answered without a list of ${key}: ${JSON.stringify(answer.body)}` };
}

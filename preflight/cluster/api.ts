/** The cluster's API, asked through kubectl: it knows every way to log in that a kubeconfig may name. */

import { tryRun } from "../../toolchain/process.ts";
import { excerpt } from "../plain.ts";
import { parsedRecord } from "../values.ts";
import { reasonOf } from "./reason.ts";

export type Answer =
  | { readonly kind: "found"; readonly body: Readonly<Record<string, unknown>> }
  | { readonly kind: "absent" }
  /** No right to look, or no answer that could be understood. */
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
  /** Runs kubectl with these arguments, for at most so many seconds (@default 60). */
  readonly kubectl: (args: readonly string[], input?: object, seconds?: number) => Promise<Said>;
}

export interface Connection {
  /** kubectl and its first arguments. */
  readonly command: readonly string[];
  readonly environment: NodeJS.ProcessEnv;
  /** Context of the kubeconfig. @default the current one */
  readonly context: string | undefined;
  /** Of a kubectl that has no length of its own. @default 60 */
  readonly seconds?: number;
}

const timeout = "--request-timeout=20s";

/** kubectl bounds its own requests, and not the program that logs it in: that one may wait for a person for ever. */
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
  // Also where the API server has no such path.
  return reason.startsWith("Error from server (NotFound)") ? { kind: "absent" } : { kind: "unknown", reason };
}

/** Such as the page of a proxy on the way. */
function unreadable(said: string): Answer {
  return {
    kind: "unknown",
    reason: said.trim() === "" ? "answered nothing" : `answered without JSON: ${excerpt(said)}`,
  };
}

/** An answer without the list that belongs to what was asked for is none. */
export function withList(answer: Answer, key: string): Answer {
  if (answer.kind !== "found" || Array.isArray(answer.body[key])) return answer;
  return { kind: "unknown", reason: `answered without a list of ${key}: ${JSON.stringify(answer.body)}` };
}

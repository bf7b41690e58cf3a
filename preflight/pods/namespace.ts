/** The namespace of one trial, which is always removed afterwards. */
import { constants } from "node:os";
import { print } from "../../toolchain/steps.ts";
import type { Cluster } from "../cluster/api.ts";
import { excerpt } from "../plain.ts";
import { missing, notKnown, type Row } from "../row.ts";
import { list, parsedRecord, record } from "../values.ts";
import { trialLabel } from "./manifests.ts";

export interface OwnNamespace {
  /** Creates objects; returns a row when the cluster rejects them. */
  readonly make: (objects: readonly object[]) => Promise<Row | undefined>;
  /** Deletes the namespace with everything in it. */
  readonly close: () => Promise<void>;
}

/** Ctrl-C, termination by a pipeline, and a closed terminal. */
const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** From now on a signal first deletes the namespace, then ends the process. */
export function ownNamespace(cluster: Cluster, namespace: string): OwnNamespace {
  let making: Promise<unknown> = Promise.resolve();
  const stop = (signal: (typeof signals)[number]) => {
    // The creation in progress has to finish before the deletion.
    void making.then(() => remove(cluster, namespace)).finally(() => process.exit(128 + constants.signals[signal]));
  };
  for (const signal of signals) process.once(signal, stop);
  return {
    make: async (objects) => {
      const made = make(cluster, namespace, objects);
      making = made;
      return await made;
    },
    close: async () => {
      await remove(cluster, namespace);
      for (const signal of signals) process.off(signal, stop);
    },
  };
}

async function make(cluster: Cluster, namespace: string, objects: readonly object[]): Promise<Row | undefined> {
  const items = { apiVersion: "v1", kind: "List", items: objects };
  // The API server validates them; kubectl would first read its whole schema.
  const { code, reason } = await cluster.kubectl(["create", "--filename=-", "--validate=false"], items);
  return code === 0 ? undefined : refusal(namespace, reason);
}

/** Permanent rejections by the API server: permissions, policies, quotas, invalid objects. */
const refused = /\((?:Forbidden|Invalid)\)| is invalid:|request is invalid|denied the request/;
/** Rejections for a temporary state. */
const passing = /being terminated|error looking up service account/;

function refusal(namespace: string, reason: string): Row {
  const need = "pods for a trial";
  if (/\(Forbidden\).*cannot create/.test(reason)) {
    return notKnown(need, reason, "ask with an account that may make namespaces and pods");
  }
  if (reason.includes("(AlreadyExists)")) {
    return notKnown(
      need,
      reason,
      `wait until the namespace ${namespace} has gone, or, if it is nobody's, delete it: kubectl delete namespace ${namespace}`,
    );
  }
  if (refused.test(reason) && !passing.test(reason)) {
    return missing(need, reason, "mend what the message names: the site's own pods would be refused as well");
  }
  return notKnown(need, reason, "run preflight again: the cluster did not say what is wrong with them");
}

/** Deletes only namespaces of trials: a foreign namespace with this name stays. */
async function remove(cluster: Cluster, namespace: string): Promise<void> {
  const own = [...ofTrials, `--field-selector=metadata.name=${namespace}`];
  const { code, reason } = await cluster.kubectl(["delete", "namespaces", ...own, "--wait=false"]);
  if (code !== 0) print(`Left behind: ${excerpt(reason)}. What to do: kubectl delete namespace ${namespace}`);
}

const ofTrials = Object.entries(trialLabel).map(([label, value]) => `--selector=${label}=${value}`);

/** Longest duration of a trial, in milliseconds: more than all its timeouts together. */
const longestTrial = 30 * 60_000;

/** Deletes what killed runs have left behind, never the namespace of a concurrent run. */
export async function removeOld(cluster: Cluster, prefix: string): Promise<void> {
  const { code, stdout, reason } = await cluster.kubectl(["get", "namespaces", ...ofTrials, "--output=json"]);
  if (code !== 0) {
    print(`Not looked for what runs before may have left: ${excerpt(reason)}`);
    return;
  }
  for (const { metadata } of list(parsedRecord(stdout)?.["items"])) {
    const { name, creationTimestamp } = record(metadata);
    const age = Date.now() - Date.parse(String(creationTimestamp));
    if (String(name).startsWith(prefix) && age > longestTrial) await remove(cluster, String(name));
  }
}

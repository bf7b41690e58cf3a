/** The namespace of one trial: made by it, and gone after it, whatever ends it. */
import { constants } from "node:os";
import { print } from "../../toolchain/steps.ts";
import type { Cluster } from "../cluster/api.ts";
import { excerpt } from "../plain.ts";
import { missing, notKnown, type Row } from "../row.ts";
import { list, parsedRecord, record } from "../values.ts";
import { trialLabel } from "./manifests.ts";

export interface OwnNamespace {
  /** Makes objects; a row where the cluster does not take them. */
  readonly make: (objects: readonly object[]) => Promise<Row | undefined>;
  /** Takes the namespace away, with all that is in it. */
  readonly close: () => Promise<void>;
}

/** Ctrl-C, an end by a pipeline, and a terminal that is closed. */
const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** From here on a signal takes the namespace away before it ends the process. */
export function ownNamespace(cluster: Cluster, namespace: string): OwnNamespace {
  let making: Promise<unknown> = Promise.resolve();
  const stop = (signal: (typeof signals)[number]) => {
    // What is just being made has to be there before it can go.
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
  // The API server checks them; kubectl would want to read its whole schema first.
  const { code, reason } = await cluster.kubectl(["create", "--filename=-", "--validate=false"], items);
  return code === 0 ? undefined : refusal(namespace, reason);
}

/** What the API server says of an object that it will not take next time either: rights, policies, quotas, its form. */
const refused = /\((?:Forbidden|Invalid)\)| is invalid:|request is invalid|denied the request/;
/** Refused as well, for a state that passes. */
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

/** Only what a trial made: a namespace of somebody else's by this name stays. */
async function remove(cluster: Cluster, namespace: string): Promise<void> {
  const own = [...ofTrials, `--field-selector=metadata.name=${namespace}`];
  const { code, reason } = await cluster.kubectl(["delete", "namespaces", ...own, "--wait=false"]);
  if (code !== 0) print(`Left behind: ${excerpt(reason)}. What to do: kubectl delete namespace ${namespace}`);
}

const ofTrials = Object.entries(trialLabel).map(([label, value]) => `--selector=${label}=${value}`);

/** Milliseconds after which no trial runs any more: longer than all of its waiting. */
const longestTrial = 30 * 60_000;

/** Takes away what runs before have left, such as those that were killed; never that of a run beside this one. */
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

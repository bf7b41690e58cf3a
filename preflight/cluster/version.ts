/** Checks that the cluster answers, and its version. */
import { met, missing, notKnown, type Row } from "../row.ts";
import { text } from "../values.ts";
import type { Cluster } from "./api.ts";

/** From this version on, sidecars and the sleep before SIGTERM are on by default (KEP-753, KEP-3960). */
const leastMinor = 30;

export interface Reached {
  /** Whether further checks make sense. */
  readonly answers: boolean;
  readonly row: Row;
}

export async function askVersion(cluster: Cluster, context: string | undefined): Promise<Reached> {
  const answer = await cluster.read("/version");
  const version = answer.kind === "found" ? text(answer.body["gitVersion"]) : undefined;
  if (version !== undefined) return { answers: true, row: versionRow(version) };
  const need = `the cluster of ${context === undefined ? "the current context" : `the context ${context}`}`;
  switch (answer.kind) {
    case "found": {
      const seen = `what answers is no Kubernetes: ${JSON.stringify(answer.body)}`;
      return { answers: false, row: missing(need, seen, remedyFor("", context)) };
    }
    case "absent":
      return { answers: false, row: missing(need, "what answers is no Kubernetes", remedyFor("", context)) };
    case "unknown": {
      const row = missing(need, `does not answer: ${answer.reason}`, remedyFor(answer.reason, context));
      return { answers: false, row };
    }
  }
}

function remedyFor(reason: string, context: string | undefined): string {
  if (/context "?[^"]*"? does not exist|context was not found/.test(reason)) {
    return "kubectl config get-contexts shows the contexts; ckan:cluster.context in the stack file names the one that is meant";
  }
  const where = context === undefined ? "" : ` --context ${context}`;
  return `log in again, or see all of it: kubectl${where} get --raw /version`;
}

export function versionRow(version: string): Row {
  const need = `Kubernetes 1.${leastMinor} or newer`;
  const [, major, minor] = /^v(\d+)\.(\d+)/.exec(version) ?? [];
  if (major === undefined || minor === undefined) {
    return notKnown(need, `its version is ${version}`, "look whether it is new enough: kubectl version");
  }
  if (Number(major) > 1 || Number(minor) >= leastMinor) return met(need, version);
  return missing(need, version, "upgrade the cluster: older ones take no sidecars, or no pause before a pod ends");
}

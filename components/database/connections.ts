/** The most clients of its databases that a site runs. */
import type { Clients } from "../../ckan/connections.ts";
import { mostPods, type PodNumber } from "../kubernetes/scaling.ts";
import { defaultGroup } from "../worker/groups.ts";

interface Parts {
  readonly web: PodNumber & { readonly processes: number };
  readonly workers?: Readonly<Record<string, PodNumber>> | undefined;
}

/** A rollout starts a pod before it stops one. */
export function databaseClients({ web, workers }: Parts): Clients {
  const groups: readonly PodNumber[] = Object.values({ [defaultGroup]: {}, ...workers });
  return {
    webPods: mostPods(web) + 1,
    processes: web.processes,
    workers: groups.reduce((sum, group) => sum + mostPods(group) + 1, 0),
  };
}

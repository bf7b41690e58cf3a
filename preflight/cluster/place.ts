/** Project and region of a GKE cluster: gcloud writes them into the cluster's name in the kubeconfig. */
import type { Cluster } from "./api.ts";

export interface ClusterPlace {
  readonly clusterProject?: string;
  readonly region?: string;
}

/** Empty when the name does not follow gcloud's pattern: something else wrote the kubeconfig. */
export async function placeOf(cluster: Cluster): Promise<ClusterPlace> {
  const { stdout } = await cluster.kubectl(["config", "view", "--minify", "--output=jsonpath={.clusters[0].name}"]);
  return placeByName(stdout.trim());
}

/** gke_<project>_<region or zone>_<cluster>; a zone is a region with a letter suffix. */
export function placeByName(name: string): ClusterPlace {
  const [, clusterProject, location] = /^gke_([^_]+)_([^_]+)_/.exec(name) ?? [];
  if (clusterProject === undefined || location === undefined) return {};
  return { clusterProject, region: location.replace(/-[a-z]$/, "") };
}

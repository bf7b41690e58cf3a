/** Where a GKE cluster is: gcloud writes it into the name that a kubeconfig knows the cluster by. */
import type { Cluster } from "./api.ts";

export interface ClusterPlace {
  readonly clusterProject?: string;
  readonly region?: string;
}

/** Nothing where the name says nothing: somebody else wrote the kubeconfig. */
export async function placeOf(cluster: Cluster): Promise<ClusterPlace> {
  const { stdout } = await cluster.kubectl(["config", "view", "--minify", "--output=jsonpath={.clusters[0].name}"]);
  return placeByName(stdout.trim());
}

/** gke_<project>_<region or zone>_<cluster>; a zone is a region with a letter behind. */
export function placeByName(name: string): ClusterPlace {
  const [, clusterProject, location] = /^gke_([^_]+)_([^_]+)_/.exec(name) ?? [];
  if (clusterProject === undefined || location === undefined) return {};
  return { clusterProject, region: location.replace(/-[a-z]$/, "") };
}

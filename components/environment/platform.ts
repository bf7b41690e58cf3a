/**
 * Where an environment runs. Only `local` accepts the public root secret; only `openshift` has Routes and assigns uids; `gke-autopilot`
 * takes requests for resources in its own way.
 */
export const Platform = {
  Local: "local",
  Kubernetes: "kubernetes",
  OpenShift: "openshift",
  Autopilot: "gke-autopilot",
} as const;
export type Platform = (typeof Platform)[keyof typeof Platform];

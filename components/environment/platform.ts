/**
 * Where an environment runs. Only `local` accepts the public root secret. Only `openshift` has Routes and assigns UIDs.
 * `gke-autopilot` has its own rules for resource requests.
 */
export const Platform = {
  Local: "local",
  Kubernetes: "kubernetes",
  OpenShift: "openshift",
  Autopilot: "gke-autopilot",
} as const;
export type Platform = (typeof Platform)[keyof typeof Platform];

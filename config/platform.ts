/** Where an environment runs. Only `local` accepts the public root secret; only `openshift` has Routes and assigns uids. */
export const Platform = { Local: "local", Kubernetes: "kubernetes", OpenShift: "openshift" } as const;
export type Platform = (typeof Platform)[keyof typeof Platform];

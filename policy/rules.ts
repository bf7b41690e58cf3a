/** All rules, in the order of the pack and its documentation. */
import type { Rule } from "./rule.ts";
import { bucketsPrivate, primitiveRoles } from "./rules/cloud.ts";
import { imageDigest, imagePinned, probes, requestsAndLimits } from "./rules/containers.ts";
import { labels } from "./rules/labels.ts";
import { defaultDeny, dnsNames } from "./rules/network.ts";
import { readOnlyRoot, restrictedPods, serviceAccountToken } from "./rules/pods.ts";
import { plainSecrets, secretValues } from "./rules/secrets.ts";
import { namespaceProtected, stateProtected } from "./rules/state.ts";

export const rules: readonly Rule[] = [
  stateProtected,
  namespaceProtected,
  restrictedPods,
  readOnlyRoot,
  serviceAccountToken,
  imagePinned,
  imageDigest,
  plainSecrets,
  secretValues,
  bucketsPrivate,
  primitiveRoles,
  defaultDeny,
  dnsNames,
  requestsAndLimits,
  probes,
  labels,
];

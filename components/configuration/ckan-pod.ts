/** What every pod that runs CKAN has in common. */

import { storagePath } from "../../ckan/settings.ts";
import { caBundleMounts } from "../kubernetes/ca-bundle.ts";
import type { Identity } from "../kubernetes/labels.ts";
import { configMapMount, type Mount, type PodArgs, scratchMount } from "../kubernetes/pod.ts";
import type { CkanRuntime } from "../site/endpoints.ts";

/** The image, settings and connections of CKAN; the caller adds command, probes and resources. */
export function ckanPod(
  runtime: CkanRuntime,
  identity: Identity,
  storage: Mount = scratchMount("storage", storagePath),
): Pick<PodArgs, "identity" | "image" | "environment" | "mounts" | "clientLabels"> {
  return {
    identity,
    image: runtime.image,
    environment: runtime.environment,
    mounts: [configMapMount("configuration", "/etc/ckan", runtime.configMap), storage, ...caBundleMounts(runtime)],
    clientLabels: Object.assign({}, ...runtime.access.map(({ clientLabels }) => clientLabels)),
  };
}

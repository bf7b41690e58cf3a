/** `queueMetrics` of a site: an exporter that shows Prometheus how many jobs wait. */
import { z } from "zod";
import { resources, sized } from "../../../components/kubernetes/resources.ts";
import type { Arguments } from "../../../config/arguments.ts";
import { imageReference, namespaceName } from "../../../config/values.ts";

export const metricsSettings = z.strictObject({
  image: imageReference.describe("Container image of redis_exporter, by exact tag or digest"),
  prometheusNamespace: namespaceName.default("monitoring").describe("Namespace whose pods read the metrics"),
  resources: resources(sized("10m", "32Mi", "100m", "64Mi")),
});

export type MetricsArgs = Arguments<typeof metricsSettings>;

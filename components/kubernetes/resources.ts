/** What a container may use: the schema of every `resources` setting. */
import { z } from "zod";
import { byteQuantity, cpuQuantity } from "../../config/values.ts";
import type { Resources } from "./pod.ts";

/** Kubernetes' own shape, so that nobody has to learn another. */
export function resources(defaults: Resources) {
  const amounts = (amount: Resources["requests"], word: string) =>
    z
      .strictObject({
        cpu: cpuQuantity.default(amount.cpu).describe(`Processor, ${word}`),
        memory: byteQuantity.default(amount.memory).describe(`Memory, ${word}`),
        "ephemeral-storage": byteQuantity
          .default(amount["ephemeral-storage"])
          .describe(`Disk of the node for temporary files, ${word}`),
      })
      .prefault({});
  return z
    .strictObject({ requests: amounts(defaults.requests, "reserved"), limits: amounts(defaults.limits, "at most") })
    .prefault({})
    .describe("Requests and limits of the container, as in Kubernetes");
}

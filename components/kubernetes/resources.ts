/** Schema of every `resources` setting. */
import { z } from "zod";
import { addMistake, ruleBetween } from "../../config/mistakes.ts";
import { byteQuantity, cpuQuantity } from "../../config/values.ts";
import type { Resources } from "./pod.ts";
import { quantityValue } from "./quantity.ts";

/** CPU and memory requests, then the limits, including disk. Defaults suit a site with a few thousand datasets. */
export function sized(cpu: string, memory: string, cpuLimit: string, memoryLimit: string, disk = "2Gi"): Resources {
  return {
    requests: { cpu, memory, "ephemeral-storage": "64Mi" },
    limits: { cpu: cpuLimit, memory: memoryLimit, "ephemeral-storage": disk },
  };
}

/** In Kubernetes' own format, so that nobody has to learn another. */
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
    .superRefine(
      ruleBetween(({ requests, limits }, context) => {
        for (const amount of ["cpu", "memory", "ephemeral-storage"] as const) {
          const [found, limit] = [requests[amount], limits[amount]];
          if (quantityValue(found) <= quantityValue(limit)) continue;
          addMistake(context, ["requests", amount], `expected at most the limit ${limit}`, { found });
        }
      }),
    )
    .prefault({})
    .describe("Requests and limits of the container, as in Kubernetes");
}

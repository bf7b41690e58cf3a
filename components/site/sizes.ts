/**
 * Default sizes of every part: for a site of some thousand datasets. Measured (resident memory): web 230 MiB after start and
 * 350 after use, worker 115 and 225 during a load of a million rows, Solr 256, PostgreSQL 71, MinIO 62 to 130, Redis 6.
 */
import type { Resources } from "../kubernetes/pod.ts";

function resources(cpu: string, memory: string, cpuLimit: string, memoryLimit: string, disk = "2Gi"): Resources {
  return {
    requests: { cpu, memory, "ephemeral-storage": "64Mi" },
    limits: { cpu: cpuLimit, memory: memoryLimit, "ephemeral-storage": disk },
  };
}

export const sizes = {
  datapusher: { resources: resources("50m", "128Mi", "1", "512Mi") },
  queue: { storage: "1Gi", resources: resources("50m", "64Mi", "500m", "256Mi") },
  files: { storage: "20Gi", resources: resources("100m", "256Mi", "1", "512Mi") },
} as const;

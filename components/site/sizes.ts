/**
 * Default sizes of every part: for a site of some thousand datasets. Measured (resident memory): web 230 MiB after start and
 * 350 after use, worker 115 and 225 during a load of a million rows, Solr 256, PostgreSQL 71.
 */
import type { Resources } from "../kubernetes/pod.ts";

function resources(cpu: string, memory: string, cpuLimit: string, memoryLimit: string, disk = "2Gi"): Resources {
  return {
    requests: { cpu, memory, "ephemeral-storage": "64Mi" },
    limits: { cpu: cpuLimit, memory: memoryLimit, "ephemeral-storage": disk },
  };
}

export const sizes = {
  maximumUploadMegabytes: 100,
  web: {
    processes: 4,
    answerSeconds: 60,
    drainSeconds: 45,
    cacheSeconds: 5,
    hstsSeconds: 31_536_000,
    resources: resources("250m", "768Mi", "1", "1Gi"),
  },
  nginx: { resources: resources("50m", "32Mi", "1", "256Mi", "5Gi") },
  worker: { resources: resources("100m", "384Mi", "1", "768Mi", "4Gi") },
  bootstrap: { resources: resources("250m", "384Mi", "1", "768Mi") },
  recovery: { resources: resources("10m", "32Mi", "500m", "128Mi") },
  database: { storage: "10Gi", maxConnections: 100, resources: resources("100m", "256Mi", "1", "512Mi") },
  databaseProxy: { resources: resources("50m", "64Mi", "500m", "256Mi") },
} as const;

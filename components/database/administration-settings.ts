/** Who makes roles and databases on a server that the program does not run inside the cluster. */
import { z } from "zod";

export const administration = z
  .enum(["cluster", "pulumi"], "expected administration: cluster or pulumi")
  .default("cluster")
  .describe(
    "Who makes roles and databases: the bootstrap inside the cluster, or the machine that runs Pulumi, which must reach the server",
  );

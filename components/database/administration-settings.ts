/** Who creates roles and databases on a server outside the cluster. */
import { z } from "zod";

/**
 * `cluster`: the bootstrap Job, as the server's administrator. `pulumi`: the machine that runs Pulumi, which must reach the server; no
 * pod ever gets the administrator's password then.
 */
export const Administration = { Cluster: "cluster", Pulumi: "pulumi" } as const;
export type Administration = (typeof Administration)[keyof typeof Administration];

export const administration = z
  .enum(Administration, "expected administration: cluster or pulumi")
  .default(Administration.Cluster)
  .describe(
    "Who makes roles and databases: the bootstrap inside the cluster, or the machine that runs Pulumi, which must reach the server",
  );

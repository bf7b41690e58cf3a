/** A PostgreSQL server that exists: this program makes roles and databases on it, and leaves everything else alone. */
import type * as pulumi from "@pulumi/pulumi";
import { toNetworks } from "../kubernetes/network.ts";
import type { DatabaseServer } from "../site/endpoints.ts";
import { administer } from "./administration.ts";
import { Administration, type KindArgs, postgresPort, type ServedDatabases } from "./kind.ts";

export interface ExternalPostgres {
  readonly kind: "external";
  /** PostgreSQL 15 or newer. */
  readonly host: pulumi.Input<string>;
  /** @default 5432 */
  readonly port?: number;
  /** libpq's sslmode. @default require */
  readonly sslMode?: DatabaseServer["sslMode"];
  /** A role with CREATEROLE and CREATEDB. No CKAN pod ever gets its password. */
  readonly administrator: { readonly user: string; readonly password: pulumi.Input<string> };
  /** Who uses it. @default cluster */
  readonly administration?: Administration;
  /** IPv4 networks that hold the server, for the network policies. @default 0.0.0.0/0 */
  readonly networks?: readonly string[];
}

export function declareExternalPostgres(
  name: string,
  args: KindArgs<ExternalPostgres>,
  options: pulumi.CustomResourceOptions,
): ServedDatabases {
  const { host, port = postgresPort, sslMode = "require", networks = ["0.0.0.0/0"], administrator } = args.server;
  const { administration = Administration.Cluster } = args.server;
  const server = administer(name, { ...args, administration, host, port, sslMode, administrator }, options);
  return { server, access: toNetworks(networks, port) };
}

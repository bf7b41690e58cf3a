/** An existing PostgreSQL server: this program creates roles and databases on it and changes nothing else. */
import type * as pulumi from "@pulumi/pulumi";
import { toNetworks } from "../kubernetes/network.ts";
import { administer } from "./administration.ts";
import type { KindArgs, ServedDatabases } from "./kind.ts";
import type { ExternalPostgres } from "./settings.ts";

export function declareExternal(
  name: string,
  args: KindArgs,
  settings: ExternalPostgres,
  options: pulumi.CustomResourceOptions,
): ServedDatabases {
  const { networks, port } = settings;
  return { server: administer(name, args, settings, options), access: toNetworks(networks, port) };
}

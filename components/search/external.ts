/** An existing Solr core. */
import type * as pulumi from "@pulumi/pulumi";
import { toNetworks } from "../kubernetes/network.ts";
import { credentialsSecret } from "../site/credentials-secret.ts";
import type { SearchEndpoint } from "../site/endpoints.ts";
import { userError } from "../user-error.ts";
import type { ExternalSolr } from "./settings.ts";
import type { SolrCoreArgs } from "./solr-core.ts";

export function declareExternal(
  name: string,
  { namespace, instance, credentials }: SolrCoreArgs,
  { host, port, core, tls, user, password, networks }: ExternalSolr,
  options: pulumi.CustomResourceOptions,
): SearchEndpoint {
  const endpoint = { host, port, core, ...(tls && { tls }), access: toNetworks(networks, port) };
  if (user === undefined || password === undefined) return endpoint;
  if (credentials === undefined) throw userError(`${name}.credentials: expected them beside server.user, got none`);
  const identity = { instance, component: "search", software: "solr", version: undefined } as const;
  const secret = credentialsSecret(
    `${name}-credentials`,
    { namespace, identity, credentials, data: { password } },
    options,
  );
  return { ...endpoint, login: { user, password: secret.password } };
}

/** The program: declares one CkanStack per instance in the stack file and publishes the outputs. */
import { setImmediate } from "node:timers/promises";
import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { stackArguments, zoneArguments } from "./components/environment/arguments.ts";
import { loadEnvironment } from "./components/environment/load.ts";
import { type Address, CkanStack, CloudflareZone } from "./components/index.ts";
import { Purpose } from "./components/site/purposes.ts";
import type { CredentialsDocument, InstanceDocument } from "./outputs/contract.ts";
import { type Published, publishCredentials, publishInstance } from "./outputs/publish.ts";

export { contractVersion } from "./outputs/version.ts";

const settings = loadEnvironment(new pulumi.Config("ckan"));

// The identifier stays the same, so that the provider and all objects survive when only the access to the cluster changes.
const provider = new kubernetes.Provider("cluster", {
  clusterIdentifier: settings.name,
  ...(settings.cluster.context !== undefined && { context: settings.cluster.context }),
});

// The contract with other teams: outputs/contract.ts documents every field.
export const environment = settings.name;
export const instances: Record<string, Published<InstanceDocument>> = {};
export const credentials: Record<string, Published<CredentialsDocument>> = {};

/** Administrator of each site: for the team that runs it, not part of the contract. */
export const administrators: Record<string, { readonly name: string; readonly password: pulumi.Output<string> }> = {};

// Arguments of all sites are built before the first site is declared, so that errors in the last one show up early.
const declarations = Object.entries(settings.instances).map(
  ([name, instance]) => [name, instance, stackArguments(name, instance, settings)] as const,
);
const addresses = new Map<string, pulumi.Output<Address | undefined>>();
for (const [name, { administrator, dashboards }, args] of declarations) {
  const site = new CkanStack(name, args, { provider });
  addresses.set(name, site.address);
  instances[name] = publishInstance(site, dashboards);
  credentials[name] = publishCredentials(site, args.credentials);
  const password = args.credentials.derive(Purpose.Administrator).secret;
  administrators[name] = { name: administrator.name, password };
  // Registrations of this site are sent before the next one is declared. Otherwise Pulumi awaits all sites together, and their promises
  // pile up: at 50 sites twice the memory, and so much garbage collection that a site takes half as long again.
  await setImmediate();
}

const zone = zoneArguments(settings, (name) => addresses.get(name));
if (zone !== undefined) new CloudflareZone("cloudflare", zone);

/** The program: one CkanStack for each instance that the stack file names, and what it publishes. */
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

// The identifier keeps the provider, and with it every object, when only the way to reach the cluster changes.
const provider = new kubernetes.Provider("cluster", {
  clusterIdentifier: settings.name,
  ...(settings.cluster.context !== undefined && { context: settings.cluster.context }),
});

// The contract with other teams: outputs/contract.ts says what every field means.
export const environment = settings.name;
export const instances: Record<string, Published<InstanceDocument>> = {};
export const credentials: Record<string, Published<CredentialsDocument>> = {};

/** Who administers each site: for the team that runs it, and no part of the contract. */
export const administrators: Record<string, { readonly name: string; readonly password: pulumi.Output<string> }> = {};

// All arguments before any site: whatever is wrong with the last one is known before the first is declared.
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
  // The site's registrations go out before the next one is declared. Otherwise Pulumi waits for the last of many sites, and the
  // promises of all pile up: at 50 sites twice the memory, and so much to collect that a site takes half as long again.
  await setImmediate();
}

const zone = zoneArguments(settings, (name) => addresses.get(name));
if (zone !== undefined) new CloudflareZone("cloudflare", zone);

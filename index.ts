/** The program: one CkanStack for each instance that the stack file names. */
import { setImmediate } from "node:timers/promises";
import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { Purpose } from "./ckan/credentials.ts";
import { type Address, CkanStack, CloudflareZone } from "./components/index.ts";
import { stackArguments, zoneArguments } from "./config/arguments.ts";
import { loadEnvironment } from "./config/load.ts";

const environment = loadEnvironment(new pulumi.Config("ckan"));

// The identifier keeps the provider, and with it every object, when only the way to reach the cluster changes.
const provider = new kubernetes.Provider("cluster", {
  clusterIdentifier: environment.name,
  ...(environment.cluster.context !== undefined && { context: environment.cluster.context }),
});

interface Site {
  readonly url: string;
  /** Where the name of the host has to lead; undefined where the cluster does not say. */
  readonly address: pulumi.Output<Address | undefined>;
  readonly namespace: string;
  readonly adminName: string;
  readonly adminPassword: pulumi.Output<string>;
}

/** Every site of the environment by its name: where it is, and who administers it. */
export const sites: Record<string, Site> = {};

// All arguments before any site: whatever is wrong with the last one is known before the first is declared.
const declarations = Object.entries(environment.instances).map(
  ([name, instance]) => [name, stackArguments(name, instance, environment)] as const,
);
for (const [name, args] of declarations) {
  const { url, address } = new CkanStack(name, args, { provider });
  const adminPassword = args.credentials.derive(Purpose.Administrator).secret;
  sites[name] = { url, address, namespace: args.namespace, adminName: args.administrator.name, adminPassword };
  // The site's registrations go out before the next one is declared. Otherwise Pulumi waits for the last of many sites, and the
  // promises of all pile up: at 50 sites twice the memory, and so much to collect that a site takes half as long again.
  await setImmediate();
}

const zone = zoneArguments(environment, (name) => sites[name]?.address);
if (zone !== undefined) new CloudflareZone("cloudflare", zone);

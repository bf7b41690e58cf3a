/** How the settings of an instance become the arguments of the component that declares it. */
import * as pulumi from "@pulumi/pulumi";
import type { Address, CkanStackArgs, CloudflareZoneArgs } from "../components/index.ts";
import { Credentials, PodUser, parseAddress } from "../components/index.ts";
import { chosenRateLimits } from "../components/manifests/cloudflare-rules.ts";
import { refusal } from "../components/refusal.ts";
import type { Instance } from "./instance.ts";
import type { Environment } from "./load.ts";
import { Platform } from "./platform.ts";

export function stackArguments(name: string, instance: Instance, environment: Environment): CkanStackArgs {
  const { ckan, site, generations, dns: _, ...parts } = instance;
  const { version, image, plugins } = ckan;
  return {
    ...parts,
    namespace: `${name}-${environment.name}`,
    credentials: new Credentials({ rootSecret: environment.rootSecret, instance: name, generations }),
    protection: environment.protection,
    podUser: environment.cluster.platform === Platform.OpenShift ? PodUser.Assigned : PodUser.Fixed,
    registries: registries(environment),
    kedaNamespace: environment.cluster.kedaNamespace,
    ckan: { version, image, plugins },
    site: {
      ...site,
      id: site.id ?? name,
      maximumUploadMegabytes: ckan.maximumUploadMegabytes,
      jobTimeoutSeconds: ckan.jobTimeoutSeconds,
      further: ckan.settings,
    },
    database: database(instance, environment),
    queue: queue(instance, environment),
    files: files(instance, environment),
  };
}

function registries({ cluster, secret }: Environment): NonNullable<CkanStackArgs["registries"]> {
  return cluster.registries.map(({ passwordFrom, ...rest }) => ({ ...rest, password: secret(passwordFrom) }));
}

function database({ database }: Instance, { secret }: Environment): CkanStackArgs["database"] {
  if (database.kind === "in-cluster") return database;
  const { user, passwordFrom } = database.administrator;
  return { ...database, administrator: { user, password: secret(passwordFrom) } };
}

function queue({ queue }: Instance, { secret }: Environment): CkanStackArgs["queue"] {
  if (queue.kind === "in-cluster") return queue;
  const { passwordFrom, ...rest } = queue;
  return { ...rest, password: secret(passwordFrom) };
}

function files({ files }: Instance, { secret }: Environment): CkanStackArgs["files"] {
  if (files.kind !== "s3") return files;
  const { accessKeyFrom, secretKeyFrom, ...rest } = files;
  return { ...rest, accessKey: secret(accessKeyFrom), secretKey: secret(secretKeyFrom) };
}

/**
 * What the stack declares in its zone; undefined without one. `addressOf` says where the exposure of an instance leads.
 */
export function zoneArguments(
  { name, cloudflare, instances }: Environment,
  addressOf: (instance: string) => pulumi.Output<Address | undefined> | undefined,
): CloudflareZoneArgs | undefined {
  if (cloudflare === undefined) return undefined;
  const { rulesets, rateLimits, ...zone } = cloudflare;
  return {
    ...zone,
    owner: `CKAN environment ${name}`,
    owned: rulesets,
    rateLimits: chosenRateLimits(zone.plan, rateLimits),
    sites: Object.entries(instances).flatMap(([instance, { host, dns }]) => {
      if (dns.kind !== "cloudflare") return [];
      const { kind: _, target, ...site } = dns;
      const address = target === undefined ? known(instance, addressOf(instance)) : parseAddress(target);
      return { instance, host, address, ...site };
    }),
  };
}

/** The address of an exposure that has one. */
function known(instance: string, address: pulumi.Input<Address | undefined>): pulumi.Output<Address> {
  return pulumi.output(address).apply((found) => {
    if (found !== undefined) return found;
    throw refusal(
      `the exposure of ${instance} got no address from the cluster: write instances.${instance}.dns.target, or see why its ` +
        "controller gave it none",
    );
  });
}

/** Turns the settings of a stack file into the arguments of the components that it declares. */
import * as pulumi from "@pulumi/pulumi";
import { resolveSecrets } from "../../config/arguments.ts";
import type { Address, CkanStackArgs, CloudflareZoneArgs } from "../index.ts";
import { Credentials, PodUser, parseAddress } from "../index.ts";
import { registriesSettings } from "../registries/settings.ts";
import { type Instance, instanceSettings } from "../site/settings.ts";
import { userError } from "../user-error.ts";
import type { Environment } from "./load.ts";
import { Platform } from "./platform.ts";

export function stackArguments(name: string, instance: Instance, environment: Environment): CkanStackArgs {
  const { rootSecret, previousRootSecret, secret, cluster } = environment;
  const { generations, dns, dashboards: _, ...site } = resolveSecrets(instanceSettings, instance, secret);
  return {
    ...site,
    namespace: `${name}-${environment.name}`,
    credentials: new Credentials({ rootSecret, previousRootSecret, instance: name, generations }),
    protection: environment.protection,
    podUser: cluster.platform === Platform.OpenShift ? PodUser.Assigned : PodUser.Fixed,
    dnsResolvers: cluster.dnsResolvers,
    autopilot: cluster.platform === Platform.Autopilot,
    registries: resolveSecrets(registriesSettings, cluster.registries, secret),
    editorsHost: dns.kind === "cloudflare" ? dns.editorsHost : undefined,
    kedaNamespace: cluster.kedaNamespace,
    database: onVolume(site.database, cluster),
    search: onVolume(site.search, cluster),
    queue: onVolume(site.queue, cluster),
    files: onVolume(site.files, cluster),
  };
}

/** Gives a part with a volume in the cluster the environment's StorageClass, unless the part names one. */
function onVolume<Part extends object>(part: Part, cluster: Environment["cluster"]): Part {
  if (cluster.storageClass === undefined || !("storage" in part)) return part;
  return { storageClass: cluster.storageClass, ...part };
}

/**
 * The arguments of the stack's Cloudflare zone; undefined without one. `addressOf` gives the address of an instance's exposure.
 */
export function zoneArguments(
  { name, cloudflare, instances }: Environment,
  addressOf: (instance: string) => pulumi.Output<Address | undefined> | undefined,
): CloudflareZoneArgs | undefined {
  if (cloudflare === undefined) return undefined;
  return {
    ...cloudflare,
    owner: `CKAN environment ${name}`,
    sites: Object.entries(instances).flatMap(([instance, { host, aliases, dns, ckan }]) => {
      if (dns.kind !== "cloudflare") return [];
      const { kind: _, target, ...site } = dns;
      const address = target === undefined ? known(instance, addressOf(instance)) : parseAddress(target);
      return { instance, host, aliases, address, sqlSearch: takesSql(ckan), ...site };
    }),
  };
}

/** Whether CKAN has the action datastore_search_sql, which is off by default. The words are those of CKAN's asbool. */
function takesSql({ settings }: Instance["ckan"]): boolean {
  return /^(?:true|yes|on|y|t|1)$/i.test(String(settings["ckan.datastore.sqlsearch.enabled"] ?? false));
}

/** The address of an exposure, or an error if the cluster gave it none. */
function known(instance: string, address: pulumi.Input<Address | undefined>): pulumi.Output<Address> {
  return pulumi.output(address).apply((found) => {
    if (found !== undefined) return found;
    throw userError(
      `the exposure of ${instance} got no address from the cluster: write instances.${instance}.dns.target, or see why its ` +
        "controller gave it none",
    );
  });
}

/** How the settings of an instance become the arguments of the component that declares it. */
import * as pulumi from "@pulumi/pulumi";
import { chosenRateLimits } from "../dns/rules.ts";
import type { Address, CkanStackArgs, CloudflareZoneArgs, MailArgs, PostgresBackup } from "../index.ts";
import { Credentials, PodUser, parseAddress } from "../index.ts";
import type { MailSettings } from "../mail/settings.ts";
import type { Instance } from "../site/settings.ts";
import { refusal } from "../user-error.ts";
import type { Environment } from "./load.ts";
import { Platform } from "./platform.ts";

export function stackArguments(name: string, instance: Instance, environment: Environment): CkanStackArgs {
  const { ckan, site, generations, dns, dashboards: _pages, mail, maintenance, ...parts } = instance;
  const { version, image, plugins } = ckan;
  const { rootSecret, previousRootSecret } = environment;
  return {
    ...parts,
    namespace: `${name}-${environment.name}`,
    credentials: new Credentials({ rootSecret, previousRootSecret, instance: name, generations }),
    protection: environment.protection,
    podUser: environment.cluster.platform === Platform.OpenShift ? PodUser.Assigned : PodUser.Fixed,
    dnsResolvers: environment.cluster.dnsResolvers,
    autopilot: environment.cluster.platform === Platform.Autopilot,
    registries: registries(environment),
    editorsHost: dns.kind === "cloudflare" ? dns.editorsHost : undefined,
    kedaNamespace: environment.cluster.kedaNamespace,
    ckan: { version, image, plugins, secretSettings: secretSettings(instance, environment) },
    maintenance: maintenanceArguments(maintenance),
    ...(mail !== undefined && { mail: mailArguments(mail, environment) }),
    site: {
      ...site,
      id: site.id ?? name,
      maximumUploadMegabytes: ckan.maximumUploadMegabytes,
      jobTimeoutSeconds: ckan.jobTimeoutSeconds,
      further: ckan.settings,
    },
    database: onVolume(database(instance, environment), environment),
    search: onVolume(search(instance, environment), environment),
    queue: onVolume(queue(instance, environment), environment),
    files: onVolume(files(instance, environment), environment),
  };
}

/** A part with a volume in the cluster has it of the environment's class, where it names none. */
function onVolume<Part extends object>(part: Part, { cluster }: Environment): Part {
  if (cluster.storageClass === undefined || !("storage" in part)) return part;
  return { storageClass: cluster.storageClass, ...part };
}

function secretSettings({ ckan }: Instance, { secret }: Environment): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(ckan.secretSettings).map(([setting, key]) => [setting, secret(key)]));
}

function mailArguments({ passwordFrom, ...mail }: MailSettings, { secret }: Environment): MailArgs {
  return { ...mail, ...(passwordFrom !== undefined && { password: secret(passwordFrom) }) };
}

/** What is not enabled may stand in the file for the next time. */
function maintenanceArguments(maintenance: Instance["maintenance"]): CkanStackArgs["maintenance"] {
  if (!maintenance?.enabled) return undefined;
  const { enabled: _, ...told } = maintenance;
  return told;
}

function registries({ cluster, secret }: Environment): NonNullable<CkanStackArgs["registries"]> {
  return cluster.registries.map(({ passwordFrom, ...rest }) => ({ ...rest, password: secret(passwordFrom) }));
}

function database({ database }: Instance, { secret }: Environment): CkanStackArgs["database"] {
  switch (database.kind) {
    case "external": {
      const { user, passwordFrom } = database.administrator;
      return { ...database, administrator: { user, password: secret(passwordFrom) } };
    }
    case "cloud-native-pg": {
      const { backup } = database;
      return { ...database, backup: backup && { ...backup, store: backupStore(backup.store, secret) } };
    }
    default:
      return database;
  }
}

type BackupStore = NonNullable<Extract<Instance["database"], { kind: "cloud-native-pg" }>["backup"]>["store"];

function backupStore(store: BackupStore, secret: Environment["secret"]): PostgresBackup["store"] {
  if (store.kind === "gcs") return store;
  const { accessKeyFrom, secretKeyFrom, ...rest } = store;
  return { ...rest, accessKey: secret(accessKeyFrom), secretKey: secret(secretKeyFrom) };
}

function search({ search }: Instance, { secret }: Environment): CkanStackArgs["search"] {
  if (search.kind === "in-cluster") return search;
  const { user, passwordFrom, ...rest } = search;
  if (user === undefined || passwordFrom === undefined) return rest;
  return { ...rest, login: { user, password: secret(passwordFrom) } };
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
  const freeSql = Object.values(instances).some(({ ckan, dns }) => dns.kind === "cloudflare" && takesSql(ckan));
  return {
    ...zone,
    owner: `CKAN environment ${name}`,
    owned: rulesets,
    rateLimits: chosenRateLimits(zone.plan, rateLimits, freeSql),
    sites: Object.entries(instances).flatMap(([instance, { host, aliases, dns }]) => {
      if (dns.kind !== "cloudflare") return [];
      const { kind: _, target, ...site } = dns;
      const address = target === undefined ? known(instance, addressOf(instance)) : parseAddress(target);
      return { instance, host, aliases, address, ...site };
    }),
  };
}

/** Whether CKAN has the action datastore_search_sql: by default it has not. The words are those of its asbool. */
function takesSql({ settings }: Instance["ckan"]): boolean {
  return /^(?:true|yes|on|y|t|1)$/i.test(String(settings["ckan.datastore.sqlsearch.enabled"] ?? false));
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

/** Rules between settings: each looks at values that are valid by themselves. */
import { pluginMistakes } from "../../ckan/plugins.ts";
import { webDisk, workerDisk } from "../../ckan/uploads.ts";
import type { Mistake } from "../../config/mistakes.ts";
import { quantityValue } from "../../config/values.ts";
import { connectionMistakes } from "../database/connection-checks.ts";
import { Platform } from "../environment/platform.ts";
import { gatewayMistakes } from "../exposure/gateway-checks.ts";
import { mostPods } from "../kubernetes/scaling.ts";
import { tokenMistakes } from "../web/checks.ts";
import { proxyDisk } from "../web/limits.ts";
import { workerMistakes } from "../worker/checks.ts";
import { aliasMistakes } from "./alias-checks.ts";
import { autopilotMistakes } from "./autopilot-checks.ts";
import { settingsMistakes } from "./ckan-checks.ts";
import { podMistakes } from "./pod-checks.ts";
import type { Instance, StackSettings } from "./settings.ts";

/** The mistakes within one site, on a cluster of this platform; `at` makes the full key of a setting. */
export function siteMistakes(name: string, site: StackSettings, platform: unknown, at: KeyOf): readonly Mistake[] {
  return [
    ...pluginMistakes(site.ckan.plugins, site.files.kind !== "volume").map((expected) => ({
      key: at("ckan.plugins"),
      expected,
      found: site.ckan.plugins,
    })),
    ...settingsMistakes(site, at),
    ...exposureMistakes(site, platform, at),
    ...gatewayMistakes(site, at),
    ...imageMistakes(site, at),
    ...replicaMistakes(site, at),
    ...tokenMistakes(site, at),
    ...workerMistakes(name, site, at),
    ...diskMistakes(site, at),
    ...connectionMistakes(site, at),
    ...podMistakes(site, at),
    ...autopilotMistakes(site, platform, at),
  ];
}

/** The mistakes between instances: what must be unique in the environment. */
export function environmentMistakes(instances: Readonly<Record<string, Instance>>): readonly Mistake[] {
  const addressOf = ({ host, exposure }: Instance) =>
    exposure.kind === "node-port" ? `${host}:${exposure.nodePort}` : host;
  return [
    ...duplicates(instances, "site.id", (instance, name) => instance.site.id ?? name, "a site id of its own"),
    ...duplicates(instances, "host", addressOf, "a host of its own"),
    ...aliasMistakes(instances),
    ...duplicates(
      instances,
      "exposure.nodePort",
      ({ exposure }) => (exposure.kind === "node-port" ? exposure.nodePort : undefined),
      "a node port of its own",
    ),
    ...duplicates(
      instances,
      "exposure.google.address",
      ({ exposure }) => (exposure.kind === "gateway" ? exposure.google?.address : undefined),
      "an address of its own",
    ),
    ...duplicates(
      instances,
      "queue.index",
      ({ queue }) => (queue.kind === "external" ? `${queue.host}:${queue.port}/${queue.index}` : undefined),
      "an index of its own on a shared server",
    ),
    ...duplicates(
      instances,
      "database.name",
      ({ database }) => (database.kind === "cloud-sql" ? `${database.project}/${database.name}` : undefined),
      "a server of its own",
    ),
    ...duplicates(instances, "files.bucket", bucketOf, "a bucket of its own"),
    ...duplicates(
      instances,
      "files.accounts",
      ({ files }) => (files.kind === "gcs" ? `${files.project}/${files.accounts}` : undefined),
      "service accounts of its own",
    ),
  ];
}

function bucketOf({ files }: Instance): string | undefined {
  switch (files.kind) {
    case "s3":
      return `${files.endpoint}/${files.bucket}`;
    case "gcs":
      return files.bucket;
    default:
      return undefined;
  }
}

type KeyOf = (key: string) => string;

/** The kind `route` needs OpenShift. */
function exposureMistakes({ exposure }: StackSettings, platform: unknown, at: KeyOf): readonly Mistake[] {
  if (exposure.kind !== "route" || platform === Platform.OpenShift) return [];
  return [
    {
      key: at("exposure.kind"),
      expected: "expected gateway, shared-gateway or ingress: a Route needs ckan:cluster.platform: openshift",
      found: exposure.kind,
    },
  ];
}

/** A version in the image's tag must be the site's version, so that a bump of only one of the two is noticed. */
function imageMistakes({ ckan }: StackSettings, at: KeyOf): readonly Mistake[] {
  const tagged = /:(\d+\.\d+\.\d+)/.exec(ckan.image)?.[1];
  if (tagged === undefined || tagged === ckan.version) return [];
  return [
    {
      key: at("ckan.image"),
      expected: `expected an image of CKAN ${ckan.version}, as ckan.version says`,
      found: ckan.image,
    },
  ];
}

function replicaMistakes({ web, files }: StackSettings, at: KeyOf): readonly Mistake[] {
  if (mostPods(web) === 1 || files.kind !== "volume") return [];
  return [
    {
      key: at(web.scaling === undefined ? "web.replicas" : "web.scaling.maximum"),
      expected: "expected 1 with files.kind: volume, which one pod can mount; set files.kind to minio or s3 for more",
      found: mostPods(web),
    },
  ];
}

/** Each group of workers with its key. */
function workerParts({ workers }: StackSettings) {
  return Object.entries(workers).map(([group, settings]) => [`workers.${group}`, settings] as const);
}

/** A pod that writes more than its limit is evicted, with every request and load in it. */
function diskMistakes(instance: StackSettings, at: KeyOf): readonly Mistake[] {
  const { ckan, web } = instance;
  const megabytes = ckan.maximumUploadMegabytes;
  const needs = [
    {
      part: "web",
      settings: web,
      bytes: webDisk(web.processes, megabytes),
      what: `an upload in each of ${web.processes} processes`,
    },
    {
      part: "web.nginx",
      settings: web.nginx,
      bytes: proxyDisk(web.limits, megabytes),
      what: `${web.limits.uploads} uploads, and the answers of as many requests as web.limits allows`,
    },
    ...workerParts(instance).map(([part, settings]) => ({
      part,
      settings,
      bytes: workerDisk(megabytes),
      what: "a download and what XLoader makes of it",
    })),
  ];
  return needs.flatMap(({ part, settings, bytes, what }) => {
    const limit = settings.resources.limits["ephemeral-storage"];
    if (quantityValue(limit) >= bytes) return [];
    return [
      {
        key: at(`${part}.resources.limits.ephemeral-storage`),
        expected: `expected at least ${Math.ceil(bytes / 2 ** 20)}Mi: room for ${what}, of at most ckan.maximumUploadMegabytes (${megabytes})`,
        found: limit,
      },
    ];
  });
}

function duplicates(
  instances: Readonly<Record<string, Instance>>,
  key: string,
  read: (instance: Instance, name: string) => string | number | undefined,
  own: string,
): readonly Mistake[] {
  const first = new Map<string | number, string>();
  return Object.entries(instances).flatMap(([name, instance]) => {
    const value = read(instance, name);
    if (value === undefined) return [];
    const holder = first.get(value);
    if (holder === undefined) {
      first.set(value, name);
      return [];
    }
    return [{ key: `instances.${name}.${key}`, expected: `expected ${own}: ${holder} has it already`, found: value }];
  });
}

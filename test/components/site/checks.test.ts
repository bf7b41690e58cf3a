import { describe, expect, test } from "vitest";
import { environmentMistakes, siteMistakes } from "../../../components/site/checks.ts";
import { instanceSettings } from "../../../components/site/settings.ts";
import { resolveSecrets } from "../../../config/arguments.ts";
import { schemaMistakes } from "../../../config/mistakes.ts";
import { instance, instanceWith, onVolume } from "../../support/configuration.ts";

const parsed = (settings: Record<string, unknown> = {}) => instanceSettings.parse(instanceWith(settings));
const scaling = (minimum: number, maximum: number) => ({ minimum, maximum, cpuPercent: 80 });
const { nginx } = instance.web;
const withDisk = (disk: string) => ({ ...nginx, resources: { limits: { "ephemeral-storage": disk } } });
/** 1024 small bodies, 64 of strangers and 8 tables may come beside them; answers that are shared, logs. */
const fewer = { requests: 7, apiRequests: 1, uploads: 1 };
const trustedProxies = ["10.129.0.0/23"];
const gatewayOf = (className: string) => ({ kind: "gateway", className, tls: { kind: "secret", name: "data-tls" } });
/** Of all that an instance says wrong: by itself, or because of another setting. */
const keysOf = (settings: Record<string, unknown>) => {
  const given = instanceWith(settings);
  const { data, error } = instanceSettings.safeParse(given);
  const mistakes = data
    ? siteMistakes("opendata", resolveSecrets(instanceSettings, data, String), "kubernetes", String)
    : schemaMistakes(error, given, [], instanceSettings);
  return mistakes.map(({ key }) => key);
};

describe("inside one instance:", () => {
  test.each([
    ["the least instance has no mistake", {}, []],
    ["files on a volume have no mistake", onVolume, []],
    ["a heap just below the limit is right", { search: { ...instance.search, heap: "1023Mi" } }, []],
    ["a heap equal to the limit is a mistake", { search: { ...instance.search, heap: "1024Mi" } }, ["search.heap"]],
    [
      "the heap of an external core is nobody's concern",
      { search: { kind: "external", host: "solr.example.org" } },
      [],
    ],
    ["a grace period one second longer is right", { ckan: { ...instance.ckan, jobTimeoutSeconds: 3899 } }, []],
    [
      "a grace period as long as a load is a mistake",
      { ckan: { ...instance.ckan, jobTimeoutSeconds: 3900 } },
      ["workers.default.terminationGracePeriodSeconds"],
    ],
    [
      "each group of workers has its own grace period",
      {
        ckan: { ...instance.ckan, jobTimeoutSeconds: 3900 },
        workers: {
          default: { terminationGracePeriodSeconds: 4000 },
          bulk: { queues: ["bulk"] },
          late: { queues: ["late"], terminationGracePeriodSeconds: 100 },
        },
      },
      ["workers.bulk.terminationGracePeriodSeconds", "workers.late.terminationGracePeriodSeconds"],
    ],
    [
      "Google's word about visitors counts where its address is known",
      { exposure: { ...gatewayOf("gke-l7-gxlb"), google: { address: "data" } }, web: { nginx, trustedProxies } },
      [],
    ],
    [
      "an internal address of Google's may lie in a network that is trusted",
      { exposure: gatewayOf("gke-l7-rilb"), web: { nginx, trustedProxies } },
      [],
    ],
    ["no limit in the way is right", { exposure: { ...gatewayOf("istio"), requestSeconds: 0 } }, []],
    ["a limit above that of nginx is right", { exposure: { ...gatewayOf("istio"), requestSeconds: 75 } }, []],
    ["two pods beside an object store are right", { web: { replicas: 2 } }, []],
    ["two pods beside a volume are a mistake", { ...onVolume, web: { replicas: 2 } }, ["web.replicas"]],
    ["as many pods at least as at most are right", { web: { scaling: scaling(2, 2) } }, []],
    ["one pod at most beside a volume is right", { ...onVolume, web: { scaling: scaling(1, 1) } }, []],
    [
      "pods that grow beside a volume are a mistake",
      { ...onVolume, web: { scaling: scaling(1, 2) } },
      ["web.scaling.maximum"],
    ],
    [
      "an autoscaler beside a number, and the wrong way round, are two mistakes",
      { web: { replicas: 1, scaling: scaling(3, 2) } },
      ["web.replicas", "web.scaling.minimum"],
    ],
    [
      "an image tagged with something else than a version is right",
      { ckan: { ...instance.ckan, image: "ckan:blue" } },
      [],
    ],
    ["an image by digest is right", { ckan: { ...instance.ckan, image: `ckan@sha256:${"0".repeat(64)}` } }, []],
    [
      "an image of another version is a mistake",
      { ckan: { ...instance.ckan, image: "ckan:2.11.5-1" } },
      ["ckan.image"],
    ],
    [
      "reserved settings are a mistake each",
      { ckan: { ...instance.ckan, settings: { "ckan.site_id": "x", solr_url: "y", "ckan.locales_offered": "en" } } },
      ["ckan.settings.ckan.site_id", "ckan.settings.solr_url"],
    ],
    [
      "languages of an image's own folder are right",
      { ckan: { ...instance.ckan, settings: { "ckan.i18n_directory": "/srv/i18n", "ckan.locales_offered": "en lb" } } },
      [],
    ],
    ["requests equal to limits are right", { web: { resources: { requests: { memory: "1Gi" } } } }, []],
    [
      "every request above its limit is a mistake",
      {
        web: { resources: { requests: { cpu: "1001m" } } },
        queue: { ...instance.queue, resources: { requests: { memory: "1Gi", "ephemeral-storage": "3Gi" } } },
      },
      ["web.resources.requests.cpu", "queue.resources.requests.memory", "queue.resources.requests.ephemeral-storage"],
    ],
    [
      "disk for an upload in each of CKAN's processes is right",
      { web: { processes: 3, resources: { limits: { "ephemeral-storage": "559Mi" } } } },
      [],
    ],
    [
      "less disk than that is a mistake",
      { web: { processes: 3, resources: { limits: { "ephemeral-storage": "558Mi" } } } },
      ["web.resources.limits.ephemeral-storage"],
    ],
    ["disk for all that nginx takes at a time is right", { web: { limits: fewer, nginx: withDisk("1630Mi") } }, []],
    [
      "less disk than that is a mistake of its own",
      { web: { limits: fewer, nginx: withDisk("1629Mi") } },
      ["web.nginx.resources.limits.ephemeral-storage"],
    ],
    [
      "a request of nginx above its limit is a mistake of its own",
      { web: { nginx: { ...nginx, resources: { requests: { cpu: "2" } } } } },
      ["web.nginx.resources.requests.cpu"],
    ],
    [
      "larger uploads than web, nginx and worker have disk for are a mistake of each",
      { ckan: { ...instance.ckan, maximumUploadMegabytes: 800 } },
      [
        "web.resources.limits.ephemeral-storage",
        "web.nginx.resources.limits.ephemeral-storage",
        "workers.default.resources.limits.ephemeral-storage",
      ],
    ],
    [
      "a group default without XLoader's queue is a mistake, whoever else has it",
      { workers: { default: { queues: ["bulk"] }, loads: { queues: ["default"] } } },
      ["workers.default.queues"],
    ],
    [
      "two groups may work on one queue",
      { workers: { default: { queues: ["default", "bulk"] }, bulk: { queues: ["bulk"] } } },
      [],
    ],
    ["another group without queues is a mistake", { workers: { bulk: {} } }, ["workers.bulk.queues"]],
    [
      "a request above its limit is a mistake in any group",
      { workers: { bulk: { queues: ["bulk"], resources: { requests: { memory: "1Gi" } } } } },
      ["workers.bulk.resources.requests.memory"],
    ],
    [
      "the name of a group with the longest name that its pods can have is right",
      { workers: { ["a".repeat(30)]: { queues: ["bulk"] } } },
      [],
    ],
    [
      "a longer one is a mistake",
      { workers: { ["a".repeat(31)]: { queues: ["bulk"] } } },
      [`workers.${"a".repeat(31)}`],
    ],
    [
      "without XLoader the group default may have any queue",
      { workers: { default: { queues: ["bulk"] } }, ckan: { ...instance.ckan, plugins: ["s3filestore", "envvars"] } },
      [],
    ],
  ])("%s", (_name, settings, keys) => {
    expect(keysOf(settings)).toEqual(keys);
  });
});

describe("between instances:", () => {
  const at = (host: string, nodePort?: number, id?: string) =>
    parsed({
      host,
      ...(nodePort !== undefined && { exposure: { kind: "node-port", nodePort } }),
      ...(id !== undefined && { site: { id } }),
    });

  const atGoogle = (host: string, address: string) =>
    parsed({
      host,
      exposure: { ...gatewayOf("gke-l7-gxlb"), google: { address } },
    });

  test.each([
    ["different hosts are right", { a: at("a.org"), b: at("b.org") }, []],
    ["one host with two node ports is right", { a: at("a.org", 30001), b: at("a.org", 30002) }, []],
    ["one host twice is a mistake of the second", { a: at("a.org"), b: at("a.org") }, ["instances.b.host"]],
    [
      "a third instance is compared with the first",
      { a: at("a.org"), b: at("b.org"), c: at("a.org") },
      ["instances.c.host"],
    ],
    [
      "one node port on two hosts is a mistake",
      { a: at("a.org", 30001), b: at("b.org", 30001) },
      ["instances.b.exposure.nodePort"],
    ],
    [
      "one reserved address for two Gateways is a mistake",
      { a: atGoogle("a.org", "public"), b: atGoogle("b.org", "other"), c: atGoogle("c.org", "public") },
      ["instances.c.exposure.google.address"],
    ],
    [
      "a site id equal to another instance's name is a mistake",
      { a: at("a.org"), b: at("b.org", undefined, "a") },
      ["instances.b.site.id"],
    ],
  ])("%s", (_name, instances, keys) => {
    expect(environmentMistakes(instances).map(({ key }) => key)).toEqual(keys);
  });
});

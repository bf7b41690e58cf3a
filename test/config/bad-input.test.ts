/** The real program refuses a bad stack file with one line that says what to write, and declares nothing. */
import { describe, expect, test } from "vitest";
import { locales } from "../../ckan/locales.ts";
import { publicRootSecret } from "../../components/environment/root-secret.ts";
import { external, instance, onVolume, rootSecret, stackFile } from "../support/configuration.ts";
import { refusalOf } from "../support/program.ts";

const unknownKey = "expected nothing here: this key is unknown; look for a spelling mistake or remove it";
const newRootSecret = 'run pulumi config set --secret ckan:rootSecret "$(openssl rand -base64 48)"';
const instanceName =
  "expected an instance name: a DNS label of at most 30 lower-case letters, digits and hyphens that starts with a letter, such as opendata";
const exactImage =
  "expected an image with an exact tag or digest such as registry.example.org/ckan:2.11.6-1, got " as const;
const longName = "a".repeat(31);
const longestName = "a".repeat(30);
const cpuScaling = (minimum: number, maximum: number) => ({ kind: "hpa", minimum, maximum, cpuPercent: 80 });

const opendata = (settings: Record<string, unknown>) => stackFile({ opendata: settings });
const withPlugins = (...plugins: string[]) => opendata({ ckan: { ...instance.ckan, plugins } });
const withRootSecret = (value: string) => stackFile(undefined, { "ckan:rootSecret": value });
const twoInstances = (a: Record<string, unknown>, b: Record<string, unknown>) =>
  stackFile({ a: { host: "a.example.org", ...a }, b: { host: "b.example.org", ...b } });
const nodePort = (port: number) => ({ exposure: { kind: "node-port", nodePort: port } });
const exposed = (exposure: Record<string, unknown>) => opendata({ exposure });
const ownGateway = (className: string) => ({ kind: "gateway", className, tls: { kind: "secret", name: "data-tls" } });
const registry = { server: "registry.example.org", user: "puller", passwordFrom: "registryPassword" };
const withRegistry = (settings: Record<string, unknown>, secrets: Record<string, string> = {}) =>
  stackFile(undefined, {
    "ckan:cluster": { platform: "kubernetes", registries: [{ ...registry, ...settings }] },
    ...secrets,
  });
const ingress = { kind: "ingress", className: "traefik" };
const { "ckan:rootSecret": _, ...withoutRootSecret } = stackFile();
const zone = { zone: "example.org", plan: "pro" };
const { ckan } = instance;
/** A site that Cloudflare stands in front of, in a zone with these settings. */
const inZone = (
  settings: Record<string, unknown>,
  dns: Record<string, unknown> = {},
  site: Record<string, unknown> = {},
) =>
  stackFile(
    {
      opendata: {
        dns: { kind: "cloudflare", target: "203.0.113.10", ...dns },
        ckan: { ...ckan, maximumUploadMegabytes: 94 },
        ...site,
      },
    },
    { "ckan:cloudflare": { ...zone, ...settings } },
  );
const oneAddress =
  "expected one IPv4 address, IPv6 address or host name such as 203.0.113.10 or lb.example.net, got " as const;
const login = { requests: 10, periodSeconds: 60, blockSeconds: 600 };

const rows: readonly (readonly [name: string, stackFile: Record<string, unknown>, line: string])[] = [
  ["an unknown key at the top", stackFile(undefined, { "ckan:instanses": {} }), `ckan:instanses: ${unknownKey}`],
  [
    "an unknown key deep in an instance",
    opendata({ search: { ...instance.search, resources: { limits: { memori: "1Gi" } } } }),
    `ckan:instances.opendata.search.resources.limits.memori: ${unknownKey}`,
  ],
  [
    "an unknown key in the defaults, once for all instances",
    { ...twoInstances({}, {}), "ckan:defaults": { web: { replica: 2 } } },
    `ckan:defaults.web.replica: ${unknownKey}`,
  ],
  [
    "text where a number belongs",
    opendata({ web: { replicas: "two" } }),
    'ckan:instances.opendata.web.replicas: expected a whole number of at least 1, got "two"',
  ],
  [
    "a number where keys belong",
    opendata({ web: 3 }),
    "ckan:instances.opendata.web: expected keys and values below this key, got 3",
  ],
  [
    "a file of before nginx stood in front of CKAN",
    opendata({ web: undefined }),
    "ckan:instances.opendata.web: expected nginx.image below this key: nginx stands in front of CKAN in every web pod, got nothing",
  ],
  [
    "web pods without nginx",
    opendata({ web: { replicas: 2, nginx: undefined } }),
    "ckan:instances.opendata.web.nginx: expected image below this key: nginx stands in front of CKAN in every web pod, got nothing",
  ],
  [
    "text where a list belongs",
    opendata({ ckan: { ...instance.ckan, plugins: "datastore envvars" } }),
    'ckan:instances.opendata.ckan.plugins: expected a list of plugin names, got "datastore envvars"',
  ],
  [
    "an object that is cut short",
    stackFile(undefined, { "ckan:defaults": "{broken" }),
    'ckan:defaults: expected keys and values below this key, got "{broken"',
  ],
  [
    "a list that is cut short",
    stackFile(undefined, { "ckan:instances": "[broken" }),
    'ckan:instances: expected at least one instance, such as opendata, got "[broken"',
  ],
  [
    "defaults that are no object",
    stackFile(undefined, { "ckan:defaults": "none" }),
    'ckan:defaults: expected keys and values below this key, got "none"',
  ],
  [
    "an unknown kind",
    opendata({ search: { kind: "elastic" } }),
    'ckan:instances.opendata.search.kind: expected kind: in-cluster or external, got "elastic"',
  ],
  [
    "a bad quantity of bytes",
    opendata({ database: { ...instance.database, storage: "5gb" } }),
    'ckan:instances.opendata.database.storage: expected a quantity such as 5Gi, got "5gb"',
  ],
  [
    "a volume of nothing",
    opendata({ database: { ...instance.database, storage: "0Gi" } }),
    'ckan:instances.opendata.database.storage: expected a quantity above zero such as 5Gi, got "0Gi"',
  ],
  [
    "a bad quantity of processors",
    opendata({ web: { resources: { requests: { cpu: "lots" } } } }),
    'ckan:instances.opendata.web.resources.requests.cpu: expected processor cores such as 500m or 2, got "lots"',
  ],
  [
    "a host with a scheme",
    opendata({ host: "https://data.example.org" }),
    'ckan:instances.opendata.host: expected a host name such as data.example.org, without scheme, port or path, in lower case, got "https://data.example.org"',
  ],
  [
    "no host",
    opendata({ host: undefined }),
    "ckan:instances.opendata.host: expected a host name such as data.example.org, got nothing",
  ],
  [
    "two instances with one site id",
    twoInstances({ site: { id: "open" } }, { site: { id: "open" } }),
    'ckan:instances.b.site.id: expected a site id of its own: a has it already, got "open"',
  ],
  [
    "two instances with one host",
    twoInstances({ host: "data.example.org" }, { host: "data.example.org" }),
    'ckan:instances.b.host: expected a host of its own: a has it already, got "data.example.org"',
  ],
  [
    "two instances with one node port",
    twoInstances(nodePort(30500), nodePort(30500)),
    "ckan:instances.b.exposure.nodePort: expected a node port of its own: a has it already, got 30500",
  ],
  [
    "a node port out of range",
    opendata(nodePort(8080)),
    "ckan:instances.opendata.exposure.nodePort: expected a node port from 30000 to 32767, got 8080",
  ],
  [
    "an unknown kind of exposure",
    exposed({ kind: "loadbalancer" }),
    'ckan:instances.opendata.exposure.kind: expected kind: gateway, shared-gateway, ingress, route, node-port or none, got "loadbalancer"',
  ],
  [
    "a Gateway without a class",
    exposed({ kind: "gateway", tls: { kind: "secret", name: "data-tls" } }),
    "ckan:instances.opendata.exposure.className: expected the name of a GatewayClass of the cluster such as istio, got nothing",
  ],
  [
    "a Gateway without a certificate",
    exposed({ kind: "gateway", className: "istio", tls: { kind: "elsewhere" } }),
    'ckan:instances.opendata.exposure.tls.kind: expected kind: cert-manager or secret, got "elsewhere"',
  ],
  [
    "an issuer of an unknown kind",
    exposed({ ...ingress, tls: { kind: "cert-manager", issuer: { name: "letsencrypt", kind: "Vault" } } }),
    'ckan:instances.opendata.exposure.tls.issuer.kind: expected ClusterIssuer or Issuer, got "Vault"',
  ],
  [
    "an Ingress that says nothing about its certificate",
    exposed(ingress),
    "ckan:instances.opendata.exposure.tls: expected kind: cert-manager, secret or elsewhere, got nothing",
  ],
  [
    "a Route outside of OpenShift",
    exposed({ kind: "route" }),
    'ckan:instances.opendata.exposure.kind: expected gateway, shared-gateway or ingress: a Route needs ckan:cluster.platform: openshift, got "route"',
  ],
  [
    "settings of Google's beside a class of somebody else's",
    exposed({ ...ownGateway("istio"), google: { sslPolicy: "tls-1-2" } }),
    'ckan:instances.opendata.exposure.google: expected nothing here unless exposure.className is one of GKE\'s: gke-l7-global-external-managed, gke-l7-regional-external-managed, gke-l7-gxlb, gke-l7-rilb, got {"logPercent":0,"sslPolicy":"tls-1-2"}',
  ],
  [
    "settings of Google's for a shared Gateway of an unknown class",
    exposed({ kind: "shared-gateway", gateway: { name: "public", namespace: "gateways" }, google: {} }),
    'ckan:instances.opendata.exposure.google: expected nothing here unless exposure.className is one of GKE\'s: gke-l7-global-external-managed, gke-l7-regional-external-managed, gke-l7-gxlb, gke-l7-rilb, got {"logPercent":0}',
  ],
  [
    "a class of GKE's that does not exist",
    exposed(ownGateway("gke-l7-regional-managed")),
    'ckan:instances.opendata.exposure.className: expected one of GKE\'s classes: gke-l7-global-external-managed, gke-l7-regional-external-managed, gke-l7-gxlb, gke-l7-rilb, got "gke-l7-regional-managed"',
  ],
  [
    "a class of GKE's for several clusters",
    exposed(ownGateway("gke-l7-global-external-managed-mc")),
    'ckan:instances.opendata.exposure.className: expected a class for one cluster: gke-l7-global-external-managed, gke-l7-regional-external-managed, gke-l7-gxlb, gke-l7-rilb; this one leads to ServiceImports of several, got "gke-l7-global-external-managed-mc"',
  ],
  [
    "an address that Google chooses, among those whose word counts",
    opendata({ exposure: ownGateway("gke-l7-gxlb"), web: { ...instance.web, trustedProxies: ["10.129.0.0/23"] } }),
    "ckan:instances.opendata.exposure.google.address: expected the name of a reserved address such as data-example-org, and the address itself in web.trustedProxies: Google's load balancer adds its own to X-Forwarded-For, so that otherwise all visitors count as one, got nothing",
  ],
  [
    "global access to a Gateway that everybody reaches",
    exposed({ ...ownGateway("gke-l7-regional-external-managed"), google: { globalAccess: true } }),
    "ckan:instances.opendata.exposure.google.globalAccess: expected nothing here: only gke-l7-rilb is closed to other regions, got true",
  ],
  [
    "a limit of GKE's in the way of other classes",
    exposed({ ...ownGateway("gke-l7-gxlb"), requestSeconds: 600 }),
    "ckan:instances.opendata.exposure.requestSeconds: expected nothing here: GKE refuses routes with it, and the program gives its limit another way, got 600",
  ],
  [
    "a limit below that of nginx",
    exposed({ ...ownGateway("envoy"), requestSeconds: 74 }),
    "ckan:instances.opendata.exposure.requestSeconds: expected 0, or at least 75: 15 more than web.answerSeconds, so that visitors get the site's own answer, got 74",
  ],
  [
    "an address of Google's in place of its name",
    exposed({ ...ownGateway("gke-l7-gxlb"), google: { address: "203.0.113.10" } }),
    'ckan:instances.opendata.exposure.google.address: expected the name of a resource at Google such as data-example-org: lower-case letters, digits and hyphens, at most 63, a letter first, got "203.0.113.10"',
  ],
  [
    "more than every request in a log",
    exposed({ ...ownGateway("gke-l7-gxlb"), google: { logPercent: 101 } }),
    "ckan:instances.opendata.exposure.google.logPercent: expected a percentage from 0 to 100, got 101",
  ],
  ["no root secret", withoutRootSecret, `ckan:rootSecret: expected a root secret: ${newRootSecret}`],
  [
    "a short root secret",
    withRootSecret("k3Jx9vQ2"),
    `ckan:rootSecret: expected at least 32 random characters, got 8: ${newRootSecret}`,
  ],
  [
    "a placeholder as root secret",
    withRootSecret("please-change-me-please-change-me-please"),
    `ckan:rootSecret: expected random characters, got a placeholder: ${newRootSecret}`,
  ],
  [
    "the public root secret off a local cluster",
    withRootSecret(publicRootSecret),
    `ckan:rootSecret: expected a secret of this environment's own: the public one of the dev stack is for cluster.platform local only; ${newRootSecret}`,
  ],
  [
    "a heap above the memory limit",
    opendata({ search: { ...instance.search, heap: "2Gi" } }),
    'ckan:instances.opendata.search.heap: expected less than the memory limit 1Gi: the Java process needs memory beside its heap, got "2Gi"',
  ],
  [
    "a heap that Java cannot read",
    opendata({ search: { ...instance.search, heap: "0.5Gi" } }),
    'ckan:instances.opendata.search.heap: expected a heap in whole Ki, Mi or Gi such as 512Mi, got "0.5Gi"',
  ],
  [
    "a grace period below the job timeout",
    opendata({ ckan: { ...instance.ckan, jobTimeoutSeconds: 7200 } }),
    "ckan:instances.opendata.workers.default.terminationGracePeriodSeconds: expected more than ckan.jobTimeoutSeconds (7200): a stopping worker must be able to finish its load, got 3900",
  ],
  [
    "workers that leave XLoader's queue out",
    opendata({ workers: { default: { queues: ["bulk"] } } }),
    'ckan:instances.opendata.workers.default.queues: expected the queue default among them: XLoader looks for duplicates and retries there, got ["bulk"]',
  ],
  [
    "a group of workers that has nothing to do",
    opendata({ workers: { bulk: { replicas: 2 } } }),
    "ckan:instances.opendata.workers.bulk.queues: expected the queues that this group works on: only the group default has one by itself",
  ],
  [
    "a queue twice in one group",
    opendata({ workers: { bulk: { queues: ["bulk", "bulk"] } } }),
    'ckan:instances.opendata.workers.bulk.queues: expected each queue once, got ["bulk","bulk"]',
  ],
  [
    "a group of workers whose name no label takes",
    opendata({ workers: { Bulk: { queues: ["bulk"] } } }),
    "ckan:instances.opendata.workers.Bulk: expected the name of a group of workers: lower-case letters, digits and hyphens, such as bulk",
  ],
  [
    "a group of workers whose name is too long beside that of the site",
    stackFile({ [longestName]: { workers: { priority2: { queues: ["priority"] } } } }),
    `ckan:instances.${longestName}.workers.priority2: expected a shorter name: ${longestName}-worker-priority2 has 47 characters of at most 46, got "priority2"`,
  ],
  [
    "a number of workers beside an autoscaler",
    opendata({ workers: { default: { replicas: 2, scaling: cpuScaling(1, 2) } } }),
    "ckan:instances.opendata.workers.default.replicas: expected nothing here beside scaling, which decides how many pods run: remove one of the two, got 2",
  ],
  [
    "less workers at most than at least",
    opendata({ workers: { default: { scaling: cpuScaling(3, 2) } } }),
    "ckan:instances.opendata.workers.default.scaling.minimum: expected at most scaling.maximum (2), got 3",
  ],
  [
    "less workers by KEDA at most than at least",
    opendata({ workers: { default: { scaling: { kind: "keda", minimum: 3, maximum: 2 } } } }),
    "ckan:instances.opendata.workers.default.scaling.minimum: expected at most scaling.maximum (2), got 3",
  ],
  [
    "a bound that KEDA does not know",
    opendata({ workers: { default: { scaling: { kind: "keda", minimum: 0, maximum: 2, cpuPercent: 80 } } } }),
    `ckan:instances.opendata.workers.default.scaling.cpuPercent: ${unknownKey}`,
  ],
  [
    "workers that scale in an unknown way",
    opendata({ workers: { default: { scaling: { kind: "knative", minimum: 0, maximum: 2 } } } }),
    'ckan:instances.opendata.workers.default.scaling.kind: expected kind: hpa or keda, got "knative"',
  ],
  [
    "envvars before another plugin",
    withPlugins("datastore", "envvars", "xloader", "s3filestore"),
    'ckan:instances.opendata.ckan.plugins: expected envvars as the last plugin: it carries the secrets into CKAN, got ["datastore","envvars","xloader","s3filestore"]',
  ],
  [
    "xloader without datastore",
    withPlugins("xloader", "s3filestore", "envvars"),
    'ckan:instances.opendata.ckan.plugins: expected datastore beside xloader: XLoader loads into it, got ["xloader","s3filestore","envvars"]',
  ],
  [
    "datastore after xloader",
    withPlugins("xloader", "datastore", "s3filestore", "envvars"),
    'ckan:instances.opendata.ckan.plugins: expected datastore before xloader, got ["xloader","datastore","s3filestore","envvars"]',
  ],
  [
    "an object store without the plugin for it",
    withPlugins("datastore", "xloader", "envvars"),
    'ckan:instances.opendata.ckan.plugins: expected s3filestore: files are kept in an object store, got ["datastore","xloader","envvars"]',
  ],
  [
    "a CKAN version that nobody tried",
    opendata({ ckan: { ...instance.ckan, version: "2.10.4" } }),
    'ckan:instances.opendata.ckan.version: expected a supported CKAN version: 2.11.5, 2.11.6, got "2.10.4"',
  ],
  [
    "an image of another version",
    opendata({ ckan: { ...instance.ckan, version: "2.11.5" } }),
    'ckan:instances.opendata.ckan.image: expected an image of CKAN 2.11.5, as ckan.version says, got "registry.example.org/ckan:2.11.6-1"',
  ],
  [
    "two web pods on one volume",
    opendata({ ...onVolume, web: { replicas: 2 } }),
    "ckan:instances.opendata.web.replicas: expected 1 with files.kind: volume, which one pod can mount; set files.kind to minio or s3 for more, got 2",
  ],
  [
    "web pods that would grow beyond the one that can mount a volume",
    opendata({ ...onVolume, web: { scaling: { minimum: 1, maximum: 3, cpuPercent: 80 } } }),
    "ckan:instances.opendata.web.scaling.maximum: expected 1 with files.kind: volume, which one pod can mount; set files.kind to minio or s3 for more, got 3",
  ],
  [
    "a number of web pods beside an autoscaler",
    opendata({ web: { replicas: 2, scaling: { minimum: 2, maximum: 3, cpuPercent: 80 } } }),
    "ckan:instances.opendata.web.replicas: expected nothing here beside scaling, which decides how many pods run: remove one of the two, got 2",
  ],
  [
    "less web pods at most than at least",
    opendata({ web: { scaling: { minimum: 4, maximum: 3, cpuPercent: 80 } } }),
    "ckan:instances.opendata.web.scaling.minimum: expected at most scaling.maximum (3), got 4",
  ],
  [
    "an autoscaler that lets no web pod run",
    opendata({ web: { scaling: { minimum: 0, maximum: 3, cpuPercent: 80 } } }),
    "ckan:instances.opendata.web.scaling.minimum: expected a whole number of at least 1, got 0",
  ],
  [
    "an instance name that is no DNS label",
    stackFile({ Open_Data: { site: { id: "opendata" } } }),
    `ckan:instances.Open_Data: ${instanceName}, got "Open_Data"`,
  ],
  [
    "an instance name of 31 characters",
    stackFile({ [longName]: {} }),
    `ckan:instances.${longName}: ${instanceName}, got "${longName}"`,
  ],
  [
    "an image without a tag",
    opendata({ queue: { ...instance.queue, image: "registry.example.org/valkey" } }),
    `ckan:instances.opendata.queue.image: ${exactImage}"registry.example.org/valkey"`,
  ],
  [
    "an image whose tag moves",
    opendata({ queue: { ...instance.queue, image: "registry.example.org/valkey:latest" } }),
    'ckan:instances.opendata.queue.image: expected an exact tag: this one moves, so that two starts could run different software, got "registry.example.org/valkey:latest"',
  ],
  [
    "a negative number of pods",
    opendata({ workers: { default: { replicas: -1 } } }),
    "ckan:instances.opendata.workers.default.replicas: expected a whole number of at least 1, got -1",
  ],
  [
    "an unknown platform",
    stackFile(undefined, { "ckan:cluster": { platform: "nomad" } }),
    'ckan:cluster.platform: expected a cluster platform: local, kubernetes, openshift, gke-autopilot, got "nomad"',
  ],
  [
    "a resolver by its name",
    stackFile(undefined, { "ckan:cluster": { platform: "kubernetes", dnsResolvers: ["10.96.0.10", "kube-dns"] } }),
    'ckan:cluster.dnsResolvers.1: expected an IP address or network such as 10.96.0.10 or fd00::/64, got "kube-dns"',
  ],
  [
    "a resolver that is no list",
    stackFile(undefined, { "ckan:cluster": { platform: "kubernetes", dnsResolvers: "10.96.0.10" } }),
    'ckan:cluster.dnsResolvers: expected a list of IP addresses or networks such as 10.96.0.10, got "10.96.0.10"',
  ],
  [
    "a registry with a scheme",
    withRegistry({ server: "https://registry.example.org" }, { "ckan:registryPassword": "x" }),
    'ckan:cluster.registries.0.server: expected a registry as it stands in the names of its images, such as registry.example.org, without a scheme, got "https://registry.example.org"',
  ],
  [
    "a registry without its password",
    withRegistry({}),
    "ckan:registryPassword: expected a secret, because cluster.registries.0.passwordFrom names it: run pulumi config set --secret ckan:registryPassword",
  ],
  [
    "one registry twice",
    stackFile(undefined, {
      "ckan:cluster": { platform: "kubernetes", registries: [registry, registry] },
      "ckan:registryPassword": "x",
    }),
    `ckan:cluster.registries: expected each registry once, got ${JSON.stringify([registry, registry])}`,
  ],
  [
    "a priority class that is no name",
    opendata({ web: { priorityClass: "Very Important" } }),
    'ckan:instances.opendata.web.priorityClass: expected a name such as important: lower-case letters, digits, hyphens and dots, got "Very Important"',
  ],
  [
    "an unknown protection",
    stackFile(undefined, { "ckan:protection": "none" }),
    'ckan:protection: expected a protection: disposable, retained, protected, got "none"',
  ],
  [
    "no instances",
    stackFile(undefined, { "ckan:instances": {} }),
    "ckan:instances: expected at least one instance, such as opendata, got {}",
  ],
  [
    "a secret that a setting names and the file lacks",
    opendata({ queue: external.queue }),
    "ckan:queuePassword: expected a secret, because instances.opendata.queue.passwordFrom names it: run pulumi config set --secret ckan:queuePassword",
  ],
  [
    "a queue password that no URL can hold",
    stackFile({ opendata: { queue: external.queue } }, { "ckan:queuePassword": "slash/and@sign" }),
    "ckan:queuePassword: expected a password of letters, digits, ., _, ~ and - only: it becomes part of a URL",
  ],
  [
    "a password where the name of a secret belongs, without showing it",
    opendata({ queue: { ...external.queue, passwordFrom: "the password itself!" } }),
    "ckan:instances.opendata.queue.passwordFrom: expected the name of a secret key of this stack file such as databaseAdminPassword, not the secret itself",
  ],
  [
    "a setting that the program writes itself",
    opendata({ ckan: { ...instance.ckan, settings: { "ckan.site_url": "https://elsewhere.example.org" } } }),
    "ckan:instances.opendata.ckan.settings.ckan.site_url: expected nothing here: the program sets this setting itself",
  ],
  [
    "a request above its limit",
    opendata({ web: { resources: { requests: { memory: "2Gi" } } } }),
    'ckan:instances.opendata.web.resources.requests.memory: expected at most the limit 1Gi, got "2Gi"',
  ],
  [
    "a generation below one",
    opendata({ generations: { database: 0 } }),
    "ckan:instances.opendata.generations.database: expected a whole number of at least 1, got 0",
  ],
  [
    "a name at Cloudflare without a zone",
    opendata({ dns: { kind: "cloudflare", target: "203.0.113.10" } }),
    "ckan:cloudflare: expected the zone and its plan: instances.opendata.dns needs them",
  ],
  [
    "a host outside the zone",
    inZone({ zone: "example.net" }),
    'ckan:instances.opendata.host: expected a name in the zone example.net, got "data.example.org"',
  ],
  [
    "a host whose end only looks like the zone",
    inZone({}, {}, { host: "data.notexample.org" }),
    'ckan:instances.opendata.host: expected a name in the zone example.org, got "data.notexample.org"',
  ],
  [
    "both an address and a name",
    inZone({}, { target: "203.0.113.10 lb.example.net" }),
    `ckan:instances.opendata.dns.target: ${oneAddress}"203.0.113.10 lb.example.net"`,
  ],
  [
    "a TTL for what Cloudflare stands in front of",
    inZone({}, { ttl: 300 }),
    "ckan:instances.opendata.dns.ttl: expected nothing here: Cloudflare chooses the TTL of what it stands in front of; or proxied: false, got 300",
  ],
  [
    "no target behind an exposure without an address",
    inZone({}, { target: undefined }),
    "ckan:instances.opendata.dns.target: expected an IP address or a host name: exposure none has no address of its own",
  ],
  [
    "redirects without the ruleset that makes them",
    inZone({}, { redirects: ["www.example.org"] }),
    "ckan:cloudflare.rulesets: expected redirects among them: instances.opendata.dns.redirects needs it",
  ],
  [
    "a redirect from outside the zone",
    inZone({ rulesets: ["redirects"] }, { redirects: ["www.example.net"] }),
    'ckan:instances.opendata.dns.redirects: expected names in the zone example.org, got "www.example.net"',
  ],
  [
    "uploads that the plan free cuts off",
    inZone({ plan: "free" }, {}, { ckan: { ...ckan, maximumUploadMegabytes: 95 } }),
    "ckan:instances.opendata.ckan.maximumUploadMegabytes: expected at most 94 while Cloudflare stands in front: on the plan free it refuses requests beyond 100 MB; or instances.opendata.dns.editorsHost, a name for larger ones; or dns.proxied: false, got 95",
  ],
  [
    "uploads that the plan business cuts off",
    inZone({ plan: "business" }, {}, { ckan: { ...ckan, maximumUploadMegabytes: 190 } }),
    "ckan:instances.opendata.ckan.maximumUploadMegabytes: expected at most 189 while Cloudflare stands in front: on the plan business it refuses requests beyond 200 MB; or instances.opendata.dns.editorsHost, a name for larger ones; or dns.proxied: false, got 190",
  ],
  [
    "a name for large uploads where Cloudflare does not stand in front",
    inZone({}, { proxied: false, editorsHost: "editors.data.example.org" }),
    "ckan:instances.opendata.dns.editorsHost: expected nothing here: without proxied, host takes all uploads itself",
  ],
  [
    "a name for large uploads that leads to a port without https",
    inZone({}, { editorsHost: "editors.data.example.org" }, { exposure: { kind: "node-port", nodePort: 30080 } }),
    "ckan:instances.opendata.dns.editorsHost: expected nothing here: exposure node-port has no https, by which people log in",
  ],
  [
    "a name for large uploads on which nobody is limited",
    inZone({}, { editorsHost: "editors.data.example.org" }),
    "ckan:instances.opendata.web.trustedProxies: expected whoever stands in front of the pods, such as a load balancer's network: on instances.opendata.dns.editorsHost nginx alone limits what one address asks for",
  ],
  [
    "a name for large uploads outside the zone",
    inZone({}, { editorsHost: "editors.example.net" }, { web: { ...instance.web, trustedProxies: ["10.129.0.0/23"] } }),
    'ckan:instances.opendata.dns.editorsHost: expected a name in the zone example.org, got "editors.example.net"',
  ],
  [
    "a name for large uploads that is the host",
    inZone({}, { editorsHost: "data.example.org" }, { web: { ...instance.web, trustedProxies: ["10.129.0.0/23"] } }),
    'ckan:instances.opendata.dns.editorsHost: expected names of its own: opendata has it already, got "data.example.org"',
  ],
  [
    "a host deeper than Cloudflare's certificate reaches",
    inZone({}, {}, { host: "staging.data.example.org" }),
    'ckan:instances.opendata.host: expected a name of one label below example.org such as staging-data.example.org, which Cloudflare\'s certificate covers; or cloudflare.edgeCertificates: total-tls, which needs an add-on, got "staging.data.example.org"',
  ],
  [
    "an alias deeper than Cloudflare's certificate reaches",
    inZone({}, {}, { aliases: ["open.data.example.org"] }),
    'ckan:instances.opendata.aliases: expected names of one label below example.org such as open-data.example.org, which Cloudflare\'s certificate covers; or cloudflare.edgeCertificates: total-tls, which needs an add-on, got "open.data.example.org"',
  ],
  [
    "a redirect deeper than Cloudflare's certificate reaches",
    inZone({ rulesets: ["redirects"] }, { redirects: ["www.data.example.org"] }),
    'ckan:instances.opendata.dns.redirects: expected names of one label below example.org such as www-data.example.org, which Cloudflare\'s certificate covers; or cloudflare.edgeCertificates: total-tls, which needs an add-on, got "www.data.example.org"',
  ],
  [
    "certificates in a word that nobody knows",
    inZone({ edgeCertificates: "advanced" }),
    'ckan:cloudflare.edgeCertificates: expected universal, total-tls, elsewhere, got "advanced"',
  ],
  [
    "zone settings in a word that nobody knows",
    inZone({ zoneSettings: "all" }),
    'ckan:cloudflare.zoneSettings: expected managed, or nothing here, got "all"',
  ],
  [
    "rules without a site that they are for",
    inZone({ rulesets: ["cache"] }, { proxied: false }),
    'ckan:cloudflare.rulesets: expected none: no instance has dns with proxied, and rules are for those only, got ["cache"]',
  ],
  [
    "rules beside the only site that they are for, which cannot be read",
    inZone({ rulesets: ["cache"] }, { target: "203.0.113.10 lb.example.net" }),
    `ckan:instances.opendata.dns.target: ${oneAddress}"203.0.113.10 lb.example.net"`,
  ],
  [
    "a period that the plan does not count",
    inZone({ rateLimits: { login: { ...login, periodSeconds: 300 } } }),
    "ckan:cloudflare.rateLimits.login.periodSeconds: expected one of 10, 60 on the plan pro, got 300",
  ],
  [
    "a block that the plan does not know",
    inZone({ rateLimits: { login: { ...login, blockSeconds: 86_400 } } }),
    "ckan:cloudflare.rateLimits.login.blockSeconds: expected one of 10, 60, 600, 3600 on the plan pro, got 86400",
  ],
  [
    "a limit that the plan cannot express",
    inZone({ rateLimits: { writes: login } }),
    "ckan:cloudflare.rateLimits.writes: expected nothing here: the plan pro cannot tell these requests from others",
  ],
  [
    "more limits than the plan takes",
    inZone({ rateLimits: { login, sql: login, crawlers: login } }),
    'ckan:cloudflare.rateLimits: expected at most 2 on the plan pro, got "crawlers, login, sql"',
  ],
  [
    "a record outside the zone",
    inZone({ records: [{ type: "TXT", name: "example.net", content: "x" }] }),
    'ckan:cloudflare.records.0.name: expected a name in the zone example.org, got "example.net"',
  ],
];

/** JSON has no undefined: a key without a value is not in the file. */
const written = (file: Record<string, unknown>) => JSON.parse(JSON.stringify(file)) as Record<string, unknown>;

describe("the program refuses", () => {
  test.each(rows)("%s", async (_name, file, line) => {
    const { message, registered } = await refusalOf(written(file));
    expect(message).toBe(`The stack file has 1 mistake; nothing was created or changed:\n  ${line}`);
    expect(registered).toBe(0);
    expect(message).not.toContain(file["ckan:rootSecret"] ?? rootSecret);
  });

  test("five mistakes at once with five sorted lines", async () => {
    const file = stackFile({
      opendata: {
        host: "Data.Example.Org",
        web: { replicas: 0 },
        database: { ...instance.database, storage: "ten" },
        site: { locale: "English", colour: "blue" },
      },
    });
    expect(await refusalOf(file)).toEqual({
      message: [
        "The stack file has 5 mistakes; nothing was created or changed:",
        '  ckan:instances.opendata.database.storage: expected a quantity such as 5Gi, got "ten"',
        '  ckan:instances.opendata.host: expected a host name such as data.example.org, without scheme, port or path, in lower case, got "Data.Example.Org"',
        `  ckan:instances.opendata.site.colour: ${unknownKey}`,
        `  ckan:instances.opendata.site.locale: expected a locale that CKAN has: ${locales.join(", ")}, got "English"`,
        "  ckan:instances.opendata.web.replicas: expected a whole number of at least 1, got 0",
      ].join("\n"),
      registered: 0,
    });
  });

  test("mistakes of different kinds in one report: of the cluster, the secret and an instance", async () => {
    const file = {
      ...opendata({ web: { replicas: 0 } }),
      "ckan:cluster": { platform: "nomad" },
      "ckan:rootSecret": "short",
    };
    const { message } = await refusalOf(file);
    expect(message.split("\n").map((line) => line.split(": ")[0])).toEqual([
      "The stack file has 3 mistakes; nothing was created or changed:",
      "  ckan:cluster.platform",
      "  ckan:instances.opendata.web.replicas",
      "  ckan:rootSecret",
    ]);
  });
});

test("a right stack file is not refused, and then the harness counts what is registered", async () => {
  await expect(refusalOf(stackFile())).rejects.toThrow("the program accepted this stack file: 55 resources");
});

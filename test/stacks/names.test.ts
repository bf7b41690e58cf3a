/** Names of ConfigMaps, Secrets and Jobs change exactly when their content does: so pods move over, or stay as they are. */
import { beforeAll, expect, test } from "vitest";
import { isKubernetesObject } from "../../render/stack.ts";
import type { Declared } from "../../render/synthesize.ts";
import { certificate } from "../support/certificates.ts";
import { instance, rootSecret, stackFile } from "../support/configuration.ts";
import { type Differences, differences } from "../support/differences.ts";
import { declaredBy, inventory } from "../support/program.ts";

let before: readonly Declared[];
beforeAll(async () => {
  before = (await declaredBy(stackFile())).filter(isKubernetesObject);
});

const bootstrap = "batch/v1:Job opendata-bootstrap";
const setup = "batch/v1:Job opendata-files-setup";
const web = "apps/v1:Deployment opendata-web";
const worker = "apps/v1:Deployment opendata-worker";
const recovery = "batch/v1:CronJob opendata-recovery";
const service = "core/v1:Service opendata-web";
const map = (name: string) => `core/v1:ConfigMap opendata-${name}`;
const policy = (name: string) => `networking.k8s.io/v1:NetworkPolicy opendata-${name}`;
const budget = (name: string) => `policy/v1:PodDisruptionBudget opendata-${name}`;
const ofBulk = (kind: string) => `${kind} opendata-worker-bulk`;
const settings = { renamed: [bootstrap, map("configuration")], changed: [web, worker] };

const { ckan } = instance;
const resources = { limits: { memory: "2Gi" } };

const rows: readonly (readonly [name: string, settings: Record<string, unknown>, expected: Partial<Differences>])[] = [
  ["the same stack file changes nothing", {}, {}],
  ["a title", { site: { title: "Other" } }, settings],
  ["a further setting", { ckan: { ...ckan, settings: { "ckan.locales_offered": "en" } } }, settings],
  [
    "plugins",
    { ckan: { ...ckan, plugins: ["text_view", ...ckan.plugins] } },
    { renamed: [bootstrap, map("configuration")], changed: [web, worker] },
  ],
  [
    "an image of CKAN",
    { ckan: { ...ckan, image: "registry.example.org/ckan:2.11.6-2" } },
    { renamed: [bootstrap], changed: [web, worker, recovery] },
  ],
  ["uWSGI's processes", { web: { processes: 3 } }, { renamed: [map("web")], changed: [web] }],
  [
    "seconds for an answer",
    { web: { answerSeconds: 90 } },
    { renamed: [map("web"), map("web-nginx")], changed: [web] },
  ],
  ["an image of nginx", { web: { nginx: { image: "registry.example.org/nginx:1.28.1" } } }, { changed: [web] }],
  ["a limit of nginx", { web: { limits: { uploads: 4 } } }, { renamed: [map("web-nginx")], changed: [web] }],
  ["the web pods' memory", { web: { resources } }, { renamed: [map("web")], changed: [web] }],
  ["a second web pod", { web: { replicas: 2 } }, { added: [budget("web")], changed: [web] }],
  [
    "an autoscaler of web pods",
    { web: { scaling: { minimum: 1, maximum: 2, cpuPercent: 80 } } },
    { added: ["autoscaling/v2:HorizontalPodAutoscaler opendata-web", budget("web")], changed: [web] },
  ],
  ["a second worker", { workers: { default: { replicas: 2 } } }, { added: [budget("worker")], changed: [worker] }],
  [
    "workers by the jobs that wait",
    { workers: { default: { scaling: { kind: "keda", minimum: 0, maximum: 2 } } } },
    {
      added: [
        "keda.sh/v1alpha1:ScaledObject opendata-worker",
        "keda.sh/v1alpha1:TriggerAuthentication opendata-worker",
        budget("worker"),
      ],
      changed: [worker, "networking.k8s.io/v1:NetworkPolicy opendata-queue"],
    },
  ],
  [
    "another group of workers",
    { workers: { bulk: { queues: ["bulk"] } } },
    { added: ["apps/v1:Deployment", "core/v1:ConfigMap", "networking.k8s.io/v1:NetworkPolicy"].map(ofBulk) },
  ],
  ["a grace period", { workers: { default: { terminationGracePeriodSeconds: 5000 } } }, { changed: [worker] }],
  ["a longest load", { ckan: { ...ckan, jobTimeoutSeconds: 60 } }, settings],
  [
    "an image of Solr",
    { search: { ...instance.search, image: "registry.example.org/solr:9.10.1-2" } },
    { changed: ["apps/v1:StatefulSet opendata-search"] },
  ],
  [
    "a Java heap",
    { search: { ...instance.search, heap: "256Mi" } },
    { changed: ["apps/v1:StatefulSet opendata-search"] },
  ],
  [
    "a larger volume",
    { database: { ...instance.database, storage: "20Gi" } },
    { changed: ["core/v1:PersistentVolumeClaim opendata-database-data"] },
  ],
  [
    "an image of MinIO, whose client makes the bucket",
    { files: { ...instance.files, image: "registry.example.org/minio:2026-02-12-2" } },
    { renamed: [setup], changed: ["apps/v1:StatefulSet opendata-files"] },
  ],
  [
    "a node port",
    { exposure: { kind: "node-port", nodePort: 30500 } },
    { renamed: [...settings.renamed, map("web-nginx")], changed: [web, worker, service] },
  ],
  [
    "a mail server without a password",
    { mail: { host: "smtp.example.org", from: "a@example.org" } },
    { renamed: settings.renamed, changed: [web, worker, policy("web"), policy("worker")] },
  ],
  [
    "certificates to trust",
    { caBundle: certificate },
    { added: [map("configuration-ca")], renamed: [bootstrap], changed: [web, worker, recovery] },
  ],
  [
    "a proxy",
    { proxy: { http: "http://proxy.example.org:3128" } },
    { renamed: [bootstrap], changed: [web, worker, policy("web"), policy("worker")] },
  ],
  [
    "a way out",
    { outgoing: [{ networks: ["10.20.0.0/24"], port: 636 }] },
    { changed: [policy("web"), policy("worker")] },
  ],
  ["a further name that nothing here leads to", { aliases: ["open.example.org"] }, {}],
  [
    "pages that a cache in front may keep",
    { web: { edgeCacheSeconds: 60 } },
    { renamed: [map("web")], changed: [web] },
  ],
  ["an administrator's address", { administrator: { email: "other@example.org" } }, { renamed: [bootstrap] }],
];

test.each(rows)("%s", async (_name, changed, expected) => {
  const after = (await declaredBy(stackFile({ opendata: changed }))).filter(isKubernetesObject);
  expect(differences(before, after)).toEqual({ added: [], removed: [], renamed: [], changed: [], ...expected });
});

test("another root secret renames all Secrets, and all Jobs that use them", async () => {
  const file = { ...stackFile(), "ckan:rootSecret": [...rootSecret].reverse().join("") };
  const after = (await declaredBy(file)).filter(isKubernetesObject);
  const { renamed } = differences(before, after);
  expect(renamed).toEqual(inventory(before).filter((item) => /^(?:core\/v1:Secret|batch\/v1:Job) /.test(item)));
});

test("another stack name moves the objects to another namespace, under the same names", async () => {
  const after = (await declaredBy(stackFile(), "other")).filter(isKubernetesObject);
  expect(differences(before, after)).toEqual({
    added: [],
    removed: [],
    renamed: ["core/v1:Namespace opendata"],
    changed: inventory(before).filter((item) => item !== "core/v1:Namespace opendata"),
  });
});

test("a second instance changes nothing in the first", async () => {
  const file = stackFile({ opendata: {}, other: { host: "other.example.org" } });
  const after = (await declaredBy(file)).filter(isKubernetesObject);
  const { added, ...rest } = differences(before, after);
  expect(rest).toEqual({ removed: [], renamed: [], changed: [] });
  expect(added).toEqual(inventory(before).map((item) => item.replace("opendata", "other")));
});

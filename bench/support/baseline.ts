/**
 * Two web pods side by side on the dev site's own databases: as this clone declares it, and as ckan-docker serves CKAN, with its own
 * nginx in front. The image, ckan.ini and the limits of each container are the same. Neither takes part in the site itself.
 */
import { isKubernetesObject, kubernetesObject, synthesizeStack } from "../../render/stack.ts";
import { apply, kubectl, namespace } from "./site.ts";

export type Side = "shipped" | "ckan-docker";
export const sides: readonly Side[] = ["shipped", "ckan-docker"];

/** By this label everything is found again, also what a killed run left. */
const mark = { "app.kubernetes.io/part-of": "benchmark" };
const kinds = "deployments,services,configmaps,networkpolicies";

/** What ckan-docker's start_ckan.sh gives uWSGI (ckan-2.11/setup in ckan/ckan-docker-base), with the path of its wsgi.py changed. */
const uwsgi = [
  "uwsgi --socket /tmp/uwsgi.sock --wsgi-file /etc/ckan-docker/wsgi.py --callable application --http 0.0.0.0:5001",
  "--master --enable-threads --lazy-apps -p 2 -L -b 32768 --vacuum --harakiri 60",
]
  .join(" ")
  .split(" ");

/** ckan-docker's wsgi.py is CKAN's own example: nothing but this. */
const plainEntry = `import os
from logging.config import fileConfig
from ckan.cli import CKANConfigLoader
from ckan.config.middleware import make_app

fileConfig(os.environ["CKAN_INI"], disable_existing_loggers=False)
application = make_app(CKANConfigLoader(os.environ["CKAN_INI"]).get_config())
`;

/** Does what ckan-docker's nginx does for these requests: hands them on, compresses pages, keeps nothing. */
const plainProxy = `worker_processes auto;
pid /tmp/nginx.pid;
events { worker_connections 1024; }
http {
  include /etc/nginx/mime.types;
  client_body_temp_path /tmp/b; proxy_temp_path /tmp/p; fastcgi_temp_path /tmp/f; uwsgi_temp_path /tmp/u; scgi_temp_path /tmp/s;
  access_log /dev/stdout;
  sendfile on;
  tcp_nopush on;
  keepalive_timeout 65;
  gzip on;
  client_max_body_size 140m;
  server {
    listen 5000;
    location / {
      proxy_pass http://127.0.0.1:5001/;
      proxy_set_header X-Forwarded-For $remote_addr;
      proxy_set_header Host $host;
    }
  }
}
`;

/** As much of an object as is read here. */
interface Declared {
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly spec: { readonly template: Pod };
}

interface Container {
  readonly volumeMounts: readonly { readonly name: string }[];
}

interface Pod {
  readonly metadata: { readonly labels: Readonly<Record<string, string>> };
  readonly spec: {
    readonly initContainers: readonly [Container & { readonly restartPolicy: string }];
    readonly containers: readonly [Container];
    readonly volumes: readonly { readonly name: string }[];
  };
}

/** Starts both and returns their addresses once they are ready. */
export async function startBaseline(): Promise<Readonly<Record<Side, string>>> {
  const declared = (await synthesizeStack("dev")).filter(isKubernetesObject).map(kubernetesObject);
  await apply(baseline(declared as unknown as readonly Declared[]));
  for (const side of sides) {
    await kubectl(["-n", namespace, "rollout", "status", `deployment/benchmark-${side}`, "--timeout=150s"]);
  }
  return { shipped: await address("shipped"), "ckan-docker": await address("ckan-docker") };
}

/** Objects of both sides, made of those that the dev stack declares. */
function baseline(declared: readonly Declared[]): readonly object[] {
  const find = (kind: string, name: string) => {
    const found = declared.find((object) => object.kind === kind && object.metadata.name === name);
    if (found === undefined) throw new Error(`the dev stack declares no ${kind} ${name}`);
    return found;
  };
  const { spec: policy } = find("NetworkPolicy", "opendata-web");
  const { template } = find("Deployment", "opendata-web").spec;
  const ports = [{ port: 80, targetPort: 5000 }];
  return [
    {
      ...object("NetworkPolicy", "networking.k8s.io/v1", "benchmark"),
      spec: { ...policy, podSelector: { matchLabels: mark } },
    },
    {
      ...object("ConfigMap", "v1", "benchmark-ckan-docker"),
      data: { "wsgi.py": plainEntry, "nginx.conf": plainProxy },
    },
    ...sides.flatMap((side) => [
      { ...object("Deployment", "apps/v1", `benchmark-${side}`), spec: deployment(template, side) },
      {
        ...object("Service", "v1", `benchmark-${side}`),
        spec: { type: "NodePort", selector: labels(side), ports },
      },
    ]),
  ];
}

/** Removes both, and whatever an earlier run left of them. */
export async function stopBaseline(): Promise<void> {
  const selector = Object.entries(mark).map(([key, value]) => `${key}=${value}`);
  const options = ["-l", selector.join(), "--ignore-not-found", "--wait", "--cascade=foreground"];
  await kubectl(["-n", namespace, "delete", kinds, ...options]);
}

/** Ends the pod of a side, and returns when there is none. */
export async function endPod(side: Side): Promise<void> {
  await kubectl(["-n", namespace, "scale", `deployment/benchmark-${side}`, "--replicas=0"]);
  const selector = `app.kubernetes.io/part-of=benchmark,app.kubernetes.io/component=${side}`;
  await kubectl(["-n", namespace, "wait", "--for=delete", "pod", "-l", selector, "--timeout=120s"]);
}

/** Asks for the pod of a side, and does not wait for it. */
export async function beginPod(side: Side): Promise<void> {
  await kubectl(["-n", namespace, "scale", `deployment/benchmark-${side}`, "--replicas=1"]);
}

/** Bytes that the processes of a side's containers have for themselves. */
export async function memory(side: Side): Promise<number> {
  let bytes = 0;
  for (const container of ["web", "nginx"]) {
    // cgroups of either version; in the first a page that processes share after a fork counts once as well.
    const script =
      "cat /sys/fs/cgroup/memory.stat /sys/fs/cgroup/memory/memory.stat 2>/dev/null | grep -E '^(anon|total_rss) '";
    const pod = ["-n", namespace, "exec", `deployment/benchmark-${side}`, "-c", container];
    bytes += Number((await kubectl([...pod, "--", "sh", "-c", script])).trim().split(" ")[1]);
  }
  return bytes;
}

/** Runs a Python program in the pod of a side, beside its server. */
export function python(side: Side, program: string, ...args: readonly string[]): Promise<string> {
  const pod = ["-n", namespace, "exec", "-i", `deployment/benchmark-${side}`, "-c", "web", "--"];
  return kubectl([...pod, "python3", "-", ...args], program);
}

function object(kind: string, apiVersion: string, name: string) {
  return { apiVersion, kind, metadata: { name, namespace, labels: mark } };
}

function labels(side: Side): Record<string, string> {
  return { ...mark, "app.kubernetes.io/component": side };
}

function deployment({ metadata, spec }: Pod, side: Side) {
  // What lets a pod reach the servers; without the rest the site's own Service leaves it alone.
  const clients = Object.entries(metadata.labels).filter(([name]) => name.endsWith("-client"));
  return {
    replicas: 1,
    selector: { matchLabels: labels(side) },
    template: {
      metadata: { labels: { ...Object.fromEntries(clients), ...labels(side) } },
      spec: { ...(side === "shipped" ? spec : ckanDocker(spec)), terminationGracePeriodSeconds: 10 },
    },
  };
}

/** The same containers, volumes and limits with another server and another configuration. */
function ckanDocker(spec: Pod["spec"]) {
  const [{ restartPolicy: _, ...web }] = spec.initContainers;
  const [nginx] = spec.containers;
  const own = { name: "ckan-docker", mountPath: "/etc/ckan-docker" };
  const mounts = ({ volumeMounts }: Container) => [
    ...volumeMounts.filter(({ name }) => name !== "server" && name !== "proxy"),
    own,
  ];
  const { initContainers: _init, volumes, ...rest } = spec;
  const kept = volumes.filter(({ name }) => name !== "server" && name !== "proxy");
  const none = { startupProbe: undefined, livenessProbe: undefined, lifecycle: undefined };
  const ready = { httpGet: { path: "/api/3/action/status_show", port: 5000 }, periodSeconds: 1, timeoutSeconds: 5 };
  const command = ["nginx", "-c", "/etc/ckan-docker/nginx.conf", "-e", "stderr", "-g", "daemon off;"];
  return {
    ...rest,
    volumes: [...kept, { name: "ckan-docker", configMap: { name: "benchmark-ckan-docker" } }],
    containers: [
      { ...web, ...none, command: uwsgi, volumeMounts: mounts(web) },
      { ...nginx, ...none, command, volumeMounts: mounts(nginx), readinessProbe: ready },
    ],
  };
}

async function address(side: Side): Promise<string> {
  const service = ["-n", namespace, "get", "service", `benchmark-${side}`];
  const port = await kubectl([...service, "-o", "jsonpath={.spec.ports[0].nodePort}"]);
  const type = "{.items[0].status.addresses[?(@.type=='InternalIP')].address}";
  return `http://${await kubectl(["get", "nodes", "-o", `jsonpath=${type}`])}:${port}`;
}

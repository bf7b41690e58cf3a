/**
 * Two web pods side by side on the dev site's own databases, alike in everything but how CKAN is served: as this clone ships it,
 * and as ckan-docker starts it. Neither takes part in the site itself.
 */
import { isKubernetesObject, kubernetesObject, synthesizeStack } from "../../render/stack.ts";
import { apply, kubectl, namespace } from "./site.ts";

export type Side = "shipped" | "ckan-docker";
export const sides: readonly Side[] = ["shipped", "ckan-docker"];

/** By this label everything is found again, also what a killed run left. */
const mark = { "app.kubernetes.io/part-of": "benchmark" };
const kinds = "deployments,services,configmaps,networkpolicies";

/** What ckan-docker's start_ckan.sh gives uWSGI (ckan-2.11/setup in ckan/ckan-docker-base), with the path of its wsgi.py changed. */
const ckanDocker = [
  "uwsgi --socket /tmp/uwsgi.sock --wsgi-file /etc/ckan-web/wsgi.py --callable application --http 0.0.0.0:5000",
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

/** As much of an object as is read here. */
interface Declared {
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly data: Readonly<Record<string, string>>;
  readonly spec: { readonly template: Pod };
}

interface Pod {
  readonly metadata: { readonly labels: Readonly<Record<string, string>> };
  readonly spec: {
    readonly containers: readonly [Readonly<Record<string, unknown>>];
    readonly volumes: readonly { readonly name: string; readonly configMap?: object }[];
  };
}

/** Starts both and returns their addresses once they are ready. */
export async function startRivals(): Promise<Readonly<Record<Side, string>>> {
  const declared = (await synthesizeStack("dev")).filter(isKubernetesObject).map(kubernetesObject);
  await apply(rivals(declared as unknown as readonly Declared[]));
  for (const side of sides) {
    await kubectl(["-n", namespace, "rollout", "status", `deployment/benchmark-${side}`, "--timeout=150s"]);
  }
  return { shipped: await address("shipped"), "ckan-docker": await address("ckan-docker") };
}

/** Objects of both sides, made of those that the dev stack declares. */
function rivals(declared: readonly Declared[]): readonly object[] {
  const find = (kind: string, name: string) => {
    const found = declared.find((object) => object.kind === kind && object.metadata.name.startsWith(name));
    if (found === undefined) throw new Error(`the dev stack declares no ${kind} ${name}`);
    return found;
  };
  const { spec: policy } = find("NetworkPolicy", "opendata-web");
  const { data: configuration } = find("ConfigMap", "opendata-configuration-");
  const { data: shipped } = find("ConfigMap", "opendata-web-");
  const { template } = find("Deployment", "opendata-web").spec;
  const server: Record<Side, unknown> = { shipped, "ckan-docker": { "wsgi.py": plainEntry } };
  const ports = [{ port: 80, targetPort: 5000 }];
  return [
    {
      ...object("NetworkPolicy", "networking.k8s.io/v1", "benchmark"),
      spec: { ...policy, podSelector: { matchLabels: mark } },
    },
    { ...object("ConfigMap", "v1", "benchmark-configuration"), data: configuration },
    ...sides.flatMap((side) => [
      { ...object("ConfigMap", "v1", `benchmark-${side}`), data: server[side] },
      { ...object("Deployment", "apps/v1", `benchmark-${side}`), spec: deployment(template, side) },
      {
        ...object("Service", "v1", `benchmark-${side}`),
        spec: { type: "NodePort", selector: labels(side), ports },
      },
    ]),
  ];
}

/** Removes both, and whatever an earlier run left of them. */
export async function stopRivals(): Promise<void> {
  const selector = Object.entries(mark).map(([key, value]) => `${key}=${value}`);
  await kubectl([
    "-n",
    namespace,
    "delete",
    kinds,
    "-l",
    selector.join(),
    "--ignore-not-found",
    "--wait",
    "--cascade=foreground",
  ]);
}

/** Runs a Python program in the pod of a side, beside its server. */
export function python(side: Side, program: string, ...args: readonly string[]): Promise<string> {
  const pod = ["-n", namespace, "exec", "-i", `deployment/benchmark-${side}`, "--"];
  return kubectl([...pod, "python3", "-", ...args], program);
}

function object(kind: string, apiVersion: string, name: string) {
  return { apiVersion, kind, metadata: { name, namespace, labels: mark } };
}

function labels(side: Side): Record<string, string> {
  return { ...mark, "app.kubernetes.io/component": side };
}

function deployment({ metadata, spec }: Pod, side: Side) {
  const [web] = spec.containers;
  // What lets a pod reach the servers; without the rest the site's own Service leaves it alone.
  const clients = Object.entries(metadata.labels).filter(([name]) => name.endsWith("-client"));
  const mounted = ({ name, ...source }: Pod["spec"]["volumes"][number]) => {
    if (name === "configuration") return { name, configMap: { name: "benchmark-configuration" } };
    if (name !== "server") return { name, ...source };
    const paths = side === "shipped" ? source.configMap : {};
    return { name, configMap: { ...paths, name: `benchmark-${side}` } };
  };
  const container = { ...web, ...(side === "ckan-docker" && { command: ckanDocker, ...tcpProbes }) };
  return {
    replicas: 1,
    selector: { matchLabels: labels(side) },
    template: {
      metadata: { labels: { ...Object.fromEntries(clients), ...labels(side) } },
      spec: { ...spec, containers: [container], volumes: spec.volumes.map(mounted) },
    },
  };
}

/** ckan-docker knows no `/_live`. */
const tcpProbes = {
  startupProbe: { tcpSocket: { port: 5000 }, periodSeconds: 2, failureThreshold: 90 },
  livenessProbe: { tcpSocket: { port: 5000 }, periodSeconds: 15 },
};

async function address(side: Side): Promise<string> {
  const port = await kubectl([
    "-n",
    namespace,
    "get",
    "service",
    `benchmark-${side}`,
    "-o",
    "jsonpath={.spec.ports[0].nodePort}",
  ]);
  const type = "{.items[0].status.addresses[?(@.type=='InternalIP')].address}";
  return `http://${await kubectl(["get", "nodes", "-o", `jsonpath=${type}`])}:${port}`;
}

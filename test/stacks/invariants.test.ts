/** What holds for every object of every stack, and of what other stack files may ask for. */
import { describe, expect, test } from "vitest";
import type { Declared } from "../../render/synthesize.ts";
import {
  address,
  type Container,
  type KubernetesObject,
  type Labels,
  matches,
  mostPodsOf,
  objectsOf,
  type Peer,
  type Port,
  type Rule,
  type Workload,
  workloads,
} from "../support/objects.ts";
import { secretPaths, title } from "../support/program.ts";
import { environments, onOpenShift } from "../support/stacks.ts";

interface Environment {
  readonly resources: readonly Declared[];
  readonly objects: readonly KubernetesObject[];
  readonly pods: readonly Workload[];
}

// One after the other: they share Pulumi's runtime.
const known: (readonly [string, Environment])[] = [];
for (const [name, declare] of Object.entries(environments)) {
  const resources = await declare();
  const objects = objectsOf(resources);
  known.push([name, { resources, objects, pods: workloads(objects) }]);
}

const ofKind = (objects: readonly KubernetesObject[], kind: string) => objects.filter((object) => object.kind === kind);
const isJob = ({ object }: Workload) => /Job$/.test(object.kind);
const eachContainer = (pods: readonly Workload[]) =>
  pods.flatMap((workload) =>
    workload.containers.map((container) => ({ at: `${workload.address} ${container.name}`, workload, container })),
  );
const ofEvery = <T>(pods: readonly Workload[], read: (container: Container) => T) =>
  Object.fromEntries(eachContainer(pods).map(({ at, container }) => [at, read(container)]));
/** The expectation that every container has the same. */
const same = <T>(pods: readonly Workload[], value: T) => ofEvery(pods, () => value);
const application = /^app\.kubernetes\.io\/(.*)$/;

describe.each(known)("%s", (name, { resources, objects, pods }) => {
  test("has objects at all, and pods", () => {
    expect(objects.length).toBeGreaterThanOrEqual(19);
    expect(pods.length).toBeGreaterThanOrEqual(3);
  });

  test("no two objects have the same kind, namespace and name", () => {
    const addresses = objects.map(address);
    expect(addresses.filter((item, position) => addresses.indexOf(item) !== position)).toEqual([]);
  });

  test("every object lies in a namespace that the stack declares", () => {
    const namespaces = ofKind(objects, "Namespace").map(({ metadata }) => metadata.name);
    const elsewhere = objects.filter(
      ({ kind, metadata }) => kind !== "Namespace" && !namespaces.includes(metadata.namespace ?? "default"),
    );
    expect(elsewhere.map(address)).toEqual([]);
    expect(namespaces).not.toContain("default");
  });

  test("every object and every pod carries the recommended labels", () => {
    const full = ["component", "instance", "managed-by", "name", "part-of"];
    const ofWhole = ["instance", "managed-by", "part-of"];
    const labelled = [
      ...objects.map((object) => ({
        at: address(object),
        labels: object.metadata.labels ?? {},
        whole: object.kind === "Namespace" || object.metadata.name === "default-deny",
      })),
      ...pods.map((pod) => ({ at: `pod of ${pod.address}`, labels: pod.labels, whole: false })),
    ];
    const given = (labels: Labels) =>
      Object.keys(labels)
        .flatMap((label) => application.exec(label)?.[1] ?? [])
        .filter((label) => label !== "version")
        .sort();
    expect(Object.fromEntries(labelled.map(({ at, labels }) => [at, given(labels)]))).toEqual(
      Object.fromEntries(labelled.map(({ at, whole }) => [at, whole ? ofWhole : full])),
    );
  });

  test("every object names one and the same field manager, whatever state it is in", () => {
    const manager = ({ metadata }: KubernetesObject) => metadata.annotations?.["pulumi.com/patchFieldManager"];
    expect(Object.fromEntries(objects.map((object) => [address(object), manager(object)]))).toEqual(
      Object.fromEntries(objects.map((object) => [address(object), "ckan-environments"])),
    );
  });

  test("every namespace admits only pods of the restricted standard", () => {
    for (const { metadata } of ofKind(objects, "Namespace")) {
      expect(metadata.labels).toMatchObject({
        "pod-security.kubernetes.io/enforce": "restricted",
        "pod-security.kubernetes.io/audit": "restricted",
        "pod-security.kubernetes.io/warn": "restricted",
      });
    }
  });

  test("every workload selects its own pods, by labels that never change", () => {
    const selecting = pods.filter((pod) => !isJob(pod));
    const selectors = selecting.map(({ object }) => object.spec?.selector?.matchLabels ?? {});
    expect(selectors.map((selector, position) => matches(selector, selecting[position]?.labels ?? {}))).toEqual(
      selecting.map(() => true),
    );
    const everything = objects.flatMap(({ spec }) => {
      const { matchLabels } = spec?.selector ?? {};
      return [matchLabels, spec?.podSelector?.matchLabels].filter((labels) => labels !== undefined);
    });
    expect(everything.filter((labels) => "app.kubernetes.io/version" in labels)).toEqual([]);
    expect(selectors.filter((labels) => Object.keys(labels).length !== 3)).toEqual([]);
  });

  test("no two workloads select each other's pods", () => {
    const selected = pods
      .filter((pod) => !isJob(pod))
      .map(({ object, namespace }) => inNamespace(pods, namespace, object.spec?.selector?.matchLabels ?? {}).length);
    expect(selected).toEqual(selected.map(() => 1));
  });

  test("every Service leads to exactly one workload, on a port that its container opens", () => {
    const services = ofKind(objects, "Service").map(({ metadata, spec }) => {
      const { matchLabels: _, ...selector } = spec?.selector ?? {};
      const found = inNamespace(pods, metadata.namespace, selector as Labels);
      const open = found.flatMap(({ containers }) => containers.flatMap(({ ports = [] }) => ports));
      const targets = (spec?.ports ?? []).map(({ targetPort }) =>
        open.some(({ containerPort }) => containerPort === targetPort),
      );
      return [metadata.name, found.length, targets];
    });
    expect(services).toEqual(ofKind(objects, "Service").map(({ metadata }) => [metadata.name, 1, [true]]));
  });

  test("every Secret, ConfigMap, claim and key that a pod names is in its namespace", () => {
    expect(pods.flatMap((pod) => references(pod).filter((reference) => !holds(objects, pod, reference)))).toEqual([]);
    expect(pods.flatMap(references).length).toBeGreaterThan(10);
  });

  test("every Secret and key that an autoscaler reads is in its namespace", () => {
    const read = objects.flatMap(({ metadata, spec }) =>
      (spec?.secretTargetRef ?? []).map(({ name, key }) => ({ namespace: metadata.namespace ?? "", name, key })),
    );
    expect(
      read.filter(({ namespace, name, key }) => !holds(objects, { namespace }, { kind: "Secret", name, key })),
    ).toEqual([]);
  });

  test("every Secret, ConfigMap and claim is used by a pod, or named by what an operator reads", () => {
    const used = new Set(
      pods.flatMap((pod) => references(pod).map(({ kind, name }) => `${kind} ${pod.namespace} ${name}`)),
    );
    const stored = objects.filter(({ kind }) => ["Secret", "ConfigMap", "PersistentVolumeClaim"].includes(kind));
    const operated = JSON.stringify(objects.filter(({ apiVersion }) => apiVersion.includes("cnpg.io/")));
    const unused = stored.filter((object) => !used.has(address(object)));
    expect(unused.filter(({ metadata }) => !operated.includes(`"${metadata.name}"`)).map(address)).toEqual([]);
  });

  test("every mount of a container is a volume of its pod, in a place of its own, and every volume is mounted", () => {
    for (const { pod, containers } of pods) {
      const mounted = containers.flatMap(({ volumeMounts }) => volumeMounts.map(({ name }) => name));
      expect(new Set(mounted)).toEqual(new Set(pod.volumes.map(({ name }) => name)));
    }
    const places = ofEvery(pods, ({ volumeMounts }) => volumeMounts.map(({ mountPath }) => mountPath));
    expect(places).toEqual(ofEvery(pods, ({ volumeMounts }) => [...new Set(volumeMounts.map((at) => at.mountPath))]));
  });

  test("every container has requests and limits for processor, memory and disk", () => {
    const amounts = ["cpu", "ephemeral-storage", "memory"];
    const read = ({ resources: { requests, limits } }: Container) => [
      Object.keys(requests).sort(),
      Object.keys(limits).sort(),
    ];
    expect(ofEvery(pods, read)).toEqual(same(pods, [amounts, amounts]));
  });

  test("every container but those of Jobs says whether it lives, and a pod's own when it has started and is ready", () => {
    const probed = (container: Container) =>
      (["startupProbe", "readinessProbe", "livenessProbe"] as const).filter((probe) => container[probe] !== undefined);
    const wanted = ({ restartPolicy }: Container) => {
      if (restartPolicy === undefined) return ["startupProbe", "readinessProbe", "livenessProbe"];
      // CKAN's in a closed site does nothing.
      return name === "a closed site" ? [] : ["livenessProbe"];
    };
    const servers = pods.filter((pod) => !isJob(pod));
    expect(ofEvery(servers, probed)).toEqual(ofEvery(servers, wanted));
    expect(ofEvery(pods.filter(isJob), probed)).toEqual(same(pods.filter(isJob), []));
  });

  test("every container beside a pod's own is CKAN's in web, which starts before nginx and ends after it", () => {
    const beside = pods.flatMap(({ pod }) => pod.initContainers ?? []);
    expect(beside.map((container) => [container.name, container.restartPolicy])).toEqual(
      beside.map(() => ["web", "Always"]),
    );
    const webPods = pods.filter(({ labels }) => labels["app.kubernetes.io/component"] === "web");
    expect(webPods.map(({ pod }) => pod.containers.map((container) => container.name))).toEqual(
      beside.map(() => ["nginx"]),
    );
    expect(beside.length).toBeGreaterThan(0);
  });

  test("no liveness probe asks CKAN's API: a restart mends no database", () => {
    const asked = ofEvery(pods, ({ livenessProbe }) => livenessProbe?.httpGet?.path ?? "");
    expect(Object.entries(asked).filter(([, path]) => path.startsWith("/api") || path === "/")).toEqual([]);
    const alive = Object.entries(asked).filter(([at]) => at.endsWith(" nginx"));
    expect(alive.map(([, path]) => path)).toEqual(alive.map(() => "/_live"));
    expect(alive.length).toBeGreaterThan(0);
  });

  test("every container is without rights, on a file system that it cannot write to", () => {
    expect(ofEvery(pods, ({ securityContext }) => securityContext)).toEqual(
      same(pods, {
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        runAsNonRoot: true,
        capabilities: { drop: ["ALL"] },
        seccompProfile: { type: "RuntimeDefault" },
      }),
    );
  });

  test("every pod runs as our own user, or as whom OpenShift assigns, without a token for the API server", () => {
    const strict = { runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } };
    const ours = { runAsUser: 10001, runAsGroup: 10001, fsGroup: 10001, fsGroupChangePolicy: "OnRootMismatch" };
    for (const { pod } of pods) {
      expect(pod.securityContext).toEqual(name === onOpenShift ? strict : { ...ours, ...strict });
      expect([pod.automountServiceAccountToken, pod.enableServiceLinks]).toEqual([false, false]);
    }
  });

  test("every image is named by an exact tag or a digest", () => {
    const loose = eachContainer(pods).filter(
      ({ container: { image } }) =>
        !/(?::[\w][\w.-]*|@sha256:[0-9a-f]{64})$/.test(image) || /:(?:latest|main|master|stable|edge)$/.test(image),
    );
    expect(loose.map(({ at, container }) => `${at}: ${container.image}`)).toEqual([]);
  });

  test("secrets are in Secrets, with the services that they are for, and nowhere else", () => {
    const secret = resources
      .filter(({ type }) => !type.startsWith("ckan:"))
      .flatMap((resource) => secretPaths(resource.raw).map((path) => `${title(resource)}: ${path}`));
    const place = /^core\/v1:Secret [-a-z0-9]+: data(?:\.|$)|^gcp:sql\/user:User [-a-z0-9]+: password$/;
    expect(secret.filter((path) => !place.test(path))).toEqual([]);
    const values = ofKind(objects, "Secret").flatMap(({ stringData = {} }) => Object.values(stringData));
    expect(values.filter((value) => value !== "[secret]")).toEqual([]);
    expect(values.length).toBeGreaterThan(5);
  });

  test("every environment variable refers to earlier ones only", () => {
    const early = eachContainer(pods).flatMap(({ at, container: { env = [] } }) =>
      env.flatMap(({ name, value = "" }, position) => {
        const earlier = new Set(env.slice(0, position).map((entry) => entry.name));
        const used = [...value.matchAll(/\$\(([^)]+)\)/g)].map(([, variable]) => variable ?? "");
        return used.filter((variable) => !earlier.has(variable)).map((variable) => `${at}: ${name} uses ${variable}`);
      }),
    );
    expect(early).toEqual([]);
  });

  test("no container has a variable twice", () => {
    for (const { container } of eachContainer(pods)) {
      const names = (container.env ?? []).map(({ name }) => name);
      expect(names.length).toBe(new Set(names).size);
    }
  });

  test("every pod is under exactly one policy besides the one that denies everything", () => {
    const policies = ofKind(objects, "NetworkPolicy").filter(({ metadata }) => metadata.name !== "default-deny");
    const over = Object.fromEntries(pods.map((pod) => [pod.address, policiesOver(policies, pod).length]));
    expect(over).toEqual(Object.fromEntries(pods.map((pod) => [pod.address, 1])));
    const denying = ofKind(objects, "NetworkPolicy").filter(({ metadata }) => metadata.name === "default-deny");
    expect(denying.map(({ metadata, spec }) => [metadata.namespace, spec])).toEqual(
      ofKind(objects, "Namespace").map(({ metadata }) => [
        metadata.name,
        { podSelector: {}, policyTypes: ["Ingress", "Egress"] },
      ]),
    );
  });

  test("whatever one pod may send to another, that one may receive, and the other way round", () => {
    const flows = pods.flatMap((from) => pods.filter((to) => to !== from).map((to) => ({ from, to })));
    const allowed = flows.map(({ from, to }) => {
      const sent = ports(rulesOf(objects, from, "egress"), to, "to");
      const ingress = rulesOf(objects, to, "ingress");
      const received = ports(ingress, from, "from");
      const fromAnybody = ingress.flatMap(({ rule }) => (rule.from === undefined ? rule.ports.map(portText) : []));
      return { at: `${from.address} to ${to.address}`, sent, received, fromAnybody };
    });
    const sentInVain = allowed.filter(({ sent, received, fromAnybody }) =>
      sent.some((port) => !received.includes(port) && !fromAnybody.includes(port)),
    );
    const neverSent = allowed.filter(({ sent, received }) => received.some((port) => !sent.includes(port)));
    expect({ sentInVain, neverSent }).toEqual({ sentInVain: [], neverSent: [] });
    expect(allowed.filter(({ sent }) => sent.length > 0).length).toBeGreaterThan(0);
  });

  test("every address that a pod is given is one that it may reach", () => {
    const services = ofKind(objects, "Service");
    const unreachable = eachContainer(pods).flatMap(({ at, workload, container: { env = [] } }) => {
      const text = env.map(({ value = "" }) => value).join(" ");
      return services
        .filter(({ metadata }) => metadata.namespace === workload.namespace)
        .filter(({ metadata }) => new RegExp(`(?:^|[@/ ])${metadata.name}:`).test(text))
        .flatMap(({ metadata, spec }) => {
          const { matchLabels: _, ...selector } = spec?.selector ?? {};
          const [to] = inNamespace(pods, metadata.namespace, selector as Labels);
          if (to === undefined) return [`${at}: ${metadata.name} leads nowhere`];
          const open = ports(rulesOf(objects, workload, "egress"), to, "to");
          const wanted = (spec?.ports ?? []).map(({ targetPort }) => `TCP ${targetPort}`);
          return wanted.filter((port) => !open.includes(port)).map((port) => `${at}: ${metadata.name} ${port}`);
        });
    });
    expect(unreachable).toEqual([]);
  });

  test("either a workload says how many pods run, or one autoscaler does", () => {
    const servers = pods.filter((pod) => !isJob(pod));
    expect(servers.filter((pod) => mostPodsOf(pod, objects) === undefined).map((pod) => pod.address)).toEqual([]);
  });

  test("exactly the workloads of more than one pod have a disruption budget, which lets one go", () => {
    const budgets = ofKind(objects, "PodDisruptionBudget").map(({ metadata, spec }) => [
      inNamespace(pods, metadata.namespace, spec?.selector?.matchLabels ?? {}).map((pod) => pod.address),
      spec,
    ]);
    const several = pods.filter((pod) => (mostPodsOf(pod, objects) ?? 1) > 1);
    expect(budgets).toEqual(
      several.map((pod) => [
        [pod.address],
        { maxUnavailable: 1, selector: pod.object.spec?.selector, unhealthyPodEvictionPolicy: "AlwaysAllow" },
      ]),
    );
  });

  test("no name or label is longer than Kubernetes takes, with what controllers append to it", () => {
    // A Service's name is a DNS label. A StatefulSet's goes into the label controller-revision-hash with 11 characters more, a
    // Deployment's into the names of its pods with 17, a Job's into the label job-name, a CronJob's into the names of its Jobs
    // with 11.
    const limits: Readonly<Record<string, number>> = {
      StatefulSet: 52,
      Deployment: 46,
      CronJob: 52,
      ConfigMap: 253,
      Secret: 253,
    };
    const long = objects.filter(({ kind, metadata }) => metadata.name.length > (limits[kind] ?? 63));
    expect(long.map(address)).toEqual([]);
    const names = objects.flatMap(({ metadata }) => [metadata.name, metadata.namespace ?? metadata.name]);
    expect(names.filter((name) => !/^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?$/.test(name))).toEqual([]);
    const labels = [...objects.map(({ metadata }) => metadata.labels ?? {}), ...pods.map((pod) => pod.labels)];
    const values = labels.flatMap((own) => Object.values(own));
    expect(values.filter((value) => !/^(?:[A-Za-z0-9](?:[\w.-]{0,61}[A-Za-z0-9])?)?$/.test(value))).toEqual([]);
    const parts = pods.flatMap(({ pod, containers }) => [...pod.volumes, ...containers].map(({ name }) => name));
    expect(parts.filter((name) => !/^[a-z](?:[-a-z0-9]{0,61}[a-z0-9])?$/.test(name))).toEqual([]);
    const portNames = eachContainer(pods).flatMap(({ container }) => (container.ports ?? []).map(({ name }) => name));
    expect(portNames.filter((name) => !/^[a-z](?:[-a-z0-9]{0,13}[a-z0-9])?$/.test(name))).toEqual([]);
  });
});

function inNamespace(pods: readonly Workload[], namespace: string | undefined, selector: Labels): readonly Workload[] {
  return pods.filter((pod) => pod.namespace === namespace && matches(selector, pod.labels));
}

interface Reference {
  readonly kind: string;
  readonly name: string;
  readonly key?: string | undefined;
}

/** What a pod takes from elsewhere. */
function references({ pod, containers }: Workload): readonly Reference[] {
  const variables = containers.flatMap(({ env = [] }) =>
    env.flatMap(({ valueFrom }): Reference[] => {
      const { name, key } = valueFrom?.secretKeyRef ?? {};
      return name === undefined ? [] : [{ kind: "Secret", name, key }];
    }),
  );
  const volumes = pod.volumes.flatMap((volume): Reference[] => {
    const { configMap, secret, persistentVolumeClaim } = volume;
    if (configMap !== undefined) return [{ kind: "ConfigMap", name: configMap.name }];
    if (secret !== undefined) return [{ kind: "Secret", name: secret.secretName }];
    if (persistentVolumeClaim !== undefined) {
      return [{ kind: "PersistentVolumeClaim", name: persistentVolumeClaim.claimName }];
    }
    return [];
  });
  const pull = (pod.imagePullSecrets ?? []).map(({ name }) => ({ kind: "Secret", name }));
  return [...variables, ...volumes, ...pull];
}

function holds(
  objects: readonly KubernetesObject[],
  { namespace }: { namespace: string },
  { kind, name, key }: Reference,
): boolean {
  const found = objects.find((object) => address(object) === `${kind} ${namespace} ${name}`);
  return found !== undefined && (key === undefined || key in (found.stringData ?? {}));
}

function policiesOver(policies: readonly KubernetesObject[], { namespace, labels }: Workload) {
  return policies.filter(
    ({ metadata, spec }) => metadata.namespace === namespace && matches(spec?.podSelector?.matchLabels ?? {}, labels),
  );
}

function rulesOf(objects: readonly KubernetesObject[], pod: Workload, direction: "ingress" | "egress") {
  const policies = policiesOver(ofKind(objects, "NetworkPolicy"), pod);
  return policies.flatMap(({ spec, metadata }) =>
    (spec?.[direction] ?? []).map((rule) => ({ rule, namespace: metadata.namespace })),
  );
}

/** The ports on which rules let a pod through, named as a peer. DNS and rules for anybody are no flow between two parts. */
function ports(
  rules: readonly { readonly rule: Rule; readonly namespace: string | undefined }[],
  peer: Workload,
  side: "from" | "to",
): readonly string[] {
  const named = (other: Peer) => other.podSelector !== undefined && matches(other.podSelector.matchLabels, peer.labels);
  const through = rules.filter(({ rule, namespace }) => namespace === peer.namespace && (rule[side] ?? []).some(named));
  return through.flatMap(({ rule }) => rule.ports.map(portText)).sort();
}

function portText({ protocol, port }: Port): string {
  return `${protocol} ${port}`;
}

import { describe, expect, test } from "vitest";
import {
  claimMount,
  configMapMount,
  PodUser,
  podTemplate,
  scratchMount,
  secretMount,
} from "../../../components/kubernetes/pod.ts";
import { probes, sidecarProbes, tcp } from "../../../components/kubernetes/probes.ts";

const identity = { instance: "opendata", component: "search", software: "solr", version: "9.10.1" };
const resources = {
  requests: { cpu: "100m", memory: "1Gi", "ephemeral-storage": "64Mi" },
  limits: { cpu: "1", memory: "2Gi", "ephemeral-storage": "2Gi" },
};
const least = { identity, image: "solr:9.10.1", resources };
const selecting = {
  "app.kubernetes.io/name": "solr",
  "app.kubernetes.io/instance": "opendata",
  "app.kubernetes.io/component": "search",
};

describe("a pod", () => {
  test("is by itself as strict as the restricted standard, and stricter", () => {
    expect(podTemplate(least)).toEqual({
      metadata: {
        labels: {
          ...selecting,
          "app.kubernetes.io/version": "9.10.1",
          "app.kubernetes.io/part-of": "ckan",
          "app.kubernetes.io/managed-by": "pulumi",
        },
      },
      spec: {
        automountServiceAccountToken: false,
        enableServiceLinks: false,
        restartPolicy: "Always",
        terminationGracePeriodSeconds: 30,
        securityContext: {
          runAsNonRoot: true,
          runAsUser: 10001,
          runAsGroup: 10001,
          fsGroup: 10001,
          fsGroupChangePolicy: "OnRootMismatch",
          seccompProfile: { type: "RuntimeDefault" },
        },
        containers: [
          {
            name: "search",
            image: "solr:9.10.1",
            imagePullPolicy: "IfNotPresent",
            terminationMessagePolicy: "FallbackToLogsOnError",
            resources,
            securityContext: {
              allowPrivilegeEscalation: false,
              readOnlyRootFilesystem: true,
              runAsNonRoot: true,
              capabilities: { drop: ["ALL"] },
              seccompProfile: { type: "RuntimeDefault" },
            },
            volumeMounts: [{ name: "tmp", mountPath: "/tmp" }],
          },
        ],
        volumes: [{ name: "tmp", emptyDir: { sizeLimit: "2Gi" } }],
      },
    });
  });

  test("leaves user and groups to a cluster that assigns them, and nothing else", () => {
    const { spec } = podTemplate({ ...least, settings: { user: PodUser.Assigned } }) as unknown as {
      spec: { securityContext: object; containers: { securityContext: object }[] };
    };
    expect(spec.securityContext).toEqual({ runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } });
    expect(spec.containers[0]?.securityContext).toEqual({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      runAsNonRoot: true,
      capabilities: { drop: ["ALL"] },
      seccompProfile: { type: "RuntimeDefault" },
    });
  });

  test("names the Secret for its images and a priority only where there is one", () => {
    const named = podTemplate({ ...least, priorityClass: "important", settings: { pullSecret: "registries" } }).spec;
    expect(named).toMatchObject({
      priorityClassName: "important",
      imagePullSecrets: [{ name: "registries" }],
      securityContext: { runAsUser: 10001 },
    });
    const keys = Object.keys(podTemplate(least).spec ?? {});
    expect(keys.filter((key) => ["priorityClassName", "imagePullSecrets"].includes(key))).toEqual([]);
  });

  const container = (args: Partial<Parameters<typeof podTemplate>[0]>) => {
    const { spec } = podTemplate({ ...least, ...args }) as unknown as {
      spec: { containers: Record<string, unknown>[] };
    };
    return spec.containers[0];
  };

  test("runs a command with arguments, variables and ports", () => {
    expect(
      container({
        command: ["run"],
        args: ["--fast"],
        environment: [{ name: "A", value: "1" }],
        ports: { main: 8983 },
      }),
    ).toMatchObject({
      command: ["run"],
      args: ["--fast"],
      env: [{ name: "A", value: "1" }],
      ports: [{ name: "main", containerPort: 8983, protocol: "TCP" }],
    });
  });

  test("has the three probes that it is given", () => {
    const checks = probes({ ready: tcp(1), alive: tcp(1) });
    expect(container({ probes: checks })).toMatchObject(checks);
  });

  test("waits before it ends only where traffic must drain first", () => {
    expect(container({ drainSeconds: 5 })?.["lifecycle"]).toEqual({ preStop: { sleep: { seconds: 5 } } });
    expect(container({})?.["lifecycle"]).toBe(undefined);
  });

  test("mounts each volume after /tmp, read-only where the source is", () => {
    const mounts = [
      configMapMount("a", "/a", "map"),
      secretMount("b", "/b", "secret"),
      scratchMount("c", "/c"),
      claimMount("d", "/d", "claim"),
    ];
    expect(container({ mounts })?.["volumeMounts"]).toEqual([
      { name: "tmp", mountPath: "/tmp" },
      { name: "a", mountPath: "/a", readOnly: true },
      { name: "b", mountPath: "/b", readOnly: true },
      { name: "c", mountPath: "/c" },
      { name: "d", mountPath: "/d" },
    ]);
    expect(podTemplate({ ...least, mounts })).toHaveProperty("spec.volumes", [
      { name: "tmp", emptyDir: { sizeLimit: "2Gi" } },
      { name: "a", configMap: { name: "map" } },
      { name: "b", secret: { secretName: "secret", defaultMode: 0o440 } },
      { name: "c", emptyDir: { sizeLimit: "2Gi" } },
      { name: "d", persistentVolumeClaim: { claimName: "claim" } },
    ]);
  });

  test("carries the labels of a client beside its own", () => {
    const { metadata } = podTemplate({ ...least, clientLabels: { "queue-client": "true" } }) as {
      metadata: { labels: Record<string, string> };
    };
    expect(metadata.labels["queue-client"]).toBe("true");
    expect(Object.keys(metadata.labels).length).toBe(7);
  });

  test("keeps away from its like where it is to be spread, over nodes and zones", () => {
    const labelSelector = { matchLabels: selecting };
    expect(podTemplate({ ...least, spread: true }).spec).toMatchObject({
      affinity: {
        podAntiAffinity: {
          preferredDuringSchedulingIgnoredDuringExecution: [
            { weight: 100, podAffinityTerm: { topologyKey: "kubernetes.io/hostname", labelSelector } },
          ],
        },
      },
      topologySpreadConstraints: [
        { maxSkew: 1, topologyKey: "topology.kubernetes.io/zone", whenUnsatisfiable: "ScheduleAnyway", labelSelector },
      ],
    });
  });
});

describe("a pod with sidecars", () => {
  const shared = scratchMount("shared", "/shared");
  const checks = { alive: tcp(1), startSeconds: 60, patienceSeconds: 5 };
  const sidecar = { name: "server", image: "server:1", resources: { ...resources, limits: resources.requests } };
  const { metadata, spec } = podTemplate({
    ...least,
    name: "proxy",
    mounts: [{ ...shared, readOnly: true }],
    sidecars: [{ ...sidecar, mounts: [shared], probes: sidecarProbes(checks) }],
    mainContainer: "server",
  }) as unknown as {
    metadata: { annotations: object };
    spec: Record<"initContainers" | "containers", Record<string, unknown>[]> & { volumes: object[] };
  };

  test("starts them before its own container and ends them after it, each in a file system of its own", () => {
    const outline = ({ name, restartPolicy, volumeMounts }: Record<string, unknown>) => ({
      name,
      restartPolicy,
      volumeMounts,
    });
    expect([...spec.initContainers, ...spec.containers].map(outline)).toEqual([
      {
        name: "server",
        restartPolicy: "Always",
        volumeMounts: [
          { name: "server-tmp", mountPath: "/tmp" },
          { name: "shared", mountPath: "/shared" },
        ],
      },
      {
        name: "proxy",
        restartPolicy: undefined,
        volumeMounts: [
          { name: "tmp", mountPath: "/tmp" },
          { name: "shared", mountPath: "/shared", readOnly: true },
        ],
      },
    ]);
  });

  test("is as strict with each of them as with its own container", () => {
    expect(spec.initContainers[0]?.["securityContext"]).toEqual(spec.containers[0]?.["securityContext"]);
    expect(spec.initContainers[0]).toMatchObject(sidecarProbes(checks));
  });

  test("has each volume once, with the share of whoever names it first", () => {
    expect(spec.volumes).toEqual([
      { name: "tmp", emptyDir: { sizeLimit: "2Gi" } },
      { name: "shared", emptyDir: { sizeLimit: "2Gi" } },
      { name: "server-tmp", emptyDir: { sizeLimit: "64Mi" } },
    ]);
  });

  test("says whose log people mean", () => {
    expect(metadata.annotations).toEqual({ "kubectl.kubernetes.io/default-container": "server" });
  });
});

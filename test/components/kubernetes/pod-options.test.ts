import { describe, expect, test } from "vitest";
import { podTemplate } from "../../../components/kubernetes/pod.ts";
import { ownedVariable, podOptions } from "../../../components/kubernetes/pod-options.ts";

const identity = { instance: "opendata", component: "search", software: "solr" };
const resources = {
  requests: { cpu: "100m", memory: "1Gi", "ephemeral-storage": "64Mi" },
  limits: { cpu: "1", memory: "2Gi", "ephemeral-storage": "2Gi" },
};
const least = { identity, image: "solr:9.10.1", resources };
const spot = { key: "spot", operator: "Exists", effect: "NoSchedule" } as const;
const nothing = { nodeSelector: {}, tolerations: [], labels: {}, annotations: {}, environment: {} };

describe("what is said of pods", () => {
  test("is nothing by itself", () => {
    expect(podOptions({}, "search")).toEqual(nothing);
  });

  test("of a part lies over what is said of all: maps key by key, tolerations as a whole", () => {
    const site = {
      nodeSelector: { pool: "spot", arch: "amd64" },
      tolerations: [spot],
      labels: { team: "portal" },
      annotations: { "example.org/contact": "portal" },
      environment: { TZ: "Europe/Berlin" },
      parts: {
        search: {
          nodeSelector: { pool: "stable" },
          tolerations: [],
          labels: { tier: "data" },
          annotations: { "example.org/contact": "search" },
          environment: { JAVA_TOOL_OPTIONS: "-Xlog:gc" },
        },
      },
    };
    expect(podOptions(site, "search")).toEqual({
      nodeSelector: { pool: "stable", arch: "amd64" },
      tolerations: [],
      labels: { team: "portal", tier: "data" },
      annotations: { "example.org/contact": "search" },
      environment: { TZ: "Europe/Berlin", JAVA_TOOL_OPTIONS: "-Xlog:gc" },
    });
    const { parts: _, ...all } = site;
    expect(podOptions(site, "queue")).toEqual(all);
  });

  test("stands in the pod, and its variables in every container", () => {
    const sidecar = { name: "helper", image: "helper:1", resources, environment: [{ name: "OWN", value: "1" }] };
    const settings = {
      nodeSelector: { pool: "spot" },
      tolerations: [{ ...spot, value: undefined }],
      annotations: { "example.org/contact": "portal" },
      environment: { TZ: "UTC" },
    };
    const { metadata, spec } = podTemplate({ ...least, sidecars: [sidecar], settings }) as unknown as {
      metadata: { annotations: unknown };
      spec: Record<string, unknown> & Record<"containers" | "initContainers", readonly { readonly env: unknown }[]>;
    };
    expect(metadata.annotations).toEqual({ "example.org/contact": "portal" });
    expect([spec["nodeSelector"], spec["tolerations"]]).toEqual([{ pool: "spot" }, [spot]]);
    expect(Object.keys((spec["tolerations"] as readonly object[])[0] ?? {})).toEqual(["key", "operator", "effect"]);
    expect([...spec.containers, ...spec.initContainers].map(({ env }) => env)).toEqual([
      [{ name: "TZ", value: "UTC" }],
      [
        { name: "OWN", value: "1" },
        { name: "TZ", value: "UTC" },
      ],
    ]);
  });

  test("never takes the place of our labels, of a client's label or of our annotations", () => {
    const settings = {
      labels: { "app.kubernetes.io/name": "other", "queue-client": "false", team: "portal" },
      annotations: { "kubectl.kubernetes.io/default-container": "other" },
    };
    const pod = { ...least, clientLabels: { "queue-client": "true" }, mainContainer: "search", settings };
    expect(podTemplate(pod).metadata).toEqual({
      labels: {
        team: "portal",
        "app.kubernetes.io/name": "solr",
        "app.kubernetes.io/instance": "opendata",
        "app.kubernetes.io/component": "search",
        "app.kubernetes.io/part-of": "ckan",
        "app.kubernetes.io/managed-by": "pulumi",
        "queue-client": "true",
      },
      annotations: { "kubectl.kubernetes.io/default-container": "search" },
    });
  });

  test.each([
    "TZ",
    "LANG",
    "JAVA_TOOL_OPTIONS",
    "LD_PRELOAD",
    "SOLR_TIMEZONE",
    "MINIO_PROMETHEUS_AUTH_TYPE",
    "PYTHONUNBUFFERED",
  ])("may name the variable %s", (name) => {
    expect(ownedVariable(name)).toBeUndefined();
  });
});

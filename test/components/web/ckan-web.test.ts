import { describe, expect, test } from "vitest";
import { Protection } from "../../../components/kubernetes/durability.ts";
import { CkanWeb, type CkanWebArgs } from "../../../components/web/ckan-web.ts";
import { alone, describeComponent, namespace, podOf } from "../../support/component.ts";
import { runtime } from "../../support/endpoints.ts";
import { find } from "../../support/program.ts";

const deployment = "apps/v1:Deployment opendata-web";
const service = "core/v1:Service opendata-web";
const proxyFiles = "core/v1:ConfigMap opendata-web-nginx";
const serverFiles = "core/v1:ConfigMap opendata-web";
const closedBase = [deployment, proxyFiles, service, "networking.k8s.io/v1:NetworkPolicy opendata-web"];
const base = [...closedBase, serverFiles];
const nginx = { image: "registry.example.org/nginx:1.28.0" };
const claim = "core/v1:PersistentVolumeClaim opendata-web-uploads";

const web = (args: Partial<CkanWebArgs> = {}, more: readonly string[] = []) => ({
  component: "CkanWeb opendata-web",
  declare: (opts: object) =>
    new CkanWeb(
      "opendata-web",
      { namespace, instance: "opendata", runtime, host: "opendata-web", nginx, ...args },
      opts,
    ),
  children: [...base, ...more],
});

describeComponent("one web pod", web());
const budget = "policy/v1:PodDisruptionBudget opendata-web";
const autoscaler = "autoscaling/v2:HorizontalPodAutoscaler opendata-web";
const scaling = { minimum: 2, maximum: 6, cpuPercent: 150 };
const maintenance = { title: "Open data", message: "Back at noon.", retryAfterSeconds: 60 };
describeComponent("a web pod of a closed site", { ...web({ maintenance }), children: closedBase });
describeComponent("two web pods", web({ replicas: 2 }, [budget]));
describeComponent("as many web pods as are needed", web({ scaling }, [autoscaler, budget]));
describeComponent("a web pod with uploads on a volume", {
  component: "CkanWeb opendata-web",
  declare: (opts: object, protection: Protection) => web({ uploads: { storage: "5Gi", protection } }).declare(opts),
  children: [...base, claim],
  durable: [claim],
});

const specOf = async (args: Partial<CkanWebArgs>, title: string) => {
  const { resources } = await alone(web(args));
  return (find(resources, title).inputs as { spec: Record<string, unknown> }).spec;
};

describe("a new release", () => {
  test("starts a pod before it stops one", async () => {
    expect((await specOf({}, deployment))["strategy"]).toEqual({
      type: "RollingUpdate",
      rollingUpdate: { maxUnavailable: 0, maxSurge: 1 },
    });
  });

  test("stops the pod first where both would need one volume", async () => {
    const uploads = { storage: "5Gi", protection: Protection.Retained };
    expect((await specOf({ uploads }, deployment))["strategy"]).toEqual({ type: "Recreate" });
  });
});

describe("an autoscaler of web pods", () => {
  test("decides alone how many there are: the Deployment says nothing", async () => {
    expect("replicas" in (await specOf({ scaling }, deployment))).toBe(false);
    expect((await specOf({ replicas: 2 }, deployment))["replicas"]).toBe(2);
  });

  test("adds pods by the use of their processors, and takes one a minute away after five quiet ones", async () => {
    expect(await specOf({ scaling }, autoscaler)).toEqual({
      scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name: "opendata-web" },
      minReplicas: 2,
      maxReplicas: 6,
      metrics: [
        { type: "Resource", resource: { name: "cpu", target: { type: "Utilization", averageUtilization: 150 } } },
      ],
      behavior: {
        scaleUp: { policies: [{ type: "Pods", value: 2, periodSeconds: 60 }] },
        scaleDown: { stabilizationWindowSeconds: 300, policies: [{ type: "Pods", value: 1, periodSeconds: 60 }] },
      },
    });
  });

  test("starts when there is what it scales", async () => {
    const { resources } = await alone(web({ scaling }));
    expect(find(resources, autoscaler).dependencies).toContain(find(resources, deployment).urn);
  });

  test("has its pods spread over nodes when there may be several", async () => {
    const spread = async (args: Partial<CkanWebArgs>) => {
      const { resources } = await alone(web(args));
      return "topologySpreadConstraints" in podOf(find(resources, deployment));
    };
    expect([await spread({ scaling: { ...scaling, minimum: 1 } }), await spread({})]).toEqual([true, false]);
  });
});

describe("the Service", () => {
  const selector = {
    "app.kubernetes.io/name": "ckan",
    "app.kubernetes.io/instance": "opendata",
    "app.kubernetes.io/component": "web",
  };
  const port = { name: "http", port: 80, targetPort: 5000, protocol: "TCP" };

  test("is reached inside the cluster only", async () => {
    expect(await specOf({}, service)).toEqual({ type: "ClusterIP", selector, ports: [port] });
  });

  test("is reached on a node port where there is one", async () => {
    expect(await specOf({ nodePort: 30500 }, service)).toEqual({
      type: "NodePort",
      selector,
      ports: [{ ...port, nodePort: 30500 }],
    });
  });
});

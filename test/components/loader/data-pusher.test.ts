import { createHmac } from "node:crypto";
import { describe, expect, test } from "vitest";
import { DataPusher, type DataPusherArgs, dataPusherEndpoint } from "../../../components/loader/data-pusher.ts";
import { isKubernetesObject } from "../../../render/stack.ts";
import { alone, describeComponent, namespace, podOf, secretData } from "../../support/component.ts";
import { pushing, stackFile } from "../../support/configuration.ts";
import { store } from "../../support/endpoints.ts";
import { allContainers } from "../../support/objects.ts";
import { declaredBy, find, inventory } from "../../support/program.ts";

const deployment = "apps/v1:Deployment opendata-datapusher";
const service = "core/v1:Service opendata-datapusher";
const policy = "networking.k8s.io/v1:NetworkPolicy opendata-datapusher";
const egress = { environment: [], access: [] };
const server = { image: "registry.example.org/datapusher:0.0.21-1" };

const pusher = (args: Partial<DataPusherArgs> = {}) => ({
  component: "DataPusher opendata-datapusher",
  declare: (opts: object) =>
    new DataPusher(
      "opendata-datapusher",
      { namespace, instance: "opendata", server, maximumUploadMegabytes: 100, egress, ...args },
      opts,
    ),
  children: [deployment, service, policy],
});

describeComponent("DataPusher", pusher());

interface Spec {
  readonly replicas: number;
  readonly strategy: unknown;
  readonly selector: unknown;
  readonly ports: unknown;
  readonly ingress: unknown;
  readonly egress: readonly { readonly ports: readonly { readonly port: number }[] }[];
}
const specOf = async (title: string, args: Partial<DataPusherArgs> = {}) =>
  (find((await alone(pusher(args))).resources, title).inputs as { spec: Spec }).spec;
const ports = async (args: Partial<DataPusherArgs>) =>
  (await specOf(policy, args)).egress.slice(2).map(({ ports }) => ports.map(({ port }) => port));

test("is one pod at a time, and none while the site is closed", async () => {
  expect(await specOf(deployment)).toMatchObject({ replicas: 1, strategy: { type: "Recreate" } });
  expect(await specOf(deployment, { stopped: true })).toMatchObject({ replicas: 0 });
});

test("keeps its jobs in the pod, takes files as large as may be uploaded, and is asked on its own port", async () => {
  const { resources } = await alone(pusher({ maximumUploadMegabytes: 7 }));
  const [container] = podOf(find(resources, deployment)).containers;
  expect(container?.env).toEqual([
    { name: "DATAPUSHER_SQLALCHEMY_DATABASE_URI", value: "sqlite:////tmp/job_store.db" },
    { name: "DATAPUSHER_MAX_CONTENT_LENGTH", value: "7340032" },
  ]);
  expect(container?.volumeMounts).toEqual([{ name: "tmp", mountPath: "/tmp" }]);
  expect([container?.readinessProbe?.httpGet, container?.livenessProbe]).toMatchObject([
    { path: "/status", port: 8800 },
    { tcpSocket: { port: 8800 } },
  ]);
});

describe("the network policy", () => {
  test("lets in who is marked as a client, and out to the site alone", async () => {
    expect((await specOf(policy)).ingress).toEqual([
      {
        from: [{ podSelector: { matchLabels: { "datapusher-client": "true" } } }],
        ports: [{ port: 8800, protocol: "TCP" }],
      },
    ]);
    expect(await ports({})).toEqual([[5000]]);
  });

  test("lets out to a store where CKAN sends whoever asks for a file, and to what lies outside", async () => {
    expect(await ports({ store })).toEqual([[5000]]);
    expect(await ports({ store: { ...store, reachableByBrowsers: true } })).toEqual([[5000], [9000]]);
    const access = [
      { clientLabels: {}, destination: { kind: "networks", networks: ["10.0.0.0/8"], port: 3128 } },
    ] as const;
    expect(await ports({ egress: { environment: [], access } })).toEqual([[5000], [3128]]);
  });
});

test("its address and its label are those of its Service and its policy", async () => {
  const { url, access } = dataPusherEndpoint("opendata-datapusher", "opendata");
  expect(url).toBe("http://opendata-datapusher:8800/");
  expect(access.clientLabels).toEqual({ "datapusher-client": "true" });
  expect((await specOf(service)).selector).toEqual((access.destination as { labels: unknown }).labels);
});

describe("a site with DataPusher in place of XLoader", async () => {
  const proxy = { https: "http://proxy.example.org:3128" };
  const resources = (await declaredBy(stackFile({ opendata: { ...pushing, proxy } }))).filter(isKubernetesObject);

  /** Of whatever container of a pod has it. */
  const variable = (title: string, wanted: string) =>
    allContainers(podOf(find(resources, title)))
      .flatMap(({ env = [] }) => env)
      .find(({ name }) => name === wanted);

  test("has the service, and nothing that finds lost loads of XLoader's", () => {
    const own = inventory(resources).filter((title) => /datapusher|recovery/.test(title));
    expect(own).toEqual([deployment, service, policy]);
  });

  test("has web and worker reach it, and the bootstrap not", () => {
    const clients = [
      "apps/v1:Deployment opendata-web",
      "apps/v1:Deployment opendata-worker",
      "batch/v1:Job opendata-bootstrap",
    ];
    const marked = clients.map((title) => {
      const { spec } = find(resources, title).inputs as {
        spec: { template: { metadata: { labels: Record<string, string> } } };
      };
      return spec.template.metadata.labels["datapusher-client"];
    });
    expect(marked).toEqual(["true", "true", undefined]);
  });

  test("is told its address in the file and its token by environment, signed for the row that the bootstrap makes", () => {
    const { data } = find(resources, "core/v1:ConfigMap opendata-configuration").inputs as {
      data: Record<string, string>;
    };
    expect(data["ckan.ini"]?.match(/^ckan\.datapusher.*$/gm)).toEqual([
      "ckan.datapusher.url = http://opendata-datapusher:8800/",
      "ckan.datapusher.callback_url_base = http://opendata-web",
    ]);
    const keys = secretData(find(resources, "core/v1:Secret opendata-configuration-keys"));
    const [header, claims, signature] = (keys["datapusher-token"] ?? "").split(".");
    expect(JSON.parse(Buffer.from(claims ?? "", "base64url").toString()).jti).toBe(keys["datapusher-token-id"]);
    expect(signature).toBe(
      createHmac("sha256", keys["api-tokens"] ?? "")
        .update(`${header}.${claims}`)
        .digest("base64url"),
    );
    expect(keys["datapusher-token-id"]).not.toBe(keys["xloader-token-id"]);
    const key = (title: string, wanted: string) => variable(title, wanted)?.valueFrom?.secretKeyRef?.key;
    expect(key("apps/v1:Deployment opendata-web", "CKAN__DATAPUSHER__API_TOKEN")).toBe("datapusher-token");
    expect(key("batch/v1:Job opendata-bootstrap", "DATAPUSHER_TOKEN_ID")).toBe("datapusher-token-id");
  });

  test("asks it without the proxy, which it uses itself", () => {
    const value = (title: string, wanted: string) => variable(title, wanted)?.value ?? "";
    expect(value("apps/v1:Deployment opendata-web", "NO_PROXY").split(",")).toContain("opendata-datapusher");
    expect(value(deployment, "HTTPS_PROXY")).toBe(proxy.https);
    expect(value(deployment, "NO_PROXY").split(",")).toContain("opendata-web");
  });
});

/** What the pods of a site know about the world outside, and how far their network policies let them. */
import { describe, expect, test } from "vitest";
import { egressAccess, proxyEnvironment } from "../../../components/egress/egress.ts";
import { type EgressArgs, egressSettings } from "../../../components/egress/settings.ts";
import { checked } from "../../../config/arguments.ts";
import { certificate } from "../../support/certificates.ts";
import { stackFile } from "../../support/configuration.ts";
import { objectsOf, type Workload, workloads } from "../../support/objects.ts";
import { declaredBy, settled, title } from "../../support/program.ts";

const to = (networks: readonly string[], port: number) => ({
  clientLabels: {},
  destination: { kind: "networks", networks, port },
});

describe("the proxy", () => {
  test("is in both spellings of its variables, and never asked for the site's own parts", async () => {
    const proxy = {
      http: "http://proxy:3128",
      https: "http://proxy:3129",
      noProxy: [".example.org", "localhost"],
      networks: [],
    };
    const without = "localhost,127.0.0.1,.svc,.cluster.local,opendata-web,db.example.org,.example.org";
    expect(await settled(proxyEnvironment(proxy, ["opendata-web", "db.example.org", "db.example.org"]))).toEqual([
      { name: "HTTP_PROXY", value: "http://proxy:3128" },
      { name: "http_proxy", value: "http://proxy:3128" },
      { name: "HTTPS_PROXY", value: "http://proxy:3129" },
      { name: "https_proxy", value: "http://proxy:3129" },
      { name: "NO_PROXY", value: without },
      { name: "no_proxy", value: without },
    ]);
  });

  test("of one kind of address leaves the other to itself", async () => {
    const variables = await settled(proxyEnvironment({ https: "http://proxy:3128", noProxy: [], networks: [] }, []));
    expect(variables.map(({ name }) => name)).toEqual(["HTTPS_PROXY", "https_proxy", "NO_PROXY", "no_proxy"]);
  });
});

describe("the network policies let through", () => {
  test.each<[string, EgressArgs, unknown]>([
    ["nothing", {}, []],
    [
      "one port where both proxies are one",
      { proxy: { http: "http://p:1", https: "http://p:1" } },
      [to(["0.0.0.0/0"], 1)],
    ],
    [
      "the ports that URLs mean without saying so",
      { proxy: { http: "http://p", https: "https://p", networks: ["10.0.0.1/32"] } },
      [to(["10.0.0.1/32"], 80), to(["10.0.0.1/32"], 443)],
    ],
    ["what is named besides", { outgoing: [{ networks: ["10.1.0.0/16"], port: 636 }] }, [to(["10.1.0.0/16"], 636)]],
  ])("%s", (_name, args, access) => {
    expect(egressAccess(checked(egressSettings, args, "egress"))).toEqual(access);
  });
});

test("libpq checks the database's certificate only where that is asked for: with a list, require would as well", async () => {
  const server = (sslMode: string) => ({
    kind: "external",
    host: "db.example.org",
    sslMode,
    administrator: { user: "provisioner", passwordFrom: "databasePassword" },
  });
  const lists = async (sslMode: string) => {
    const file = stackFile({ opendata: { caBundle: certificate, database: server(sslMode) } });
    const objects = objectsOf(await declaredBy({ ...file, "ckan:databasePassword": "of the provisioner" }));
    return Object.fromEntries(
      workloads(objects).flatMap(({ labels, containers }) => {
        const list = containers[0]?.env?.find(({ name }) => name === "PGSSLROOTCERT")?.value;
        return list === undefined ? [] : [[labels["app.kubernetes.io/component"], list]];
      }),
    );
  };
  const file = "/etc/ckan-ca/bundle.pem";
  expect(await lists("require")).toEqual({});
  expect(await lists("verify-full")).toEqual({ bootstrap: file, recovery: file, web: file, worker: file });
});

test("certificates are in the state once, in their ConfigMap", async () => {
  const resources = await declaredBy(stackFile({ opendata: { caBundle: certificate } }));
  const holding = resources.filter(({ raw }) => JSON.stringify(raw).includes("BEGIN CERTIFICATE"));
  expect(holding.map(title)).toEqual(["core/v1:ConfigMap opendata-configuration-ca"]);
});

describe("in a whole site", async () => {
  const proxy = { https: "http://proxy.example.org:3128", networks: ["10.30.0.9/32"] };
  const outgoing = [{ networks: ["10.20.0.0/24"], port: 636 }];
  const objects = objectsOf(await declaredBy(stackFile({ opendata: { caBundle: certificate, proxy, outgoing } })));
  const pods = workloads(objects);
  const by = <T>(read: (pod: Workload) => T) =>
    Object.fromEntries(pods.map((pod) => [pod.labels["app.kubernetes.io/component"], read(pod)]));
  const value = ({ containers }: Workload, variable: string) =>
    containers[0]?.env?.find(({ name }) => name === variable)?.value;
  const ckan = ["bootstrap", "recovery", "web", "worker"];

  test("every pod with CKAN's image trusts the certificates, by each library's variable", () => {
    const [bundle, ...others] = objects.filter(({ metadata }) =>
      /^opendata-configuration-ca-[0-9a-f]{8}$/.test(metadata.name),
    );
    expect(others).toEqual([]);
    expect((bundle as { data?: unknown } | undefined)?.data).toEqual({ "bundle.pem": certificate });
    const trusting = by((pod) => [
      pod.pod.volumes.some(({ configMap }) => configMap?.name === bundle?.metadata.name),
      pod.containers[0]?.volumeMounts.find(({ name }) => name === "ca-bundle")?.mountPath,
      ...["SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "AWS_CA_BUNDLE"].map((variable) => value(pod, variable)),
    ]);
    const file = "/etc/ckan-ca/bundle.pem";
    const none = [false, undefined, undefined, undefined, undefined];
    expect(trusting).toEqual(
      by(({ labels }) =>
        ckan.includes(labels["app.kubernetes.io/component"] ?? "") ? [true, "/etc/ckan-ca", file, file, file] : none,
      ),
    );
  });

  test("what runs CKAN asks the proxy, but for the site's own parts", () => {
    const without =
      "localhost,127.0.0.1,.svc,.cluster.local,opendata-web,opendata-database,opendata-search,opendata-queue,opendata-files";
    const asking = ["bootstrap", "web", "worker"];
    expect(by((pod) => [value(pod, "HTTPS_PROXY"), value(pod, "no_proxy")])).toEqual(
      by(({ labels }) =>
        asking.includes(labels["app.kubernetes.io/component"] ?? "") ? [proxy.https, without] : [undefined, undefined],
      ),
    );
  });

  test("only web and worker may send to it, and to what is named besides", () => {
    const networks = by(({ labels }) => {
      const policies = objects.filter(
        ({ kind, spec }) =>
          kind === "NetworkPolicy" &&
          spec?.podSelector?.matchLabels?.["app.kubernetes.io/component"] === labels["app.kubernetes.io/component"],
      );
      // Who asks which resolver is held by test/stacks/reachability.test.ts.
      const rules = policies.flatMap(({ spec }) => spec?.egress ?? []).filter(({ ports }) => ports[0]?.port !== 53);
      return rules.flatMap(({ to = [], ports }) =>
        to.flatMap((peer) => {
          const { ipBlock } = peer as { ipBlock?: { cidr: string } };
          return ipBlock === undefined ? [] : [`${ipBlock.cidr} ${ports.map(({ port }) => port).join()}`];
        }),
      );
    });
    const open = ["10.30.0.9/32 3128", "10.20.0.0/24 636"];
    expect(networks).toEqual(
      by(({ labels }) => (["web", "worker"].includes(labels["app.kubernetes.io/component"] ?? "") ? open : [])),
    );
  });
});

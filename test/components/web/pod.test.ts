/** The pod around nginx and CKAN, and what of the component's arguments reaches their files. */
import { describe, expect, test } from "vitest";
import { CkanWeb, type CkanWebArgs } from "../../../components/web/ckan-web.ts";
import { CspMode, defaultPolicy } from "../../../components/web/headers.ts";
import { defaultLimits } from "../../../components/web/limits.ts";
import { renderNginx } from "../../../components/web/nginx.conf.ts";
import type { ProxyOptions } from "../../../components/web/options.ts";
import { renderUwsgi } from "../../../components/web/uwsgi.conf.ts";
import { alone, namespace, podOf } from "../../support/component.ts";
import { runtime, store } from "../../support/endpoints.ts";
import { allContainers, type Container } from "../../support/objects.ts";
import { find } from "../../support/program.ts";

const nginx = { image: "registry.example.org/nginx:1.28.0" };
const maintenance = { title: "Open data", message: "Back at noon.", retryAfterSeconds: 60 };
const closed = { maintenance };
const web = (args: Partial<CkanWebArgs>) =>
  alone({
    component: "CkanWeb opendata-web",
    declare: (opts: object) =>
      new CkanWeb(
        "opendata-web",
        { namespace, instance: "opendata", runtime, host: "opendata-web", nginx, ...args },
        opts,
      ),
    children: [],
  });

const podWith = async (args: Partial<CkanWebArgs> = {}) => {
  const { resources } = await web(args);
  const deployment = find(resources, "apps/v1:Deployment opendata-web");
  const { template } = (deployment.inputs as { spec: { template: { metadata: Record<string, unknown> } } }).spec;
  const pod = podOf(deployment);
  const [ckan, proxy] = allContainers(pod) as [Container, Container];
  return { template, pod, ckan, proxy };
};
const filesOf = async (part: string, args: Partial<CkanWebArgs> = {}) => {
  const { resources } = await web(args);
  return (find(resources, `core/v1:ConfigMap opendata-${part}`).inputs as { data: Record<string, string> }).data;
};
const probes = ({ startupProbe, readinessProbe, livenessProbe }: Container) =>
  [startupProbe, readinessProbe, livenessProbe].map((probe) => probe?.httpGet?.path ?? probe?.exec?.command);

describe("a web pod", () => {
  test("runs nginx, and CKAN as a sidecar that starts before it and ends after it", async () => {
    const { pod, ckan, proxy } = await podWith();
    expect([pod.initContainers?.length, pod.containers.length]).toEqual([1, 1]);
    expect(
      [ckan, proxy].map(({ name, image, restartPolicy, command }) => [name, image, restartPolicy, command]),
    ).toEqual([
      ["web", runtime.image, "Always", ["uwsgi", "--ini", "/etc/ckan-web/uwsgi.ini"]],
      [
        "nginx",
        nginx.image,
        undefined,
        ["nginx", "-c", "/etc/ckan-nginx/nginx.conf", "-e", "stderr", "-g", "daemon off;"],
      ],
    ]);
  });

  test("is asked at nginx, which asks CKAN for a start and for readiness; each is alive by itself", async () => {
    const { ckan, proxy } = await podWith();
    expect(probes(proxy)).toEqual(["/_started", "/_ready", "/_live"]);
    expect(probes(ckan)).toEqual([
      undefined,
      undefined,
      ["python3", "-I", "-S", "/etc/ckan-web/web_alive.py", "/run/ckan/web.sock"],
    ]);
  });

  test("gives CKAN's settings and secrets to CKAN alone", async () => {
    const { ckan, proxy } = await podWith({ store });
    expect([ckan.env?.map(({ name }) => name), proxy.env]).toEqual([["CKAN_INI", "STORE_ENDPOINT"], undefined]);
    const paths = ({ volumeMounts }: Container) =>
      volumeMounts.map(({ mountPath, readOnly }) => (readOnly ? `${mountPath} (read)` : mountPath)).sort();
    expect(paths(ckan)).toEqual(["/etc/ckan (read)", "/etc/ckan-web (read)", "/run/ckan", "/tmp", "/var/lib/ckan"]);
    expect(paths(proxy)).toEqual(["/etc/ckan-nginx (read)", "/run/ckan", "/tmp", "/var/lib/ckan (read)"]);
  });

  test("shares assets and the socket between the two, and nothing else: neither sees the other's temporary files", async () => {
    const { ckan, proxy } = await podWith();
    const names = new Set(proxy.volumeMounts.map(({ name }) => name));
    expect(ckan.volumeMounts.map(({ name }) => name).filter((name) => names.has(name))).toEqual(["storage", "socket"]);
  });

  test("shows CKAN's log to whoever asks for the pod's", async () => {
    const { template } = await podWith();
    expect(template.metadata["annotations"]).toEqual({ "kubectl.kubernetes.io/default-container": "web" });
  });

  test.each([
    [{}, 45, 405],
    [{ drainSeconds: 5, answerSeconds: 20 }, 5, 325],
  ])("with %o takes requests on for %d s when it has to go, and has %d s in all", async (args, drain, grace) => {
    const { pod, proxy, ckan } = await podWith(args);
    expect([proxy.lifecycle, ckan.lifecycle]).toEqual([{ preStop: { sleep: { seconds: drain } } }, undefined]);
    expect(pod.terminationGracePeriodSeconds).toBe(grace);
  });

  test("has the resources of each of its two containers", async () => {
    const sized = (memory: string) => {
      const amounts = { cpu: "1", memory, "ephemeral-storage": "1Gi" };
      return { requests: amounts, limits: amounts };
    };
    const args = { resources: sized("2Gi"), nginx: { ...nginx, resources: sized("256Mi") } };
    const { ckan, proxy } = await podWith(args);
    expect([ckan.resources, proxy.resources]).toEqual([sized("2Gi"), sized("256Mi")]);
  });
});

describe("a web pod of a closed site", () => {
  test("is ready without CKAN, whose image stands by with its settings and does nothing", async () => {
    const { ckan, proxy } = await podWith(closed);
    expect(probes(proxy)).toEqual(["/_live", "/_live", "/_live"]);
    expect(probes(ckan)).toEqual([undefined, undefined, undefined]);
    expect([ckan.image, ckan.command]).toEqual([
      runtime.image,
      ["sh", "-c", "trap 'exit 0' TERM; sleep infinity & wait"],
    ]);
    expect(ckan.env?.map(({ name }) => name)).toEqual(["CKAN_INI"]);
    expect(proxy.volumeMounts.map(({ mountPath }) => mountPath)).toEqual(["/tmp", "/etc/ckan-nginx"]);
  });

  test("has the notice in its files, and nothing beside it", async () => {
    expect(Object.keys(await filesOf("web-nginx", closed)).sort()).toEqual([
      "closed.html",
      "closed.json",
      "nginx.conf",
    ]);
  });
});

describe("the files of a web pod", () => {
  const least: ProxyOptions = {
    host: "localhost",
    maximumUploadMegabytes: 100,
    answerSeconds: 60,
    cacheSeconds: 5,
    tokenHeader: "Authorization",
    handsFilesOn: false,
    storagePath: "/var/lib/ckan",
    trustedProxies: [],
    limits: defaultLimits,
    headers: { hstsSeconds: 0, contentSecurityPolicy: { mode: CspMode.ReportOnly, policy: defaultPolicy } },
  };
  const { headers } = least;

  test.each<readonly [string, Partial<CkanWebArgs>, Partial<ProxyOptions>]>([
    ["of one that nothing is said about", {}, {}],
    ["of larger uploads", { maximumUploadMegabytes: 500 }, { maximumUploadMegabytes: 500 }],
    ["of longer answers", { answerSeconds: 90 }, { answerSeconds: 90 }],
    ["without shared answers", { cacheSeconds: 0 }, { cacheSeconds: 0 }],
    ["with a header of its own for tokens", { tokenHeader: "X-Token" }, { tokenHeader: "X-Token" }],
    ["with a name", { siteHost: "data.example.org" }, { host: "data.example.org" }],
    ["with a store that no browser reaches", { store }, { handsFilesOn: true }],
    ["with a store that browsers reach", { store: { ...store, reachableByBrowsers: true } }, {}],
    ["behind somebody", { trustedProxies: ["cloudflare"] }, { trustedProxies: ["cloudflare"] }],
    ["with one limit of its own", { limits: { uploads: 2 } }, { limits: { ...defaultLimits, uploads: 2 } }],
    ["reached by https", { https: true }, { headers: { ...headers, hstsSeconds: 31_536_000 } }],
    [
      "reached by https for now",
      { https: true, headers: { hstsSeconds: 60 } },
      { headers: { ...headers, hstsSeconds: 60 } },
    ],
    ["reached by http, whatever is said", { headers: { hstsSeconds: 60 } }, {}],
    [
      "with a policy of its own",
      { headers: { contentSecurityPolicy: { mode: CspMode.Enforce, policy: "default-src *" } } },
      { headers: { hstsSeconds: 0, contentSecurityPolicy: { mode: CspMode.Enforce, policy: "default-src *" } } },
    ],
  ])("%s: nginx.conf says so", async (_name, args, options) => {
    expect(await filesOf("web-nginx", args)).toEqual({ "nginx.conf": renderNginx({ ...least, ...options }) });
  });

  const each = { cpu: "1", memory: "2Gi", "ephemeral-storage": "1Gi" };
  const large = { requests: each, limits: each };

  test.each<readonly [Partial<CkanWebArgs>, Parameters<typeof renderUwsgi>[0]]>([
    [{}, { processes: 4, answerSeconds: 60, cacheSeconds: 5, memory: 2 ** 30 }],
    [
      { processes: 2, answerSeconds: 90, cacheSeconds: 7, edgeCacheSeconds: 60, resources: large },
      { processes: 2, answerSeconds: 90, cacheSeconds: 7, edgeCacheSeconds: 60, memory: 2 ** 31 },
    ],
  ])("with %o: uwsgi.ini says so", async (args, options) => {
    expect((await filesOf("web", args))["uwsgi.ini"]).toBe(renderUwsgi(options));
  });
});

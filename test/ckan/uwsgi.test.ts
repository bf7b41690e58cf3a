import { describe, expect, test } from "vitest";
import { livenessPath, renderUwsgi, webPort } from "../../ckan/uwsgi.ts";

const options = { processes: 3, threads: 4, maximumUploadMegabytes: 100, cacheSeconds: 5, folder: "/etc/ckan-web" };
const store = { bucket: "opendata-files", host: "opendata-files", port: 9000 };
const settings = (text: string) =>
  text
    .split("\n")
    .slice(1)
    .filter((line) => line !== "" && !line.startsWith("#"))
    .map((line) => line.split(/ = (.*)/).slice(0, 2));
const named = (text: string) => Object.fromEntries(settings(text).filter(([name]) => !name?.startsWith("route")));

test("uwsgi.ini has one section", () => {
  expect(renderUwsgi(options).match(/^\[.*\]$/gm)).toEqual(["[uwsgi]"]);
});

test("caches in front of the site may keep pages only for the seconds that are said", () => {
  expect(renderUwsgi(options)).not.toContain("EDGE_CACHE_SECONDS");
  expect(renderUwsgi({ ...options, edgeCacheSeconds: 60 })).toContain("\nenv = EDGE_CACHE_SECONDS=60\n");
  expect(renderUwsgi({ ...options, cacheSeconds: 0, edgeCacheSeconds: 60 })).not.toContain("CACHE_SECONDS");
});

test("the entry point is CKAN's unless another one stands in for it", () => {
  const entryPoint = "maintenance.py" as const;
  expect(renderUwsgi({ ...options, entryPoint })).toBe(renderUwsgi(options).replace("wsgi.py", entryPoint));
});

test("processes, threads and the entry point are the given ones; the rest does not depend on them", () => {
  expect(named(renderUwsgi(options))).toEqual({
    strict: "true",
    "http-socket": "0.0.0.0:5000",
    "wsgi-file": "/etc/ckan-web/wsgi.py",
    callable: "application",
    master: "true",
    processes: "3",
    threads: "4",
    "lazy-apps": "true",
    "need-app": "true",
    "hook-master-start": "unix_signal:15 gracefully_kill_them_all",
    "worker-reload-mercy": "50",
    harakiri: "60",
    "harakiri-verbose": "true",
    "buffer-size": "32768",
    "max-requests": "5000",
    "max-fd": "4096",
    "post-buffering": "65536",
    "limit-post": "209715200",
    vacuum: "true",
    "log-x-forwarded-for": "true",
    "log-format": "%(addr) %(method) %(var.PATH_INFO) %(status) %(rsize) bytes %(msecs) ms",
    "add-header": "Connection: close",
    env: "SHARED_ANSWERS_SECONDS=5",
    cache2: "name=answers,items=256,blocksize=131072,keysize=64,purge_lru=1",
  });
});

test("with 0 seconds there is no cache, and wsgi.py is not told to share anything", () => {
  expect(renderUwsgi({ ...options, cacheSeconds: 0 })).not.toMatch(/cache|SHARED/);
});

describe("routes", () => {
  const routes = (text: string) =>
    settings(text)
      .filter(([name]) => name?.startsWith("route"))
      .map((line) => line.join(" = "));

  test("without a store: only liveness, which uWSGI answers itself", () => {
    expect(routes(renderUwsgi(options))).toEqual([`route = ^${livenessPath}$ break:204 No Content`]);
  });

  test("with a store: reads below the bucket's name go there, everything else to CKAN", () => {
    expect(routes(renderUwsgi({ ...options, store }))).toEqual([
      "route = ^/_live$ break:204 No Content",
      "route = ^/opendata-files/ goto:store",
      "route-run = last:",
      "route-label = store",
      // biome-ignore lint/suspicious/noTemplateCurlyInString: uWSGI's own notation
      "route-if-not = regexp:${REQUEST_METHOD};^(GET|HEAD)$ break:405 Method Not Allowed",
      "route-run = rpcvar:STORE_ADDRESS store_address opendata-files 9000",
      // biome-ignore lint/suspicious/noTemplateCurlyInString: uWSGI's own notation
      "route-if = empty:${STORE_ADDRESS} break:502 Bad Gateway",
      // biome-ignore lint/suspicious/noTemplateCurlyInString: uWSGI's own notation
      "route-run = http:${STORE_ADDRESS},opendata-files:9000",
    ]);
  });

  test("with a store, uWSGI's offload threads carry the files", () => {
    expect(named(renderUwsgi({ ...options, store }))["offload-threads"]).toBe("2");
  });
});

test("the port is one that a process without rights may open", () => {
  expect(webPort).toBe(5000);
});

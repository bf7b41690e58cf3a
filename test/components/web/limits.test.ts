/** How much a pod takes at a time: from a real nginx, and the disk that this needs. */
import type { ServerResponse } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { CspMode } from "../../../components/web/headers.ts";
import {
  mostLimits,
  proxyDisk,
  proxyMemory,
  serverMemory,
  simultaneousBodies,
  simultaneousDumps,
  simultaneousFiles,
} from "../../../components/web/limits.ts";
import { renderNginx } from "../../../components/web/nginx.conf.ts";
import { renderUwsgi } from "../../../components/web/uwsgi.conf.ts";
import { testConfiguration } from "../../support/nginx.ts";
import { type Answer, openLine, proxyOptions, startWebProxy, type WebProxy } from "../../support/web-proxy.ts";

const mebibyte = 2 ** 20;
const limits = { requests: 2, apiRequests: 1, uploads: 1, requestsPerSecond: 1, connectionsPerAddress: 3 };

test("the disk of nginx is that of all answers and bodies at their largest, beside logs and assets", () => {
  // 1024 small bodies, 64 of strangers, 8 tables, the shared answers, other files.
  const always = 1024 * 100_000 + (64 + 8 * 128 + 64 + 256) * mebibyte;
  const one = { requests: 1, apiRequests: 1, uploads: 1 };
  expect(proxyDisk(one, 100)).toBe(always + (1 + 16 + 101) * mebibyte);
  expect(proxyDisk({ requests: 1000, apiRequests: 64, uploads: 8 }, 500)).toBe(
    always + (1000 + 64 * 16 + 8 * 501) * mebibyte,
  );
});

test("the default sizes are enough for nginx, and for as many processes as CKAN has by default", () => {
  expect([proxyMemory < 256 * mebibyte, serverMemory(4) / mebibyte, serverMemory(10) / mebibyte]).toEqual([
    true,
    300,
    600,
  ]);
});

describe("the most that a stack file may say", () => {
  const conf = renderNginx({ ...proxyOptions, limits: mostLimits, trustedProxies: ["127.0.0.0/8"] });
  const number = (text: string, word: RegExp) => Number(word.exec(text)?.[1]);

  test("fits with all that is counted beside it into the queue of CKAN, and twice into the connections of nginx", () => {
    const counted =
      mostLimits.requests + mostLimits.apiRequests + simultaneousBodies + simultaneousFiles + simultaneousDumps;
    const queue = number(
      renderUwsgi({ processes: 4, answerSeconds: 60, cacheSeconds: 5, memory: 2 ** 30 }),
      /^listen = (\d+)$/m,
    );
    const connections = number(conf, /worker_processes (\d+);/) * number(conf, /worker_connections (\d+);/);
    expect([counted <= queue, 2 * counted <= connections]).toEqual([true, true]);
  });

  test("is what nginx starts with, beside the longest policy", async () => {
    const contentSecurityPolicy = { mode: CspMode.Enforce, policy: `img-src ${"a".repeat(3992)}` };
    const headers = { hstsSeconds: 63_072_000, contentSecurityPolicy };
    const limited = renderNginx({ ...proxyOptions, limits: mostLimits, trustedProxies: ["127.0.0.0/8"], headers });
    expect(await testConfiguration(limited)).toMatchObject({ code: 0 });
  });
});

test("without somebody who may say for whom a request is, no address is limited: all would be the load balancer's", () => {
  expect(renderNginx({ ...proxyOptions, trustedProxies: [] })).not.toMatch(/limit_req|binary_remote_addr|real_ip/);
});

let site: WebProxy;
/** Answers that CKAN still thinks about. */
const waiting: ServerResponse[] = [];
const answers: Promise<Answer>[] = [];
beforeAll(async () => {
  site = await startWebProxy({ limits, trustedProxies: ["127.0.0.0/8"] });
  answerAll();
});
/** CKAN knows everybody, and has to think about what is slow. */
const answerAll = () =>
  site.answers(({ url }, response) => {
    if (url === "/_known") response.writeHead(204).end();
    else if (url.includes("slow")) waiting.push(response);
    else response.end("CKAN's");
  });
afterAll(() => site.stop());
afterEach(async () => {
  release();
  // nginx counts them until they are sent.
  await Promise.all(answers.splice(0));
});

let visitors = 0;
/** Everybody has an address of their own: only what is to be limited is. */
const from = (address?: string) => {
  visitors += 1;
  return { "X-Forwarded-For": address ?? `203.0.113.${visitors}` };
};
const release = () => {
  for (const response of waiting.splice(0)) response.end("CKAN's");
};
const status = async (path: string, headers = from()) => (await site.ask(path, { headers })).status;
/** Requests that CKAN has not answered yet. */
async function hold(paths: readonly string[], headers?: Record<string, string>): Promise<readonly Promise<Answer>[]> {
  const before = waiting.length;
  const held = paths.map((path) => site.ask(path, { headers: headers ?? from() }));
  await until(() => waiting.length === before + paths.length);
  answers.push(...held);
  return held;
}
async function until(reached: () => boolean): Promise<void> {
  while (!reached()) await sleep(5);
}

describe("at a time", () => {
  const busy = "This site has too much to do. Please try again in a moment.\n";

  test("a pod takes so many requests for pages, and says to others when to come back", async () => {
    const held = await hold(["/slow", "/de/slow"]);
    const { status: refused, headers, body } = await site.ask("/about", { headers: from() });
    expect([refused, headers["retry-after"], headers["content-type"], body]).toEqual([503, "5", "text/plain", busy]);
    release();
    expect((await Promise.all(held)).map(({ status }) => status)).toEqual([200, 200]);
    expect(await status("/about")).toBe(200);
  });

  test("pages, the API and tables have places of their own, and what comes from disk or store needs none", async () => {
    await hold(["/slow", "/slow", "/api/slow", "/datastore/dump/slow"]);
    const paths = ["/about", "/api/3", "/de/api/3", "/datastore/dump/a", "/dataset/a/resource/b/download/c.csv"];
    const others = ["/webassets/x.css", "/uploads/group/logo.png", "/base/x.css", "/_ready", "/_live"];
    // CKAN serves these as well.
    const spelled = ["/de/dataset/a/resource/b/download", "/de/uploads/group/logo.png"];
    const statuses = [];
    for (const path of [...paths, ...others, ...spelled]) statuses.push(await status(path));
    expect(statuses).toEqual([503, 503, 503, 200, 200, 200, 200, 200, 200, 204, 200, 200]);
  });

  test.each([
    ["/base/../datastore/dump/x", "/datastore/dump/slow", 8],
    ["/datastore/%64ump/x", "/datastore/dump/slow", 8],
    ["/%61pi/3/action/x", "/api/slow", 1],
    ["/base/../api/3/action/x", "/api/slow", 1],
    ["/webassets/%2e%2e/api/3", "/api/slow", 1],
    ["//api/3/action/x", "/api/slow", 1],
    ["/uploads/../about", "/slow", 2],
  ])("%s counts as what CKAN understands it to be", async (path, slow, places) => {
    await hold(Array(places).fill(slow));
    expect([await status(path), await status("/base/x.css")]).toEqual([503, 200]);
  });

  test("a pod sends eight tables as files", async () => {
    await hold(Array(8).fill("/datastore/dump/slow"));
    expect([await status("/datastore/dump/a"), await status("/de/datastore/dump/a")]).toEqual([503, 503]);
  });

  test("a large body counts as what was asked for, and not as what nginx asks for itself", async () => {
    await hold(Array(8).fill("/datastore/dump/slow"));
    const large = { method: "POST", body: "x".repeat(100_000) };
    const send = async (headers: Record<string, string>) =>
      (await site.ask("/datastore/dump/a", { ...large, headers: { ...headers, ...from() } })).status;
    expect([await send({ Authorization: "x" }), await send({})]).toEqual([503, 503]);
  });

  test("a pod receives so many uploads, and pages go on meanwhile", async () => {
    const token = "Authorization: x";
    const begun = await upload(token);
    await until(() => site.seen.at(-1)?.url === "/_known");
    const second = await upload(token);
    expect(await second.until(busy)).toMatch(/^HTTP\/1\.1 503 .*\r\nRetry-After: 5\r\n/s);
    expect([await status("/about"), await status("/api/3")]).toEqual([200, 200]);
    begun.close();
    second.close();
  });

  test("strangers who send slowly have 64 places of their own, and keep none from those whom CKAN knows", async () => {
    const begun = await Promise.all(Array.from({ length: 65 }, () => upload()));
    const refused = () => begun.filter((line) => line.received().startsWith("HTTP/1.1 503 "));
    await until(() => refused().length > 0);
    const token = { Authorization: "x", ...from() };
    const large = { method: "POST", body: "x".repeat(100_000), headers: token };
    const known = [await site.ask("/dataset/new", large), await site.ask("/dashboard", { headers: token })];
    expect(known.map((answer) => answer.status)).toEqual([200, 200]);
    expect(refused().map((line) => line.received().endsWith(busy))).toEqual([true]);
    for (const line of begun) line.close();
  });

  test("strangers who show anything and send on after they were refused leave the places of uploads to those whom CKAN knows", async () => {
    site.answers(({ url, headers }, response) => {
      const known = headers["authorization"] !== undefined;
      response.writeHead(url !== "/_known" || known ? 200 : 401).end("CKAN's");
    });
    const begun = await Promise.all(Array.from({ length: 8 }, () => upload("Cookie: any=thing")));
    await Promise.all(begun.map((line) => line.until("not logged in")));
    const drip = setInterval(() => {
      for (const line of begun) line.write("x");
    }, 20);
    const large = { method: "POST", body: "x".repeat(100_000), headers: { Authorization: "x", ...from() } };
    const before = performance.now();
    const { status, body } = await site.ask("/dataset/new", large);
    const milliseconds = performance.now() - before;
    clearInterval(drip);
    for (const line of begun) line.close();
    answerAll();
    expect([status, body, milliseconds < 1000]).toEqual([200, "CKAN's", true]);
  });

  test("one address has so many requests, whatever the others have", async () => {
    const one = from("198.51.100.1");
    await hold(["/slow", "/api/slow", "/datastore/dump/slow"], one);
    expect([await status("/about", one), await status("/about", from("198.51.100.2"))]).toEqual([503, 200]);
  });

  // As other proxies had to learn: traefik/traefik#9721, neondatabase/neon#7316.
  test.each([
    [
      "2001:db8:1:2::1",
      ["2001:db8:1:2:a:b:c:d", "2001:db8:1:2::", "2001:DB8:1:2:0:0:0:9"],
      ["2001:db8:1:3::1", "2001:db8::1"],
    ],
    ["2001:db8::1", ["2001:db8::a:b:c:d", "2001:db8::2"], ["2001:db8:0:1::1", "2001:db8:1:2::1", "2001:db9::1"]],
    ["::1", ["::2", "::a:b:c:d"], ["1::1", "0:0:0:1:a:b:c:d", "::a:b:c:d:e:f"]],
    ["2001:db8:0:5::1", ["2001:db8:0:5:a:b:c:d"], ["2001:db8:0:6::1"]],
    ["2001:0:0:5:a:b:c:d", ["2001::5:1:2:3:4"], ["2001:0:0:6:a:b:c:d", "2001::1"]],
    ["::ffff:203.0.113.240", [], ["::ffff:203.0.113.241", "::1"]],
    ["203.0.113.250", [], ["203.0.113.251"]],
  ])("whoever has %s has no more with the other addresses of its network", async (address, same, others) => {
    await hold(["/slow", "/api/slow", "/datastore/dump/slow"], from(address));
    const statuses = async (addresses: readonly string[]) =>
      Promise.all(addresses.map((one) => status("/webassets/x.css", from(one))));
    expect([await statuses(same), await statuses(others)]).toEqual([same.map(() => 503), others.map(() => 200)]);
  });
});

/** The beginning of a body that goes to the disk, of an address of its own. */
async function upload(...headers: readonly string[]) {
  const line = await openLine(site.nginx.url);
  const [[name, address] = []] = Object.entries(from());
  const lines = ["POST /dataset/new HTTP/1.1", "Host: a", "Content-Length: 200000", `${name}: ${address}`, ...headers];
  line.write(`${lines.join("\r\n")}\r\n\r\nbegin`);
  return line;
}

test("one address asks ten times as often as it may in a second, then it is told to wait; others are not", async () => {
  const one = from("198.51.100.3");
  const statuses = [];
  for (let count = 0; count < 12; count += 1) statuses.push(await status("/about", one));
  expect(statuses).toEqual([...Array(11).fill(200), 429]);
  const { headers, body } = await site.ask("/about", { headers: one });
  expect([headers["retry-after"], body]).toEqual([
    "5",
    "This site has too much to do. Please try again in a moment.\n",
  ]);
  expect(await status("/about", from("198.51.100.4"))).toBe(200);
});

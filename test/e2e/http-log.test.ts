/**
 * What is written down about a request: enough to find it, and nothing of what was searched for. The dev site trusts no proxy, so
 * that nobody can write somebody else's address. Does not prove: what a cluster's own collection makes of the lines.
 */
import { randomBytes } from "node:crypto";
import { beforeAll, describe, expect, test } from "vitest";
import { kubectl, succeed } from "./support/commands.ts";
import { curl } from "./support/peers/curl.ts";
import { ensurePeers } from "./support/peers/tools.ts";
import { eventually, type SiteOutput, siteOutput } from "./support/site.ts";

/** An address of nobody's. */
const forged = "203.0.113.77";
let site: SiteOutput;

beforeAll(async () => {
  await ensurePeers();
  site = siteOutput("opendata");
});

describe("A page", () => {
  // Written once: nobody else asks for it.
  const word = `geheim-${randomBytes(6).toString("hex")}`;
  let id: string;
  let entry: Entry;

  beforeAll(async () => {
    const query = `/dataset?q=${word}`;
    const reply = await curl(["-e", `${site.url}${query}`, "-A", "A test of ours", `${site.url}${query}`]);
    expect(reply.status).toBe(200);
    // What the page loads comes with the page's address.
    await curl(["-e", `${site.url}${query}`, `${site.url}/base/images/ckan-logo.png`]);
    id = reply.headers["x-request-id"] ?? "no number";
    entry = await written(id);
  });

  test("is an entry of the proxy's log, by the number that the visitor got", () => {
    expect(entry).toMatchObject({ method: "GET", path: "/dataset", status: 200, agent: "A test of ours" });
  });

  test("is known to CKAN's log by the same number", async () => {
    const lines = await eventually(
      async () => log("web").filter((line) => line.includes(id)),
      (found) => found.length > 0,
      20,
    );
    expect(lines.join("\n")).toContain("/dataset");
  });

  test("leaves nothing of what was searched for in any log of the pod", () => {
    expect(["nginx", "web"].flatMap((container) => log(container).filter((line) => line.includes(word)))).toEqual([]);
  });
});

test("a request that is refused leaves nothing of its question either", async () => {
  const word = `geheim-${randomBytes(6).toString("hex")}`;
  const long = `${site.url}/dataset?q=${word}${"a".repeat(100_000)}`;
  const large = ["-H", "Content-Length: 200000000", "-d", "x", `${site.url}/dataset?q=${word}`];
  for (const args of [[long], large, ["-r", "x", `${site.url}/no-such-page?q=${word}`]])
    await curl(args, { patience: 10 });
  await curl([`${site.url}/_live?q=${word}`]);
  expect(["nginx", "web"].flatMap((container) => log(container).filter((line) => line.includes(word)))).toEqual([]);
});

test("a forged address is nowhere in the log, and does not change the one that is", async () => {
  const headers = ["X-Forwarded-For", "X-Real-IP", "Forwarded", "True-Client-IP", "CF-Connecting-IP"].flatMap(
    (name) => ["-H", `${name}: ${name === "Forwarded" ? "for=" : ""}${forged}`],
  );
  const honest = await curl([`${site.url}/dataset?q=one`]);
  const forging = await curl([...headers, `${site.url}/dataset?q=two`]);
  const [one, two] = await Promise.all(
    [honest, forging].map((reply) => written(reply.headers["x-request-id"] ?? "none")),
  );
  expect(two?.address).toMatch(/^[\d.]+$|^[\da-f:]+$/);
  expect(two?.address).toBe(one?.address);
  expect(["nginx", "web"].flatMap((container) => log(container).filter((line) => line.includes(forged)))).toEqual([]);
});

test("a number of the visitor's own does not break a line, nor stand for another request's", async () => {
  const reply = await curl(["-H", 'X-Request-ID: a"b\\c', `${site.url}/dataset?q=three`]);
  expect(reply.headers["x-request-id"]).toMatch(/^[0-9a-zA-Z-]{16,64}$/);
});

test("every line of the proxy's log that speaks of a request is JSON, whatever the request says of itself", async () => {
  const reply = await curl(["-A", 'a "quoted" \\ agent\t\x7f é', `${site.url}/dataset?q=four`]);
  expect((await written(reply.headers["x-request-id"] ?? "none")).agent).toContain('a "quoted"');
  const broken = log("nginx").filter((line) => line.startsWith("{") && !isJson(line));
  expect(broken).toEqual([]);
});

interface Entry {
  readonly id: string;
  readonly method: string;
  readonly path: string;
  readonly status: number;
  readonly address: string;
  readonly agent: string;
}

/** The one entry of a request. */
async function written(id: string): Promise<Entry> {
  const entries = await eventually(
    async () => log("nginx").filter((line) => line.includes(id)),
    (found) => found.length > 0,
    20,
  );
  expect(entries).toHaveLength(1);
  return JSON.parse(entries[0] ?? "");
}

/** Newest lines of a container of the web pod. */
function log(container: string): readonly string[] {
  const pod = ["-n", site.namespace, "deployment/opendata-web", "-c", container];
  return succeed(kubectl(["logs", ...pod, "--since=5m"])).split("\n");
}

function isJson(line: string): boolean {
  try {
    JSON.parse(line);
    return true;
  } catch {
    return false;
  }
}

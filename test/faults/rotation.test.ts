/**
 * Rotates the credential of each purpose on the running dev site, one after the other, while visitors read and somebody uploads.
 * Proves that the old credential is refused afterwards and the new one works, who is locked out and who is not, and that nothing
 * is lost, not even a file that came meanwhile. Asserts no duration: what each rotation cost is printed at the end. Does not
 * prove: a rotation at an external server, whose password somebody else changes.
 */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Purpose } from "../../components/site/purposes.ts";
import { kubectl, pulumi, type Result, succeed } from "../e2e/support/commands.ts";
import { type Client, eventually, logIn, newSession, type SiteOutput, siteOutput } from "../e2e/support/site.ts";
import { accepted, askWithSession, askWithToken, derived, type Person, trials, tried } from "./support/credentials.ts";
import { keepTable } from "./support/report.ts";
import { failures, longestGap, Requests } from "./support/requests.ts";
import * as data from "./support/site-data.ts";
import { rootSecret, up, upWith } from "./support/stack.ts";
import { Uploads, uploadedRows } from "./support/uploads.ts";

const openDataset = "rotation-open";
const uploadDataset = (purpose: Purpose) => `rotation-${purpose}`;

/** Raised one after the other. */
const generations: Partial<Record<Purpose, number>> = {};
const current = (purpose: Purpose) => derived(purpose, generations[purpose] ?? 1);

let published: SiteOutput;
let kept: data.SiteData;
let openFile: { readonly id: string; readonly url: string };
const acceptedUploads: string[] = [];
const table: string[][] = [];

/** The site with the administrator's password of now. */
const site = (): SiteOutput => ({ ...published, adminPassword: current(Purpose.Administrator) });

beforeAll(async () => {
  published = siteOutput("opendata");
  await removeDatasets(await data.administrator(site()));
  kept = await data.makeData(site());
  const { admin } = kept;
  const dataset = { name: openDataset, title: "Open register", owner_org: data.organization };
  await admin.call("package_create", dataset);
  openFile = await data.upload(admin, "open.csv", data.csvOf(10), openDataset);
  await data.loaded(admin, openFile.id, 10);
});

afterAll(async () => {
  keepTable("rotation", ["rotation of", "up", ...Object.keys(visited()), "uploads taken / refused"], table);
  succeed(restore());
  const admin = await data.administrator({ ...published, adminPassword: derived(Purpose.Administrator, 1) });
  await removeDatasets(admin);
  await data.removeData(admin);
});

describe.each(tried)("Rotating %s", (purpose) => {
  let reader: Person;
  let manager: Person;

  test("ends the old credential and starts the new one", async () => {
    reader = await person(data.reader.name, data.reader.password);
    manager = await person(published.adminName, current(Purpose.Administrator));
    const { ask, refusal } = trials(site(), reader, () => current(Purpose.ApiTokens))[purpose];
    expect([await ask(derived(purpose, 1)), await ask(derived(purpose, 2))]).toEqual([accepted, refusal]);
    await underVisitors(purpose, () => {
      generations[purpose] = 2;
      succeed(up({ generations }));
    });
    expect([await ask(derived(purpose, 1)), await ask(derived(purpose, 2))]).toEqual([refusal, accepted]);
  });

  test("ends sessions and tokens only where it is about them, and the password of nobody else", async () => {
    const session = purpose === Purpose.Session ? "answer 302" : accepted;
    const token = purpose === Purpose.ApiTokens ? "answer 403" : accepted;
    for (const { name, ...before } of [reader, manager]) {
      expect(await askWithSession(published.url, before.session)).toBe(session);
      expect(await askWithToken(published.url, name, before.token)).toBe(token);
    }
    const again = await person(data.reader.name, data.reader.password);
    expect(await askWithSession(published.url, again.session)).toBe(accepted);
    expect(await askWithToken(published.url, again.name, again.token)).toBe(accepted);
  });

  test("leaves account, file, rows and index as they were, and the next file is loaded", async () => {
    await data.expectIntact(site(), kept);
    const admin = await data.administrator(site());
    const { id } = await data.upload(admin, "next.csv", data.csvOf(20), uploadDataset(purpose));
    await data.loaded(admin, id, 20);
  });
});

test("Every file that was taken while credentials changed has its rows", async () => {
  const admin = await data.administrator(site());
  for (const resource of acceptedUploads) await data.loaded(admin, resource, uploadedRows, 600);
});

test("Generation 1 comes back with the stack file as it was, and a second up changes nothing", async () => {
  succeed(restore());
  expect(pulumi("up", "--yes", "--skip-preview", "--expect-no-changes").code).toBe(0);
  await data.expectIntact({ ...published, adminPassword: derived(Purpose.Administrator, 1) }, kept);
});

describe("A new root secret", () => {
  const next = "cGxlYXNlIHRha2UgdGhpcyByb290IHNlY3JldCBmb3Igb25lIHRlc3Q";
  const renewed = () => ({ ...published, adminPassword: derived(Purpose.Administrator, 1, next) });

  afterAll(() => {
    succeed(upWith({ "ckan:previousRootSecret": next }));
    succeed(up());
  });

  test("ends every credential and starts another one, in one up", async () => {
    const reader = await person(data.reader.name, data.reader.password);
    succeed(upWith({ "ckan:rootSecret": next, "ckan:previousRootSecret": rootSecret }));
    // Connections to a pod that leaves are closed, also between a question and its answer.
    await eventually(
      async () => webPods().length,
      (number) => number === 1,
      600,
    );
    const asked = trials(renewed(), reader, () => derived(Purpose.ApiTokens, 1, next));
    const answers: Record<string, readonly string[]> = {};
    for (const purpose of tried) {
      const { ask } = asked[purpose];
      answers[purpose] = [await ask(derived(purpose, 1)), await ask(derived(purpose, 1, next))];
    }
    const expected = tried.map((purpose) => [purpose, [asked[purpose].refusal, accepted]]);
    expect(answers).toEqual(Object.fromEntries(expected));
    await data.expectIntact(renewed(), kept);
  });

  test("needs the old one no longer: neither does the cluster keep its password, nor does a later up set the administrator's again", async () => {
    const own = "chosen by the administrator herself";
    await setPassword(renewed(), own);
    succeed(upWith({ "ckan:rootSecret": next }));
    const secrets = succeed(kubectl(["get", "secrets", "-n", published.namespace, "-o", "json"]));
    const encoded = Buffer.from(derived(Purpose.DatabaseAdministrator, 1)).toString("base64");
    expect(secrets).not.toContain(encoded);
    expect(await newSession(published.url, published.adminName, own)).not.toBe("");
  });
});

/** What visitors read meanwhile, each by another way through the servers. */
function visited(): Readonly<Record<string, string>> {
  return {
    search: `${published.url}/api/3/action/package_search?rows=1`,
    rows: `${published.url}/api/3/action/datastore_search?limit=1&resource_id=${openFile.id}`,
    download: openFile.url,
  };
}

/** Rotates under streams of requests and of uploads, which go on until all visitors are served again. */
async function underVisitors(purpose: Purpose, rotate: () => void): Promise<void> {
  const admin = await data.administrator(site());
  const into = uploadDataset(purpose);
  await admin.call("package_create", { name: into, title: purpose, owner_org: data.organization, private: true });
  const token = await logIn(published.url, published.adminName, site().adminPassword);
  const streams = Object.values(visited()).map((url) => new Requests(url, undefined, 2));
  const uploads = new Uploads(admin, token, into);
  let seconds = 0;
  try {
    await served(streams, 5, 60);
    const since = Date.now();
    rotate();
    seconds = Math.round((Date.now() - since) / 1000);
    await served(streams, 10, 600, Date.now());
  } finally {
    await Promise.all([...streams, uploads].map((stream) => stream.stop()));
  }
  const gaps = streams.map(
    ({ outcomes }) => `${failures(outcomes).length} of ${outcomes.length}, ${longestGap(outcomes)} s`,
  );
  table.push([purpose, `${seconds} s`, ...gaps, `${uploads.accepted.length} / ${uploads.refused.length}`]);
  acceptedUploads.push(...uploads.accepted);
}

/** Waits until the newest answers of every stream to what was asked since then are good ones. */
async function served(streams: readonly Requests[], answers: number, seconds: number, since = 0): Promise<void> {
  const fewest = async () => Math.min(...streams.map((stream) => stream.succeededInARow(since)));
  await eventually(fewest, (count) => count >= answers, seconds);
}

async function person(name: string, password: string): Promise<Person> {
  const [session, token] = [
    await newSession(published.url, name, password),
    await logIn(published.url, name, password),
  ];
  return { name, session, token };
}

/** What the stack file says. Lowering works for all but the database's administrator, whose server must be told first. */
function restore(): Result {
  const statement = `ALTER ROLE postgres PASSWORD '${derived(Purpose.DatabaseAdministrator, 1)}';`;
  const psql = ["psql", "--username=postgres", "--no-psqlrc", "--set=ON_ERROR_STOP=1"];
  succeed(kubectl(["exec", "-i", "-n", published.namespace, "opendata-database-0", "--", ...psql], statement));
  return up();
}

/** Pods of the site, ending ones included. */
function webPods(): readonly string[] {
  const selector = "app.kubernetes.io/instance=opendata,app.kubernetes.io/component=web";
  const names = succeed(kubectl(["get", "pods", "-n", published.namespace, "-l", selector, "-o", "name"]));
  return names.trim().split("\n").filter(Boolean);
}

/** As the administrator changes it in the profile. */
async function setPassword(site: SiteOutput, password: string): Promise<void> {
  const admin = await data.administrator(site);
  const { email } = await admin.call<{ email: string }>("user_show", {
    id: site.adminName,
    include_plugin_extras: false,
  });
  await admin.call("user_update", { id: site.adminName, email, password });
}

async function removeDatasets(admin: Client): Promise<void> {
  for (const id of [openDataset, ...tried.map(uploadDataset)]) await admin.try("dataset_purge", { id });
}

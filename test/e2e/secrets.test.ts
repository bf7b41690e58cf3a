/**
 * The hunt for secrets around the running dev environment: each derived value in each spelling, in everything that is not a Secret.
 * A value that nothing uses is planted in one place of each kind, so that the hunt must find exactly that.
 * Does not prove: files that are compressed inside an image's layer, arguments of processes that ended before anybody looked.
 */
import { existsSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { apiToken } from "../../ckan/api-token.ts";
import { publicRootSecret } from "../../components/environment/root-secret.ts";
import { deriveSecret } from "../../components/site/credentials.ts";
import { Purpose } from "../../components/site/purposes.ts";
import { imageArchives } from "../../toolchain/images.ts";
import { type KnownSecret, spellings } from "../support/secret-leaks.ts";
import { type LiveObject, list } from "./support/cluster.ts";
import { removeJobs, runJobsAgain } from "./support/full-start.ts";
import { hunt, huntArchive, type Place } from "./support/hunt.ts";
import { logs, machineLogs, objects, printed, processes, rendered, state, tree } from "./support/places.ts";
import { plantInCluster, plantInImage, plantInTree, removeFromCluster } from "./support/plants.ts";
import { siteOutput } from "./support/site.ts";

const instance = "opendata";
/** The credentials in use, those before and after the next rotation of each. */
const generations = [1, 2, 3];

const derive = (purpose: string, generation: number) => deriveSecret(publicRootSecret, instance, purpose, generation);
const purposes: readonly Purpose[] = Object.values(Purpose);
const planted: KnownSecret = { purpose: "planted", value: derive("planted", 1) };
const known: readonly KnownSecret[] = [
  planted,
  { purpose: "root secret", value: publicRootSecret },
  ...generations.flatMap((generation) => purposes.map((purpose) => ({ purpose, value: derive(purpose, generation) }))),
  ...generations.flatMap((id) =>
    generations.map((key) => ({
      purpose: "XLoader's token",
      value: apiToken(derive(Purpose.XLoader, id), derive(Purpose.ApiTokens, key)),
    })),
  ),
];
const sought = spellings(known);
const images = imageArchives();

let namespace: string;
const running: Place[] = [];

beforeAll(async () => {
  ({ namespace } = siteOutput(instance));
  removeFromCluster();
  await plantInCluster(planted.value, images.find(({ reference }) => reference.includes("/ckan:"))?.reference ?? "");
  await runJobsAgain(namespace, () => running.push(...processes()));
});

afterAll(() => {
  removeJobs();
  removeFromCluster();
});

test("the hunt knows the values in use: every one is in a Secret", () => {
  const secrets = list<LiveObject & { readonly data?: Record<string, string> }>("secrets", namespace);
  const contents = secrets.flatMap(({ data }) => Object.values(data ?? {}).map((text) => Buffer.from(text, "base64")));
  // Dev's loads are XLoader's.
  const used = [...purposes.filter((purpose) => purpose !== Purpose.DataPusher), "XLoader's token"];
  const missing = used.filter((purpose) => {
    const values = known.filter((secret) => secret.purpose === purpose).map(({ value }) => value);
    return !contents.some((content) => values.some((value) => content.includes(value)));
  });
  expect(missing).toEqual([]);
});

test("the state and its history hold no secret, but for dev's public one, which its stack file has in plain text", () => {
  const places = state();
  expect(places.length).toBeGreaterThan(0);
  const history = places.some(({ name }) => name === "the state's history");
  expect(hunt(places, sought)).toEqual(history ? ["root secret as it is: the state's history"] : []);
});

test("previews and outputs show no secret, but for dev's public one, where Pulumi repeats the stack file", () => {
  expect(hunt(printed(planted.value), sought)).toEqual([
    "planted as it is: preview",
    "planted as it is: preview as JSON",
    "root secret as it is: preview as JSON",
  ]);
});

test("rendered files hold no secret", () => {
  const plant = (folder: string) => writeFileSync(join(folder, "planted.yaml"), `password: ${planted.value}\n`);
  const places = rendered(plant);
  expect(places.length).toBeGreaterThan(30);
  expect(hunt(places, sought)).toEqual(["planted as it is: rendered planted.yaml"]);
});

test("no object of any kind holds a secret outside of a Secret's data, nor does any event", () => {
  const places = objects();
  const kinds = new Set(places.map(({ name }) => name.split(" ")[0]));
  expect([...kinds]).toEqual(expect.arrayContaining(["ConfigMap", "Event", "Job", "Pod", "Secret", "StatefulSet"]));
  expect(hunt(places, sought)).toEqual([
    "planted as it is: Event e2e-hunt planted",
    "planted as it is: Pod e2e-hunt planted",
    "planted in base64: ConfigMap e2e-hunt planted",
  ]);
});

test("no container writes a secret to its log, from a first start on", async () => {
  const places = await logs();
  const bootstrap = places.find(({ name }) => name.startsWith("log of e2e-opendata-bootstrap"));
  expect(bootstrap?.text).toMatch(/\] done$/m);
  const silent = places.filter(({ text }) => text === "").map(({ name }) => name);
  expect(silent.filter((name) => / (?:web|worker|database|search|queue|files)$/.test(name))).toEqual([]);
  expect(hunt(places, sought)).toEqual(["planted in base64: log of planted planted"]);
});

test("the machine's own logs of cluster and builds hold no secret", () => {
  expect(hunt(machineLogs(), sought)).toEqual(["planted in base64: machine log pods/e2e-hunt_planted/planted/0.log"]);
});

test("no process has a secret among its arguments, while the Jobs of a first start run", () => {
  const arguments_ = [...new Set(running.map(({ text }) => text))];
  expect(arguments_.filter((text) => text.includes("bootstrap.py")).length).toBeGreaterThan(0);
  expect(arguments_.filter((text) => text.startsWith("mc\0")).length).toBeGreaterThan(0);
  const places = arguments_.map((text) => ({ name: "arguments of a process", text }));
  expect(hunt(places, sought)).toEqual(["planted as it is: arguments of a process"]);
});

test("no image holds a secret: neither its files, nor its configuration and history", async () => {
  const missing = images.filter(({ archive }) => !existsSync(archive));
  expect(missing.map(({ reference }) => reference)).toEqual([]);
  const hits = [];
  for (const { archive } of images) hits.push(...(await huntArchive(archive, basename(archive), sought)));
  await plantInImage(planted.value, async (archive) => {
    hits.push(...(await huntArchive(archive, "planted image", sought)));
  });
  expect(hits).toEqual(["planted in base64: planted image"]);
});

test("no file of the project holds a secret, but for dev's public one, where it is declared and where it is refused to others", async () => {
  const places = [...tree()];
  expect(places.length).toBeGreaterThan(150);
  await plantInTree(planted.value, async (folder) => {
    places.push(...tree(folder));
  });
  expect(hunt(places, sought)).toEqual([
    "planted as it is: tree planted.ts",
    "root secret as it is: tree Pulumi.dev.yaml",
    "root secret as it is: tree components/environment/root-secret.ts",
  ]);
});

/**
 * Requests that CKAN must refuse, over HTTP as anybody on the internet sends them: each action that writes, asked by nobody and by
 * somebody without rights; everything about a private dataset; SQL; the pages of administrators. CKAN itself says which actions
 * write, so that a plugin's new one is tried too. Does not prove: what a person with some rights may do beyond them.
 */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Client, logIn, newSession, type SiteOutput, siteOutput } from "./support/site.ts";
import { inputOf, type Victims, writingActions } from "./support/writes.ts";

const organization = "e2e-refusing-office";
const group = "e2e-refusing-group";
const dataset = "e2e-refusals-open";
const otherDataset = "e2e-refusals-other";
const hidden = "e2e-refusals-private";
const stranger = { name: "e2e-refused", email: "e2e-refused@example.org", password: "a-stranger-without-rights" };

let site: SiteOutput;
let admin: Client;
let visitors: Readonly<Record<"nobody" | "somebody without rights", Client>>;
let victims: Victims;
let secretResource: string;

beforeAll(async () => {
  site = siteOutput("opendata");
  admin = new Client(site.url, await logIn(site.url, site.adminName, site.adminPassword));
  await removeVictims();
  victims = await makeVictims();
  secretResource = await makePrivateRows();
  // The name of a deleted account stays taken.
  const { status } = await admin.try("user_create", stranger);
  if (status !== 200) await admin.call("user_update", { ...stranger, id: stranger.name, state: "active" });
  const token = await logIn(site.url, stranger.name, stranger.password);
  visitors = { nobody: new Client(site.url), "somebody without rights": new Client(site.url, token) };
});

afterAll(async () => {
  await removeVictims();
  await admin.try("user_delete", { id: stranger.name });
});

describe("Every action that writes", () => {
  test("is refused to nobody in particular, all of them", async () => {
    const names = writingActions(site.namespace);
    expect(names.length).toBeGreaterThan(70);
    // CKAN means to refuse these too, but asks for the rights of nobody in a way that ends in an error.
    const failing = { package_collaborator_create: 500, package_collaborator_delete: 500 };
    expect(await answers(visitors.nobody, names)).toEqual({ ...all(names, 403), ...failing });
  });

  test("is refused to somebody without rights, but for what a person does with the own account", async () => {
    const own = /^(?:un)?follow_|^dashboard_|^api_token_|^user_/;
    const names = writingActions(site.namespace).filter((name) => !own.test(name));
    expect(await answers(visitors["somebody without rights"], names)).toEqual(all(names, 403));
  });

  test("of somebody's account is refused to others", async () => {
    const names = ["user_update", "user_patch", "user_delete", "user_create", "user_invite", "api_token_create"];
    expect(await answers(visitors["somebody without rights"], names)).toEqual(all(names, 403));
  });

  test("left everything as it was", async () => {
    const rows = await admin.call<{ total: number }>("datastore_search", { resource_id: victims.resource });
    expect(rows.total).toBe(1);
    const { title, resources } = await admin.call<{ title: string; resources: object[] }>("package_show", {
      id: dataset,
    });
    expect([title, resources.length]).toEqual(["An open dataset", 1]);
    expect((await visitors.nobody.try("package_show", { id: "e2e-intruder" })).status).toBe(404);
  });
});

describe.each(["nobody", "somebody without rights"] as const)("A private dataset, asked for by %s,", (name) => {
  test.each([
    ["package_show", () => ({ id: hidden }), 403],
    ["package_activity_list", () => ({ id: hidden }), 403],
    ["resource_show", () => ({ id: secretResource }), 403],
    ["resource_view_list", () => ({ id: secretResource }), 403],
    ["datastore_search", () => ({ resource_id: secretResource }), 403],
    ["datastore_info", () => ({ id: secretResource }), 403],
  ] as const)("is not shown by %s", async (action, input, status) => {
    expect((await visitors[name].try(action, input())).status).toBe(status);
  });

  test("is in no search and no list", async () => {
    const visitor = visitors[name];
    const query = { q: `name:${hidden}`, include_private: true, include_drafts: true, use_default_schema: true };
    expect((await visitor.call<{ count: number }>("package_search", query)).count).toBe(0);
    expect(await visitor.call<string[]>("package_list")).not.toContain(hidden);
    const { results } = await visitor.call<{ results: { id: string }[] }>("resource_search", { query: "name:secret" });
    expect(results.map(({ id }) => id)).not.toContain(secretResource);
    const shown = await visitor.call<{ packages: object[] }>("organization_show", {
      id: organization,
      include_datasets: true,
    });
    expect(JSON.stringify(shown)).not.toContain(hidden);
  });

  test.each([
    ["its page", () => `/dataset/${hidden}`],
    ["its resource's page", () => `/dataset/${hidden}/resource/${secretResource}`],
    ["its rows as a file", () => `/datastore/dump/${secretResource}`],
    ["its feed of changes", () => `/dataset/activity/${hidden}`],
    ["its data in other formats", () => `/dataset/${hidden}.rdf`],
  ])("does not show %s", async (_, path) => {
    const response = await visitors[name].get(path(), { redirect: "manual" });
    expect([302, 403, 404]).toContain(response.status);
    expect(await response.text()).not.toMatch(/A hidden dataset|hidden-value/);
  });
});

describe("SQL from outside", () => {
  test.each([
    ["nobody", () => visitors.nobody],
    ["somebody without rights", () => visitors["somebody without rights"]],
    ["an administrator", () => admin],
  ])("is an action that does not exist, for %s", async (_, visitor) => {
    const { status, error } = await visitor().try("datastore_search_sql", { sql: "SELECT 1" });
    expect([status, error]).toEqual([400, expect.stringContaining("Action name not known: datastore_search_sql")]);
  });
});

describe("Pages of administrators", () => {
  test.each(["/ckan-admin/", "/ckan-admin/config", "/ckan-admin/trash", "/user/", "/dashboard/", "/dataset/new"])(
    "%s is refused to nobody, or asks for a login",
    async (path) => {
      const response = await visitors.nobody.get(path, { redirect: "manual" });
      expect([302, 403]).toContain(response.status);
      if (response.status === 302) expect(response.headers.get("location")).toContain("/user/login");
    },
  );

  test("a form that another site makes an administrator send is refused: it lacks the token of our pages", async () => {
    const cookie = await newSession(site.url, site.adminName, site.adminPassword);
    const send = (path: string) =>
      fetch(`${site.url}${path}`, { method: "POST", headers: { cookie }, redirect: "manual" });
    for (const path of [`/dataset/delete/${dataset}`, `/user/delete/${stranger.name}`, "/ckan-admin/reset_config"]) {
      expect((await send(path)).status).toBe(400);
    }
  });

  test("accounts are shown to nobody", async () => {
    expect((await visitors.nobody.try("user_list")).status).toBe(403);
    expect((await visitors.nobody.try("user_show", { id: stranger.name })).status).toBe(403);
    expect((await visitors.nobody.get(`/user/${stranger.name}`, { redirect: "manual" })).status).not.toBe(200);
  });
});

/** The status of each action; one after the other, as a scanner would ask. */
async function answers(visitor: Client, names: readonly string[]): Promise<Readonly<Record<string, number>>> {
  const found: Record<string, number> = {};
  for (const name of names) found[name] = (await visitor.try(name, inputOf(name, victims))).status;
  return found;
}

function all(names: readonly string[], status: number): Readonly<Record<string, number>> {
  return Object.fromEntries(names.map((name) => [name, status]));
}

async function makeVictims(): Promise<Victims> {
  await admin.call("organization_create", { name: organization });
  await admin.call("group_create", { name: group });
  await admin.call("package_create", { name: otherDataset, owner_org: organization });
  await admin.call("package_create", { name: dataset, title: "An open dataset", owner_org: organization });
  const resource = await rows(dataset, "open");
  // A new resource would end it.
  await admin.call("package_relationship_create", { subject: dataset, object: otherDataset, type: "links_to" });
  const view = { resource_id: resource, title: "A view", view_type: "text_view" };
  const vocabulary = { name: "e2e-refusals", tags: [{ name: "e2e-refusals-tag" }] };
  const task = { entity_id: resource, entity_type: "resource", task_type: "xloader", key: "e2e", value: "1" };
  return {
    organization,
    group,
    dataset,
    otherDataset,
    resource,
    view: await idOf("resource_view_create", view),
    vocabulary: await idOf("vocabulary_create", vocabulary),
    tag: "e2e-refusals-tag",
    taskStatus: await idOf("task_status_update", { ...task, state: "complete" }),
    user: site.adminName,
  };
}

async function makePrivateRows(): Promise<string> {
  await admin.call("package_create", {
    name: hidden,
    title: "A hidden dataset",
    owner_org: organization,
    private: true,
  });
  return rows(hidden, "hidden-value");
}

/** A resource of one row. */
async function rows(dataset: string, value: string): Promise<string> {
  const resource = await idOf("resource_create", { package_id: dataset, name: "secret", url: "" });
  const fields = [{ id: "a", type: "text" }];
  await admin.call("datastore_create", { resource_id: resource, force: true, fields, records: [{ a: value }] });
  return resource;
}

async function idOf(action: string, input: object): Promise<string> {
  return (await admin.call<{ id: string }>(action, input)).id;
}

async function removeVictims(): Promise<void> {
  for (const id of [dataset, otherDataset, hidden]) await admin.try("dataset_purge", { id });
  await admin.try("organization_purge", { id: organization });
  await admin.try("group_purge", { id: group });
  const vocabulary = { name: "e2e-refusals" };
  const found = await admin.try<{ id: string }>("vocabulary_show", { id: vocabulary.name });
  if (found.status !== 200) return;
  await admin.call("vocabulary_update", { ...vocabulary, id: found.result.id, tags: [] });
  await admin.call("vocabulary_delete", { id: found.result.id });
}

/** A site with something to lose: an account, a private dataset with a file in the store, and its rows. */
import { expect } from "vitest";
import { Client, eventually, logIn, type SiteOutput } from "../../e2e/support/site.ts";

export const organization = "faults-office";
const dataset = "faults-register";
/** Somebody without any rights of his own. */
export const reader = {
  name: "faults-reader",
  email: "faults-reader@example.org",
  password: "a-reader-of-nothing-much",
};

export interface SiteData {
  readonly admin: Client;
  readonly token: string;
  readonly file: { readonly id: string; readonly url: string };
  readonly csv: string;
}

export function csvOf(rows: number): string {
  const lines = Array.from({ length: rows }, (_, row) => `${row},station ${row % 97},${(row * 7919) % 1000}`);
  return `id,station,level\n${lines.join("\n")}\n`;
}

/** An API token of the administrator's, once the site answers again. */
async function tokenWhenUp({ url, adminName, adminPassword }: SiteOutput): Promise<string> {
  const status = () =>
    fetch(`${url}/api/3/action/status_show`).then(
      (response) => response.status,
      () => 0,
    );
  await eventually(status, (answer) => answer === 200, 180);
  // A connection that was kept leads to the pod before for as long as that drains, with what was its password.
  const login = () => logIn(url, adminName, adminPassword).catch((error) => ({ refused: String(error) }));
  const token = await eventually(login, (answer) => typeof answer === "string", 30);
  if (typeof token !== "string") throw new Error(token.refused);
  return token;
}

/** The administrator, once the site answers. */
export async function administrator(site: SiteOutput): Promise<Client> {
  return new Client(site.url, await tokenWhenUp(site));
}

export async function makeData(site: SiteOutput): Promise<SiteData> {
  const token = await tokenWhenUp(site);
  const admin = new Client(site.url, token);
  await removeData(admin);
  await admin.call("organization_create", { name: organization });
  await admin.call("package_create", {
    name: dataset,
    title: "Fault register",
    owner_org: organization,
    private: true,
  });
  // The name of a deleted account stays taken.
  const { status } = await admin.try("user_create", reader);
  if (status !== 200) await admin.call("user_update", { ...reader, id: reader.name, state: "active" });
  const csv = csvOf(1000);
  const file = await upload(admin, "register.csv", csv);
  await loaded(admin, file.id, 1000);
  return { admin, token, file, csv };
}

export async function removeData(admin: Client): Promise<void> {
  await admin.try("dataset_purge", { id: dataset });
  await admin.try("organization_purge", { id: organization });
  await admin.try("user_delete", { id: reader.name });
}

/** A new resource of the register, or of another dataset. */
export async function upload(
  admin: Client,
  name: string,
  csv: string,
  into: string = dataset,
): Promise<{ id: string; url: string }> {
  const form = new FormData();
  for (const [key, value] of Object.entries({ package_id: into, name, format: "CSV" })) form.set(key, value);
  form.set("upload", new Blob([csv], { type: "text/csv" }), name);
  return await admin.call("resource_create", form);
}

/** XLoader's word on a resource: pending, running, running_but_viewable, complete, error. */
export async function loadState(admin: Client, resource: string): Promise<string> {
  const task = { entity_id: resource, task_type: "xloader", key: "xloader" };
  try {
    const { status, result } = await admin.try<{ state: string }>("task_status_show", task);
    return status === 200 ? result.state : `answer ${status}`;
  } catch (error) {
    // Whoever waits for a load asks again; what visitors lose is counted elsewhere.
    console.warn(`NO ANSWER about a load: ${(error as Error & { cause?: Error }).cause?.message ?? error}`);
    return "no answer";
  }
}

/** Waits until a load is complete and every row is there. */
export async function loaded(admin: Client, resource: string, rows: number, seconds = 120): Promise<void> {
  await eventually(
    () => loadState(admin, resource),
    (state) => state === "complete",
    seconds,
  );
  expect(await admin.call<{ total: number }>("datastore_search", { resource_id: resource, limit: 0 })).toMatchObject({
    total: rows,
  });
}

/** Nothing of it is lost: accounts, dataset, index, file and rows. */
export async function expectIntact(site: SiteOutput, { file, csv }: SiteData): Promise<void> {
  const admin = await administrator(site);
  expect(await (await admin.get(file.url)).text()).toBe(csv);
  const rows = await admin.call<{ total: number }>("datastore_search", { resource_id: file.id, limit: 0 });
  expect(rows.total).toBe(1000);
  const found = await admin.call<{ results: { name: string }[] }>("package_search", {
    q: "Fault register",
    include_private: true,
  });
  expect(found.results.map(({ name }) => name)).toContain(dataset);
  await logIn(site.url, reader.name, reader.password);
}

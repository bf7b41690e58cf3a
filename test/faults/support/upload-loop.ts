/**
 * Uploads a table again and again into a dataset, each time as a resource of its own, with the API token on standard input, and
 * prints one line for each: `<status or reason> <resource or ->`. One after the other, because CKAN loses one of two resources that
 * come into a dataset at the same time.
 */
import { text } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import { Client } from "../../e2e/support/site.ts";

const [url, dataset, table] = process.argv.slice(2);
if (url === undefined || dataset === undefined || table === undefined) {
  throw new Error("usage: upload-loop.ts <url> <dataset> <text of the table>");
}
const client = new Client(url, (await text(process.stdin)).trim());

/** Between two uploads, in milliseconds: most loads have ended by then. */
const pause = 3000;

let stopped = false;
process.on("SIGTERM", () => {
  stopped = true;
});

for (let number = 1; !stopped; number++) {
  const form = new FormData();
  const fields = { package_id: dataset, name: `table ${number}`, format: "CSV" };
  for (const [key, value] of Object.entries(fields)) form.set(key, value);
  form.set("upload", new Blob([table], { type: "text/csv" }), `table-${number}.csv`);
  const outcome = await client.try<{ id: string }>("resource_create", form).then(
    ({ status, result }) => `${status} ${status === 200 ? result.id : "-"}`,
    (error: Error & { cause?: { code?: string } }) => `${error.cause?.code ?? error.name} -`,
  );
  process.stdout.write(`${outcome}\n`);
  await sleep(pause);
}

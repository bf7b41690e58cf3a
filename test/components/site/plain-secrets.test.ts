/** Whoever forgets to mark a password as a secret must not find it in the state. */
import { expect, test } from "vitest";
import { CkanStack, Credentials } from "../../../components/index.ts";
import { synthesize } from "../../../render/synthesize.ts";

const plain = [
  "plain-database-password",
  "plain-queue-password",
  "plain-access-key",
  "plain-secret-key",
  "plain-mail-password",
  "plain-key-of-a-plugin",
] as const;
const [database, queue, accessKey, secretKey, mailPassword, pluginKey] = plain;
const secretMark = "4dabf18193072939515e22adb298388d";

test("passwords of external servers that are given as plain text are secrets wherever they are registered", async () => {
  const declared = await synthesize({
    project: "ckan",
    stack: "test",
    configuration: { values: {}, secretKeys: [] },
    declare: () =>
      new CkanStack("opendata", {
        namespace: "opendata",
        credentials: new Credentials({ rootSecret: "r".repeat(40), instance: "opendata" }),
        host: "data.example.org",
        exposure: { kind: "none" },
        ckan: {
          version: "2.11.6",
          image: "example.org/ckan:2.11.6",
          plugins: ["s3filestore", "envvars"],
          secretSettings: { "ckanext.ldap.auth.password": pluginKey },
        },
        mail: { host: "smtp.example.org", user: "site", password: mailPassword, from: "a@example.org" },
        administrator: { name: "admin", email: "a@example.org" },
        web: { nginx: { image: "example.org/nginx:1.28.0" } },
        database: { kind: "external", host: "db", administrator: { user: "postgres", password: database } },
        search: { kind: "external", host: "solr" },
        queue: { kind: "external", host: "redis", password: queue },
        files: { kind: "s3", endpoint: "https://s3.example.org", bucket: "files", accessKey, secretKey },
      }),
  });
  const places = declared.flatMap(({ name, type, raw }) => plainTexts(raw).map((text) => `${type} ${name}: ${text}`));
  expect(places.filter((place) => plain.some((value) => place.includes(value)))).toEqual([]);
});

/** Every text outside a secret's envelope. */
function plainTexts(value: unknown): readonly string[] {
  if (typeof value === "string") return [value];
  if (typeof value !== "object" || value === null || secretMark in value) return [];
  return Object.values(value).flatMap(plainTexts);
}

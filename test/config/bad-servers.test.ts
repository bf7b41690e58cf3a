/** Redis and Solr of somebody else: a bad setting gives one line that says what to write, and declares nothing. */
import { describe, expect, test } from "vitest";
import { external, externalSecrets, type StackFile, stackFile } from "../support/configuration.ts";

import { find, programOf, refusalOf, secretAt, settled } from "../support/program.ts";

const secrets = { ...externalSecrets, "ckan:solrPassword": "p:a+s/s@w?rd#" };
const file = (settings: object, values: object = secrets): StackFile =>
  stackFile({ opendata: { ...external, ...settings } }, { ...values });
const search = (settings: object) => ({ search: { ...external.search, ...settings } });
const queue = (settings: object) => ({ queue: { ...external.queue, ...settings } });
const user = "expected a user's name of letters, digits, ., _, ~ and -";

test.each<[string, StackFile, string]>([
  [
    "an unknown word for TLS",
    file(queue({ tls: "require" }), externalSecrets),
    'instances.opendata.queue.tls: expected disable, verify-ca or verify-full, got "require"',
  ],
  [
    "a certificate of which nothing is known",
    file(queue({ tls: "verify-ca" }), externalSecrets),
    "instances.opendata.caBundle: expected the authority of the queue's certificate: by queue.tls verify-ca nothing else is known of it",
  ],
  [
    "a user who ends an address",
    file(queue({ user: "a@b" }), externalSecrets),
    `instances.opendata.queue.user: ${user}, got "a@b"`,
  ],
  [
    "a user of Solr's without a password",
    file(search({ user: "ckan" }), externalSecrets),
    "instances.opendata.search.passwordFrom: expected it beside user: Solr takes both or none",
  ],
  [
    "a password of Solr's without a user",
    file(search({ passwordFrom: "solrPassword" })),
    "instances.opendata.search.user: expected it beside passwordFrom: Solr takes both or none",
  ],
  [
    "a password of Solr's that is not there",
    file(search({ user: "ckan", passwordFrom: "solrPassword" }), externalSecrets),
    "solrPassword: expected a secret, because instances.opendata.search.passwordFrom names it: run pulumi config set --secret ckan:solrPassword",
  ],
  [
    "a password of Solr's that CKAN would change",
    file(search({ user: "ckan", passwordFrom: "solrPassword" }), { ...externalSecrets, "ckan:solrPassword": "a b" }),
    "solrPassword: expected a password without blanks: CKAN would hand over a + in place of each",
  ],
  [
    "a password of Solr's with a reference",
    file(search({ user: "ckan", passwordFrom: "solrPassword" }), { ...externalSecrets, "ckan:solrPassword": "a%b" }),
    "solrPassword: expected a value without %, because instances.opendata.search.passwordFrom names it: CKAN takes it for a default of its ini file, where % begins a reference",
  ],
])("%s", async (_, stack, line) => {
  expect(await refusalOf(stack)).toEqual({
    message: `The stack file has 1 mistake; nothing was created or changed:\n  ckan:${line}`,
    registered: 0,
  });
});

test("KEDA checks the name in a certificate or nothing", async () => {
  const workers = { default: { scaling: { kind: "keda", minimum: 1, maximum: 2 } } };
  const { message } = await refusalOf(file({ ...queue({ tls: "verify-ca" }), workers }, externalSecrets));
  expect(message).toContain(
    'ckan:instances.opendata.queue.tls: expected verify-full: KEDA, by which workers scale, checks the name in a certificate or nothing at all, got "verify-ca"',
  );
});

describe("a Redis and a Solr that are told all of it", () => {
  const secured = {
    ...search({ tls: true, user: "ckan", passwordFrom: "solrPassword" }),
    ...queue({ tls: "verify-full", user: "ckan" }),
  };

  test("have their passwords in Secrets, and are published with where to find them", async () => {
    const { resources, outputs } = await programOf(file(secured));
    const data = secretAt(find(resources, "core/v1:Secret opendata-search-credentials"), "data");
    expect(data).toEqual({ password: Buffer.from(secrets["ckan:solrPassword"]).toString("base64") });
    expect(JSON.stringify(resources.map(({ inputs }) => inputs))).not.toContain(secrets["ckan:solrPassword"]);
    const published = outputs.instances["opendata"];
    expect(await settled(published?.search)).toMatchObject({
      url: "https://solr.example.org:8983/solr/ckan",
      login: { user: "ckan", passwordSecret: { key: "password" } },
    });
    expect(await settled(published?.queue)).toMatchObject({ tls: "verify-full", user: "ckan" });
  });
});

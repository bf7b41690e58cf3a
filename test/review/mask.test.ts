import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { deriveSecret } from "../../components/site/credentials.ts";
import { masked, maskLine, maskText, maskValue } from "../../review/mask.ts";

const secret = deriveSecret("a root secret of a test, long enough", "opendata", "queue", 1);

describe("Every derived value", () => {
  /** Many, because what makes a word look random is chance itself. */
  const values = Array.from({ length: 3000 }, (_, index) => deriveSecret("root of many", "site", "purpose", index));

  const base64 = (value: string) => Buffer.from(value).toString("base64");

  test.each([
    ["as it is", (text: string) => text, (value: string) => value],
    ["in base64", (text: string) => text, base64],
    ["in a URL", (text: string) => `postgresql://ckan:${text}@database:5432/ckan`, (value: string) => value],
    ["in a sentence", (text: string) => `could not log in with ${text}, giving up`, (value: string) => value],
    ["in a line of a file", (text: string) => `something = string:${text}`, (value: string) => value],
  ])("is masked %s", (_, sentence, spelling) => {
    const seen = values.map(spelling).filter((text) => maskText(sentence(text)).includes(text));
    expect(seen).toEqual([]);
  });

  test("and so is what `openssl rand -base64 48` makes", () => {
    const bytes = (index: number) => createHash("sha384").update(String(index)).digest("base64");
    const made = Array.from({ length: 3000 }, (_, index) => bytes(index));
    expect(made.filter((value) => maskText(value).includes(value.slice(0, 32)))).toEqual([]);
  });
});

describe("A value is masked", () => {
  test.each([
    ["by the name of its property", { password: "short" }, { password: masked }],
    [
      "also in capitals and with signs",
      { API_KEY: "short", "secret-key": "x" },
      { API_KEY: masked, "secret-key": masked },
    ],
    ["as a number", { token: 123456 }, { token: masked }],
    ["by the name of its variable", { name: "DB_PASSWORD", value: "short" }, { name: "DB_PASSWORD", value: masked }],
    [
      "as the content of a Secret",
      { kind: "Secret", data: { a: "b" }, stringData: { c: "d" } },
      { kind: "Secret", data: masked, stringData: masked },
    ],
    ["in a list", { tokens: ["x"], token: ["y"] }, { tokens: ["x"], token: [masked] }],
    ["below credentials", { credentials: { login: "me" } }, { credentials: { login: masked } }],
  ])("%s", (_, value, expected) => {
    expect(maskValue(value)).toEqual(expected);
  });

  test.each([
    ["a URL's password", "redis://:hunter2@queue:6379", `redis://:${masked}@queue:6379`],
    ["a password with an at sign", "https://me:a@b@host/x", `https://me:${masked}@host/x`],
    ["a token", "Authorization: Bearer abcdef123456", `Authorization: Bearer ${masked}`],
    ["a JSON Web Token", "eyJhbGciOiJI.eyJqdGkiOiJ4.c2lnbmF0dXJl", masked],
    ["a private key", "-----BEGIN PRIVATE KEY-----\nMIIE\n-----END PRIVATE KEY-----", masked],
    ["what follows a name", "failed: token=swordfish, retry", `failed: token=${masked}, retry`],
    ["what follows a name in JSON", '{"password": "swordfish"}', `{"password": "${masked}"}`],
    ["a private key that is cut off", "-----BEGIN RSA PRIVATE KEY-----\nMIIE", masked],
  ])("inside a text: %s", (_, text, expected) => {
    expect(maskText(text)).toBe(expected);
  });

  test("in a line that gives it to a name", () => {
    expect(maskLine("beaker.session.secret = tiny")).toBe(`beaker.session.secret = ${masked}`);
    expect(maskLine('  "smtp.password": "tiny"')).toBe(`  "smtp.password": ${masked}`);
    expect(maskLine(`ckan.site_url = ${secret}`)).toBe(`ckan.site_url = ${masked}`);
  });
});

describe("What a reviewer has to see stays:", () => {
  test.each([
    ["a digest", "registry.example.org/ckan@sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"],
    ["a reference to a secret", "postgresql://ckan:$(DATABASE_PASSWORD)@database:5432/ckan"],
    ["a sentence about one", "ckan:rootSecret: expected at least 32 random characters"],
    ["a folder", "/tmp/ckan-review-aB3dE9/absent.json"],
    ["a path", "projects/example-prod/global/networks/default"],
    ["a name of Kubernetes'", "preferredDuringSchedulingIgnoredDuringExecution"],
    [
      "a URN",
      "urn:pulumi:prod::ckan::ckan:index:CkanStack$kubernetes:core/v1:PersistentVolumeClaim::opendata-search-data",
    ],
    ["a variable", "CKANEXT__S3FILESTORE__AWS_SECRET_ACCESS_KEY"],
    [
      "a rule of a zone",
      'http.host in {"data.example.org"} and any(http.request.headers.names[*] in {"authorization"})',
    ],
    ["an account", "ckan-opendata-web@example-prod.iam.gserviceaccount.com"],
  ])("%s", (_, text) => {
    expect(maskText(text)).toBe(text);
  });

  test.each([
    { secretName: "opendata-database-roles" },
    { passwordFrom: "databasePassword" },
    { valueFrom: { secretKeyRef: { name: "opendata-queue", key: "password" } } },
    { name: "API_TOKEN", value: "$(API_TOKEN_KEY)" },
    { automountServiceAccountToken: false },
  ])("%j", (value) => {
    expect(maskValue(value)).toEqual(value);
  });

  test("a value that is not known yet is called so", () => {
    expect(maskText("04da6b54-80e4-46f7-96ec-b56ff0331ba9")).toBe("(known after the update)");
  });
});

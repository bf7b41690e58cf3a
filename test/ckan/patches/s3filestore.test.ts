/**
 * What the patches say to the store and to browsers, by Python alone. That the faults are there and that the patches mend them is
 * seen with the real package, store and queue: test/e2e/files.test.ts.
 */
import { describe, expect, test } from "vitest";
import { pythonIsMissing } from "../../support/python.ts";
import { run } from "../../support/store-patches.ts";

describe.skipIf(pythonIsMissing)("The download of a link", () => {
  test.each([
    ["http://example.org/a b.csv", true],
    ["https://мой.рф/данные.csv?год=2024", true],
    ["ftp://example.org/a.csv", true],
    ["http://user:word@[::1]:8080/a.csv", true],
    ["", false],
    ["a.csv", false],
    ["javascript:alert(1)", false],
    ["data:text/html,a", false],
    ["file:///etc/passwd", false],
    ["http:///a.csv", false],
    ["http://a\nb/", false],
    ["http://example.org/\r\nX-Other: 1", false],
    [`http://${"a".repeat(64)}.org/`, false],
    ["http://a..b/", false],
    ["http://a:99999/", false],
    ["http://[", false],
  ])("to %j leads there: %j", (url, leads) => {
    const before = `
pages = types.SimpleNamespace(redirect_to=lambda url: 302)
follow_what_can_be_followed(pages)
def answer(url):
    try:
        return pages.redirect_to(url)
    except Aborted as error:
        return error.args[0]`;
    expect(run("answer(given)", url, before)).toBe(leads ? 302 : 404);
  });
});

describe.skipIf(pythonIsMissing)("A picture for which the store has", () => {
  test.each([
    [400, 404],
    [403, 404],
    [404, 404],
    [503, 503],
  ])("a %i is answered by %i", (status, answer) => {
    const before = `
def show(upload_to, filename):
    raise ClientError(given)
views = {"picture": show, "other": None}
miss_pictures(views, show)
def answer():
    try:
        views["picture"](upload_to="user", filename="a.png")
    except Aborted as error:
        return error.args[0]
    except ClientError as error:
        return error.response["ResponseMetadata"]["HTTPStatusCode"]`;
    expect(run("answer()", status, before)).toBe(answer);
  });
});

describe.skipIf(pythonIsMissing)("A file goes to the store", () => {
  const before = `
kept = {}
class Store:
    mimetype, bucket_name = given["type"], "files"
    redis = types.SimpleNamespace(delete=lambda key: None)
    def get_s3_client(self):
        upload = lambda file, bucket, key, ExtraArgs, Config: kept.update(ExtraArgs)
        return types.SimpleNamespace(upload_fileobj=upload)
stream_uploads(Store)
Store().upload_to_key(given["key"], types.SimpleNamespace(seek=lambda at: None), "private")`;

  test.each([
    ["resources/1/a.pdf", "application/pdf", "application/pdf", "inline"],
    ["resources/1/a.csv", "text/csv", "text/csv", "attachment"],
    ["resources/1/a.js", "text/javascript", "text/plain", "attachment"],
    ["storage/uploads/user/a.pdf", "application/pdf", "application/pdf", "attachment"],
    ["storage/uploads/user/a.png", "image/png", "image/png", "attachment"],
  ])("as %s of type %s: %s, %s", (key, type, kept, shown) => {
    const said = run<{ ContentType: string; ContentDisposition: string }>("kept", { key, type }, before);
    expect([said.ContentType, said.ContentDisposition.split(";")[0]]).toEqual([kept, shown]);
  });
});

describe.skipIf(pythonIsMissing)("A link to what an earlier release stored", () => {
  const before = `
asked = {}
class Store:
    bucket_name, signed_url_expiry, signed_url_cache_window = "files", 600, 300
    redis = types.SimpleNamespace(get=lambda key: None, put=lambda key, link, expiry: None)
    def get_s3_client(self):
        return types.SimpleNamespace(
            head_object=lambda Bucket, Key: given["stored"],
            generate_presigned_url=lambda method, params, expiry: asked.update(params),
        )
sign_links(Store)
Store().get_signed_url_to_key(given["key"])`;
  const attachment = "attachment; filename=\"a\"; filename*=UTF-8''a";

  test.each([
    ["a file with its name", "resources/1/a", "text/csv", "attachment; filename=b", {}],
    ["a file without a name", "resources/1/a", "text/csv", undefined, { ResponseContentDisposition: attachment }],
    ["a PDF without a name", "resources/1/a", "application/pdf", undefined, {}],
    ["a PDF that is shown", "resources/1/a", "application/pdf", "inline; filename=b", {}],
    ["a script", "resources/1/a", "text/javascript", "attachment", { ResponseContentType: "text/plain" }],
    [
      "a PDF in place of a picture",
      "storage/uploads/user/a",
      "application/pdf",
      "inline; filename=b",
      { ResponseContentDisposition: attachment },
    ],
  ])("overrides, of %s, what must be", (_, key, type, shown, overridden) => {
    const stored = { ContentType: type, ...(shown === undefined ? {} : { ContentDisposition: shown }) };
    expect(run("asked", { key, stored }, before)).toEqual({ Bucket: "files", Key: key, ...overridden });
  });
});

describe.skipIf(pythonIsMissing)("What goes into other headers", () => {
  test.each([
    ["ckan-admin", "ckan-admin"],
    ["a\r\nb\u007f", "a??b?"],
    ["Жук ", "&#1046;&#1091;&#1082;"],
    ["x".repeat(5000), "x".repeat(200)],
  ])("is of %j as metadata plain and short", (given, text) => {
    expect(run("plain(given)", given)).toBe(text);
  });
});

test.skipIf(pythonIsMissing)("links of one key are not those of another, and its secret is not in their names", () => {
  const scenario = `[links(secret) for secret in given]`;
  const before = `
def links(secret):
    helper = type("RedisHelper", (), {"_get_cache_key": lambda self, path: f"ckanext-s3filestore:{path}"})
    part_links_by_key(helper, secret)
    return [helper()._get_cache_key(path) for path in ("resources/a.csv", "resources/b.csv")]
`;
  const [first, second] = run<[string[], string[]]>(scenario, ["first secret", "second secret"], before);
  expect(new Set([...first, ...second]).size).toBe(4);
  for (const name of [...first, ...second]) {
    expect(name).toMatch(/^ckanext-s3filestore:[0-9a-f]{16}:resources\/[ab]\.csv$/);
  }
});

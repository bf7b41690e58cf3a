/** What downloads.py hands on to nginx, of files that an application like CKAN opens. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { scripts } from "../../ckan/scripts.ts";
import { python, pythonIsMissing } from "../support/python.ts";

const storage = mkdtempSync(join(tmpdir(), "downloads-"));
const html = { "Content-Type": "text/html", "Content-Disposition": "inline; filename=a.html" };
const download = "/dataset/a/resource/b/download/a.html";

beforeAll(() => {
  for (const name of ["resources/abc/d", "storage/uploads/group/д %?#+.svg", "webassets/a.css", "resources2/a"]) {
    mkdirSync(dirname(join(storage, name)), { recursive: true });
    writeFileSync(join(storage, name), "content");
  }
});
afterAll(() => rmSync(storage, { recursive: true }));

/** Sends files as Werkzeug does: by the server's wrapper, and after HEAD without closing them. */
const harness = `
import json, sys
exec(compile(sys.stdin.read(), "downloads.py", "exec"))
asked = json.loads(sys.argv[1])
files, seen, closed = [], {}, []

class Body(list):
    close = lambda self: closed.append(True)

def ckan(environ, start_response):
    seen.update({name: value for name, value in environ.items() if name.startswith("HTTP_")})
    files.append(open(asked["file"], "rb"))
    body = environ["wsgi.file_wrapper"](files[0], 4)
    start_response(asked["status"], list(asked["headers"].items()))
    return body if asked["environ"]["REQUEST_METHOD"] == "GET" else Body()

head = []
environ = asked["environ"]
body = with_files_of_the_disk(ckan, asked["storage"])(environ, lambda *given: head.extend(given))
content = b"".join(body).decode()
names = [name for name, _ in head[1]]
print(json.dumps({
    "status": head[0], "headers": dict(head[1]), "once": len(names) == len(set(names)), "content": content,
    "closed": files[0].closed, "seen": seen, "kept": sorted(environ),
}))
`;

interface Asked {
  readonly file?: string;
  readonly status?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly environ?: Readonly<Record<string, string>>;
}

const ask = ({ file = "resources/abc/d", status = "200 OK", headers = html, environ = {} }: Asked = {}) => {
  const asked = {
    storage,
    file: join(storage, file),
    status,
    headers,
    environ: { REQUEST_METHOD: "GET", PATH_INFO: download, ...environ },
  };
  return JSON.parse(python(harness, scripts["downloads.py"], [JSON.stringify(asked)]));
};

describe.skipIf(pythonIsMissing)("a file that a visitor uploaded", () => {
  test.each(["GET", "HEAD"])("is nginx's to send, and is let go at once: %s", (method) => {
    const { status, headers, once, content, closed } = ask({ environ: { REQUEST_METHOD: method } });
    expect([status, once, content, closed]).toEqual(["200 OK", true, "", true]);
    expect(headers["X-Accel-Redirect"]).toBe("/_files/resources/abc/d");
  });

  test("is named as a path of the web, whatever its name is", () => {
    const { headers } = ask({ file: "storage/uploads/group/д %?#+.svg" });
    expect(headers["X-Accel-Redirect"]).toBe("/_files/storage/uploads/group/%D0%B4%20%25%3F%23%2B.svg");
  });

  test("keeps what CKAN says of it, but what nginx says itself", () => {
    const ofNginx = { "Content-Length": "7", ETag: '"1"', "Last-Modified": "now", "Accept-Ranges": "bytes" };
    const others = { "Cache-Control": "no-cache", "Set-Cookie": "a=b" };
    const { headers } = ask({ headers: { ...html, ...others, ...ofNginx, "Content-Encoding": "gzip" } });
    expect(Object.keys(headers).sort()).toEqual([
      "Cache-Control",
      "Content-Disposition",
      "Content-Type",
      "Set-Cookie",
      "X-Accel-Redirect",
    ]);
  });

  test.each([
    ["text/html", "inline; filename=a.html", "attachment; filename=a.html"],
    ["text/html; charset=utf-8", `inline; filename="a; b"`, `attachment; filename="a; b"`],
    ["image/svg+xml", "inline; filename=a", "attachment; filename=a"],
    ["image/png, text/html", "inline", "attachment"],
    ["text/csv", "attachment; filename=a", "attachment; filename=a"],
    ["image/png", "inline; filename=a", "inline; filename=a"],
    ["application/pdf", "inline; filename=a", "inline; filename=a"],
  ])("of type %s with %s becomes %s", (type, given, expected) => {
    const { headers } = ask({ headers: { "Content-Type": type, "Content-Disposition": given } });
    expect([headers["Content-Type"], headers["Content-Disposition"]]).toEqual([type, expected]);
  });

  const conditions = { HTTP_RANGE: "bytes=0-1", HTTP_IF_NONE_MATCH: '"1"', HTTP_IF_MODIFIED_SINCE: "now" };

  test.each([download, "/de/dataset/a/resource/b/download", "/uploads/group/a.png", "/de/uploads/group/a.png"])(
    "is no concern of CKAN's in parts, nor whether it changed: %s",
    (PATH_INFO) => {
      const { seen, kept } = ask({ environ: { PATH_INFO, HTTP_COOKIE: "a", ...conditions } });
      expect(seen).toEqual({ HTTP_COOKIE: "a" });
      // Who asked CKAN finds the request as it was.
      expect(kept).toContain("HTTP_RANGE");
    },
  );

  test("is all that this is about: a page may be the same as before", () => {
    expect(ask({ environ: { PATH_INFO: "/dataset/download-me", ...conditions } }).seen).toEqual(conditions);
  });
});

describe.skipIf(pythonIsMissing)("CKAN sends by itself", () => {
  test.each<readonly [string, Asked]>([
    ["a file of another folder", { file: "webassets/a.css" }],
    ["a file of a folder whose name only begins so", { file: "resources2/a" }],
    ["a file that a path leads out to", { file: "resources/../webassets/a.css" }],
    ["a part that it cut out itself", { status: "206 PARTIAL CONTENT" }],
  ])("%s", (_name, asked) => {
    const { headers, content } = ask({ ...asked, environ: { PATH_INFO: "/x" } });
    expect([headers, content]).toEqual([html, "content"]);
  });
});

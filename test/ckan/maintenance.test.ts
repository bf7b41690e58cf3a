import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { scripts } from "../../ckan/scripts.ts";
import { pythonIsMissing } from "../support/python.ts";

const folder = mkdtempSync(join(tmpdir(), "maintenance-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** Loads the file as uWSGI does, and asks for a path. */
const harness = `
import json, runpy, sys
application = runpy.run_path(sys.argv[1])["application"]
head = []
body = application({"REQUEST_METHOD": sys.argv[2], "PATH_INFO": sys.argv[3]}, lambda *given: head.extend(given))
print(json.dumps({"status": head[0], "headers": dict(head[1]), "body": b"".join(body).decode()}))
`;

interface Answer {
  readonly status: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

const told = { title: "Open & data", message: 'Back <soon>: "100 %" ü', retryAfterSeconds: 900 };

function ask(path: string, method = "GET"): Answer {
  writeFileSync(join(folder, "maintenance.py"), scripts["maintenance.py"]);
  writeFileSync(join(folder, "maintenance.json"), `${JSON.stringify(told)}\n`);
  const { stdout, stderr, status } = spawnSync(
    "python3",
    ["-c", harness, join(folder, "maintenance.py"), method, path],
    // Without CKAN, its ini file or anything else that a site in maintenance may lack.
    { encoding: "utf8", env: { PATH: process.env["PATH"] } },
  );
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout);
}

describe.skipIf(pythonIsMissing)("a closed site", () => {
  test.each(["/", "/dataset", "/dataset/a/resource/b/download/c.csv", "/user/login", "/apis", "/base/css/main.css"])(
    "answers %s with a page that says why, and when to come back",
    (path) => {
      const { status, headers, body } = ask(path);
      expect(status).toBe("503 Service Unavailable");
      expect(headers).toEqual({
        "Content-Type": "text/html; charset=utf-8",
        "Content-Length": String(Buffer.byteLength(body)),
        "Cache-Control": "no-store",
        "Retry-After": "900",
      });
      expect(body).toContain("<h1>Open &amp; data</h1><p>Back &lt;soon&gt;: &quot;100 %&quot; ü</p>");
    },
  );

  test.each(["/api", "/api/3/action/status_show", "/de/api/3/action/package_search", "/pt_BR/api/action/x"])(
    "answers %s as the API says that something went wrong",
    (path) => {
      const { status, headers, body } = ask(path, "POST");
      expect([status, headers["Content-Type"], headers["Retry-After"], headers["Cache-Control"]]).toEqual([
        "503 Service Unavailable",
        "application/json; charset=utf-8",
        "900",
        "no-store",
      ]);
      expect(JSON.parse(body)).toEqual({
        success: false,
        error: { __type: "Maintenance", message: told.message },
      });
    },
  );

  test("answers HEAD without a body, and with the length of the page", () => {
    const { headers, body } = ask("/", "HEAD");
    expect([body, Number(headers["Content-Length"]) > 100]).toEqual(["", true]);
  });
});

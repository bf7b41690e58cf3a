/** Which answers strangers.py marks for nginx to keep. That nginx keeps no other: test/components/web/strangers.test.ts. */
import { describe, expect, test } from "vitest";
import { scripts } from "../../ckan/scripts.ts";
import { sharedPages, sharedSearches } from "../../components/web/paths.ts";
import { python, pythonIsMissing } from "../support/python.ts";

/** Loads strangers.py with fakes of CKAN, whose application answers as `answer` says; then runs a scenario. */
const harness = `
import json, os, sys, tempfile, types

storage = tempfile.TemporaryDirectory()
mark = os.path.join(storage.name, "shares-nothing")
authenticators, settings = [], {"ckan.storage_path": storage.name}
said = "public, max-age=0, must-revalidate"
answer = {"status": "200 OK", "headers": {"Cache-Control": said, "Vary": "Cookie", "Content-Length": "4"}}
error = []

def ckan(environ, start_response):
    start_response(answer["status"], list(answer["headers"].items()), *error)
    return [b"page"]

stand_ins = {
    "ckan": {},
    "ckan.plugins": {"PluginImplementations": lambda interface: authenticators},
    "ckan.plugins.interfaces": {"IAuthenticator": object},
}
for name, content in stand_ins.items():
    sys.modules[name] = types.ModuleType(name)
    vars(sys.modules[name]).update(content)
exec(compile(source, "strangers.py", "exec"))
os.environ["SHARED_ANSWERS_SECONDS"] = "5"

def ask(path="/api/3/action/package_search", method="GET", **environ):
    head = []
    application = with_sharing(ckan, settings)
    body = application({"REQUEST_METHOD": method, "PATH_INFO": path, **environ}, lambda *given: head.extend(given))
    assert b"".join(body) == b"page" and head[0] == answer["status"]
    return dict(head[1])

def marked(*path, **request):
    headers = ask(*path, **request)
    control = headers["Cache-Control"]
    assert ("X-Visitors-Cache-Control" in headers) == (control == "public, max-age=5, stale-while-revalidate=5")
    return "X-Visitors-Cache-Control" in headers
`;

/** Python is asked once for a whole table: a row is what is looked at and what is changed before; each begins anew. */
const together = `
import json, os, sys
source, given, results = sys.stdin.read(), json.loads(sys.argv[2]), []
for expression, before in given:
    os.environ.pop("EDGE_CACHE_SECONDS", None)
    scope = {"source": source}
    exec(sys.argv[1], scope)
    exec(before, scope)
    results.append(eval(expression, scope))
print(json.dumps(results))
`;
type Row = readonly [expression: string, before?: string];
const values = (rows: readonly Row[]): readonly unknown[] => {
  if (pythonIsMissing) return [];
  const given = rows.map(([expression, before = ""]) => [expression, before]);
  return JSON.parse(python(together, scripts["strangers.py"], [harness, JSON.stringify(given)]));
};
const value = (...row: Row) => values([row])[0];
/** The rows of a table with what Python says to each. */
const asked = <T extends readonly [name: string, ...rest: readonly string[]]>(
  rows: readonly T[],
  ask: (row: T) => Row,
) => {
  const found = values(rows.map(ask));
  return rows.map(([name], index) => [name, found[index]] as const);
};

const shared = [
  "/api/3/action/package_search",
  "/api/3/action/datastore_search",
  "/",
  "/dataset",
  "/dataset/",
  "/dataset/a",
  "/de/",
  "/de/dataset/a",
  "/sr_Latn/dataset/",
];
const unshared = [
  "/de",
  "/about",
  "/datasets",
  "/organization/a",
  "/user/login",
  "/de/user/login",
  "/user/a",
  "/dashboard/datasets",
  "/dataset/a/resource/b",
  "/dataset/a/resource/b/download/c.csv",
  "/api/3/action/status_show",
  "/api/3/action/package_show",
  "/api/3/action/user_show",
  "/api/3/action/package_search/x",
  "/x/api/3/action/package_search",
  "/de/api/3/action/package_search",
];

describe.skipIf(pythonIsMissing)("An answer that nginx may keep", () => {
  test("is one to what strangers ask for most, the same paths for nginx as for CKAN", () => {
    const paths = [...shared, ...unshared];
    const wanted = paths.map((path) => [path, shared.includes(path)]);
    const listed = JSON.stringify(paths);
    expect(value(`[[path, marked(path)] for path in ${listed}]`)).toEqual(wanted);
    expect(
      paths.map((path) => [path, [sharedPages, sharedSearches].some((each) => new RegExp(each).test(path))]),
    ).toEqual(wanted);
  });

  test("says for how long to nginx, and to visitors what CKAN said; it is without the session that CKAN began", () => {
    const session = 'answer["headers"]["Set-Cookie"] = "ckan=x; HttpOnly"';
    expect(value('[ask("/dataset/a"), ask("/user/login")["Set-Cookie"]]', session)).toEqual([
      {
        "Cache-Control": "public, max-age=5, stale-while-revalidate=5",
        "X-Visitors-Cache-Control": "public, max-age=0, must-revalidate",
        Vary: "Cookie",
        "Content-Length": "4",
      },
      "ckan=x; HttpOnly",
    ]);
  });

  const somebody = [
    ["a session", `HTTP_COOKIE="ckan=x"`],
    ["an API token", `HTTP_AUTHORIZATION="x"`],
    ["an account at a proxy", `HTTP_PROXY_AUTHORIZATION="x"`],
    ["a token in CKAN's older header", `HTTP_X_CKAN_API_KEY="x"`],
    ["a token against forged forms", `HTTP_X_CSRFTOKEN="x"`],
    ["a user whom a proxy names", `HTTP_X_FORWARDED_USER="x"`],
    ["a user whom another proxy names", `HTTP_REMOTE_USER="x"`],
    ["a user whom the server names", `REMOTE_USER="x"`],
    ["a session of something else", `HTTP_X_SESSION_ID="x"`],
    ["an origin", `HTTP_ORIGIN="https://example.org"`],
    ["a range", `HTTP_RANGE="bytes=0-1"`],
    ["a condition", `HTTP_IF_NONE_MATCH="x"`],
    ["htmx, which wants a part of a page", `HTTP_HX_REQUEST="true"`],
    ["a target of htmx", `HTTP_HX_TARGET="content"`],
    ["a body", `CONTENT_LENGTH="7"`],
    ["another method", `method="POST"`],
    ["HEAD", `method="HEAD"`],
  ] as const;
  test.each(asked(somebody, ([, request]) => [`[marked(), marked(${request})]`]))(
    "is none to somebody with %s",
    (_name, found) => {
      expect(found).toEqual([true, false]);
    },
  );

  test("may be one to somebody with a header that everybody has", () => {
    const names = ["USER_AGENT", "X_FORWARDED_FOR", "REFERER", "SEC_FETCH_USER", "X_REQUEST_ID", "ACCEPT_ENCODING"];
    const listed = JSON.stringify(names);
    expect(value(`[name for name in ${listed} if marked(**{f"HTTP_{name}": "7"})]`)).toEqual(names);
  });

  const answers = [
    ["that went wrong", `answer["status"] = "500 INTERNAL SERVER ERROR"`],
    ["that leads elsewhere", `answer["status"] = "302 FOUND"`],
    ["that is a part", `answer["status"] = "206 PARTIAL CONTENT"`],
    ["that is said to be an error by its server", "error.append((None, None, None))"],
    ["that sets another cookie than the session", `answer["headers"]["Set-Cookie"] = "ckan_seen=x"`],
    ["that CKAN calls private", `answer["headers"]["Cache-Control"] = "private"`],
    ["that CKAN calls both", `answer["headers"]["Cache-Control"] = "public, private"`],
    ["that must not be stored", `answer["headers"]["Cache-Control"] = "public, no-store"`],
    ["that must be asked for anew", `answer["headers"]["Cache-Control"] = "public, no-cache"`],
    ["of which CKAN says nothing", `del answer["headers"]["Cache-Control"]`],
    ["that varies with something else", `answer["headers"]["Vary"] = "Cookie, X-Region"`],
    ["whose end is not known", `del answer["headers"]["Content-Length"]`],
    ["that is larger than a megabyte", `answer["headers"]["Content-Length"] = "1000001"`],
  ] as const;
  test.each(asked(answers, ([, change]) => [`"X-Visitors-Cache-Control" in ask()`, change]))(
    "is none %s",
    (_name, found) => {
      expect(found).toBe(false);
    },
  );

  test("may be that a page is not there: it takes the place of the page", () => {
    expect(value("marked()", 'answer["status"] = "404 NOT FOUND"')).toBe(true);
  });

  test("is also one with a cookie that sites call their session otherwise, and that cookie is not in it", () => {
    const named = `settings["SESSION_COOKIE_NAME"] = "site"; answer["headers"]["Set-Cookie"] = "site=x"`;
    expect(value(`["Set-Cookie" in ask(), marked()]`, named)).toEqual([false, true]);
  });
});

describe.skipIf(pythonIsMissing)("A site that shares nothing", () => {
  test.each([
    ["a plugin that knows users in its own way", "authenticators.append(1)", true],
    ["a header for tokens that cannot be told from others", `settings["apitoken_header_name"] = "X-Pass"`, true],
    ["no seconds", `os.environ["SHARED_ANSWERS_SECONDS"] = "0"`, false],
  ])(
    "is one with %s: it marks nothing, and tells nginx by a file only where nginx does not know: %s",
    (_name, change, told) => {
      expect(value("[marked(), os.path.exists(mark)]", change)).toEqual([false, told]);
    },
  );

  test("is none any more once the plugin is gone, nor with a header for tokens that looks like one", () => {
    const gone = "authenticators.append(1); ask(); authenticators.clear()";
    const header = `settings["apitoken_header_name"] = "X-Site-Token"`;
    expect(value("[marked(), os.path.exists(mark)]", `${gone}; ${header}`)).toEqual([true, false]);
  });
});

describe.skipIf(pythonIsMissing)("A cache in front of the site", () => {
  const page = `answer["headers"]["Content-Type"] = "text/html; charset=utf-8"`;
  const edge = (seconds: number) => `os.environ["EDGE_CACHE_SECONDS"] = "${seconds}"`;
  const browser = `HTTP_ACCEPT="text/html,application/xhtml+xml,*/*;q=0.8"`;
  const byDefault = "public, max-age=0, must-revalidate";
  /** What visitors are told about keeping the answer. */
  const told = (request: string) =>
    `(lambda head: head.get("X-Visitors-Cache-Control", head["Cache-Control"]))(ask(${request}))`;
  const dataset = `"/dataset/a", ${browser}`;

  test("may keep a page as long as the site says, while browsers keep none", () => {
    expect(value(told(dataset), `${page}\n${edge(60)}`)).toBe(`${byDefault}, s-maxage=60`);
  });

  const others = [
    ["any answer of a site that does not say so", `${page}\n${edge(0)}`, dataset],
    ["what is no page", `answer["headers"]["Content-Type"] = "text/turtle"\n${edge(60)}`, dataset],
    ["an answer without a type", edge(60), dataset],
    ["a page for somebody who did not ask for one", `${page}\n${edge(60)}`, `"/dataset/a", HTTP_ACCEPT="text/turtle"`],
    ["a page for somebody who takes anything", `${page}\n${edge(60)}`, `"/dataset/a", HTTP_ACCEPT="*/*"`],
    ["a page that is not shared", `${page}\n${edge(60)}`, `"/user/login", ${browser}`],
    ["a page for somebody with a session", `${page}\n${edge(60)}`, `${dataset}, HTTP_COOKIE="ckan=x"`],
    ["a page that is not there", `${page}\nanswer["status"] = "404 NOT FOUND"\n${edge(60)}`, dataset],
    ["what the pods do not share", `os.environ["SHARED_ANSWERS_SECONDS"] = "0"\n${page}\n${edge(60)}`, dataset],
  ] as const;
  test.each(asked(others, ([, before, request]) => [told(request), before]))("keeps not %s", (_name, found) => {
    expect(found).toBe(byDefault);
  });
});

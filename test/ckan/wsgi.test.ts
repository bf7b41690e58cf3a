import { describe, expect, test } from "vitest";
import { scripts } from "../../ckan/scripts.ts";
import { python, pythonIsMissing } from "../support/python.ts";

/**
 * Loads wsgi.py with stand-ins for CKAN, whose application answers as `answer` says and counts, and for uWSGI, whose cache is a
 * dictionary; then runs a scenario.
 */
const harness = `
import json, logging.config, os, sys, tempfile, types

storage = tempfile.TemporaryDirectory()
calls, kept, authenticators = [], {}, []
settings = {"ckan.max_resource_size": "2", "ckan.storage_path": storage.name}
answer = {"status": "200 OK", "body": "page", "headers": {"Cache-Control": "public, max-age=0, must-revalidate", "Vary": "Cookie"}}

class Loader:
    def __init__(self, path):
        pass

    def get_config(self):
        return settings

def make_app(config):
    def app(environ, start_response):
        calls.append(environ)
        body = f"{answer['body']} {len(calls)}".encode()
        start_response(answer["status"], [*answer["headers"].items(), ("Content-Length", str(len(body)))])
        return [body]
    return app

handlers = {}

class Uploader:
    def get_s3_client(self, session=None):
        return object()

    def get_s3_resource(self, session=None):
        events = types.SimpleNamespace(register=handlers.__setitem__)
        client = types.SimpleNamespace(meta=types.SimpleNamespace(events=events))
        return types.SimpleNamespace(meta=types.SimpleNamespace(client=client))

    def is_key_public(self, key, default=None):
        raise AssertionError("the store was asked for the rights of a file")

stand_ins = {
    "ckan": {},
    "ckan.cli": {"CKANConfigLoader": Loader},
    "ckan.config": {},
    "ckan.config.middleware": {"make_app": make_app},
    "ckan.plugins": {"PluginImplementations": lambda interface: authenticators},
    "ckan.plugins.interfaces": {"IAuthenticator": object},
    "ckanext": {},
    "ckanext.s3filestore": {},
    "ckanext.s3filestore.uploader": {"BaseS3Uploader": Uploader},
    "uwsgi": {
        "register_rpc": lambda name, function: None,
        "cache_get": lambda key, name: kept.get((name, key)),
        "cache_update": lambda key, value, seconds, name: kept.update({(name, key): value}),
    },
}
for name, content in stand_ins.items():
    sys.modules[name] = types.ModuleType(name)
    vars(sys.modules[name]).update(content)
logging.config.fileConfig = lambda *args, **options: None
os.environ["CKAN_INI"] = "ckan.ini"
os.environ["SHARED_ANSWERS_SECONDS"] = "5"
source, now = sys.stdin.read(), [1000.0]

def load():
    scope = {"__name__": "wsgi", "__file__": "/etc/ckan-web/wsgi.py"}
    exec(compile(source, "wsgi.py", "exec"), scope)
    scope["time"].time = lambda: now[0]
    return scope

import time
time.time = lambda: now[0]
application = load()["application"]

def ask(path="/api/3/action/package_search", method="GET", **environ):
    head = []
    body = application({"REQUEST_METHOD": method, "PATH_INFO": path, **environ}, lambda *given: head.extend(given))
    return [head[0], b"".join(body).decode().strip()]
`;

/** What a scenario prints as JSON. */
const run = (scenario: string) => JSON.parse(python(`${harness}\n${scenario}`, scripts["wsgi.py"]));

describe.skipIf(pythonIsMissing)("wsgi.py", () => {
  test("makes the folder for compiled assets before the first pages do so at once, and takes one that is there", () => {
    const folder = 'os.path.isdir(os.path.join(storage.name, "webassets", ".webassets-cache"))';
    expect(run(`load()\nprint(json.dumps(${folder}))`)).toBe(true);
  });

  test("has s3filestore make one client of the store, where there is one", () => {
    const same = "Uploader().get_s3_client() is Uploader().get_s3_client(session=1)";
    const bucket = 'settings["ckanext.s3filestore.aws_bucket_name"] = "files"';
    expect(run(`before = ${same}\n${bucket}\nload()\nprint(json.dumps([before, ${same}]))`)).toEqual([false, true]);
  });

  test("has s3filestore name no rights of a file when it uploads one, and ask for none before it signs", () => {
    const upload = `Uploader().get_s3_resource()
parameters = {"ACL": "public-read", "Key": "logo.png"}
handlers["before-parameter-build.s3.PutObject"](params=parameters, model=None)`;
    const bucket = 'settings["ckanext.s3filestore.aws_bucket_name"] = "files"';
    const asked = 'print(json.dumps([parameters, Uploader().is_key_public("logo.png")]))';
    expect(run(`${bucket}\nload()\n${upload}\n${asked}`)).toEqual([{ Key: "logo.png" }, false]);
  });

  test("refuses a request longer than the largest file and a megabyte, with the size in words", () => {
    const megabyte = 2 ** 20;
    const lengths = ["", "0", "nonsense", String(3 * megabyte), String(3 * megabyte + 1)];
    const asked = `print(json.dumps([ask("/about", CONTENT_LENGTH=length) for length in ${JSON.stringify(lengths)}]))`;
    expect(run(asked)).toEqual([
      ["200 OK", "page 1"],
      ["200 OK", "page 2"],
      ["200 OK", "page 3"],
      ["200 OK", "page 4"],
      ["413 Content Too Large", "This site takes files of up to 2 MB."],
    ]);
  });
});

describe.skipIf(pythonIsMissing)("An answer", () => {
  test.each([
    "/api/3/action/package_search",
    "/api/3/action/datastore_search",
    "/",
    "/dataset",
    "/dataset/",
    "/dataset/a",
    "/de/",
    "/de/dataset/a",
    "/sr_Latn/dataset/",
  ])("to %s is made once for all strangers who ask for the same", (path) => {
    const page = ["200 OK", "page 1"];
    expect(run(`print(json.dumps([ask("${path}"), ask("${path}"), len(calls)]))`)).toEqual([page, page, 1]);
  });

  test("comes to all strangers without the session that CKAN began for its token, and with it where nobody shares", () => {
    const scenario = `
answer["headers"]["Set-Cookie"] = "ckan=x; HttpOnly"
application({"REQUEST_METHOD": "GET", "PATH_INFO": "/dataset/a"}, lambda status, headers: first.extend(headers))
application({"REQUEST_METHOD": "GET", "PATH_INFO": "/dataset/a"}, lambda status, headers: second.extend(headers))
application({"REQUEST_METHOD": "GET", "PATH_INFO": "/user/login"}, lambda status, headers: login.extend(headers))
print(json.dumps([len(calls), first == second, dict(first), dict(login)["Set-Cookie"]]))`;
    const headers = {
      "Cache-Control": "public, max-age=0, must-revalidate",
      Vary: "Cookie",
      "Content-Length": "6",
    };
    expect(run(`first, second, login = [], [], []${scenario}`)).toEqual([2, true, headers, "ckan=x; HttpOnly"]);
  });

  test("is made again after its seconds, counted from when its making began", () => {
    expect(
      run("ask(); now[0] += 4.9; ask(); early = len(calls); now[0] += 0.1; ask(); print([early, len(calls)])"),
    ).toEqual([1, 2]);
  });

  test.each([
    ["another path", `ask("/api/3/action/datastore_search")`],
    ["another query", `ask(QUERY_STRING="q=x")`],
    ["another host", `ask(HTTP_HOST="other.example.org")`],
    ["another language", `ask(HTTP_ACCEPT_LANGUAGE="de")`],
    ["another kind of content", `ask(HTTP_ACCEPT="text/turtle")`],
  ])("is made anew for %s", (_name, request) => {
    expect(run(`ask(); ${request}; print(len(calls))`)).toBe(2);
  });

  test.each([
    ["a session", `HTTP_COOKIE="ckan=x"`],
    ["an API token", `HTTP_AUTHORIZATION="x"`],
    ["a token in CKAN's older header", `HTTP_X_CKAN_API_KEY="x"`],
    ["a user whom a proxy names", `HTTP_X_FORWARDED_USER="x"`],
    ["a user whom the server names", `REMOTE_USER="x"`],
    ["an origin", `HTTP_ORIGIN="https://example.org"`],
    ["a range", `HTTP_RANGE="bytes=0-1"`],
    ["a condition", `HTTP_IF_NONE_MATCH="x"`],
    ["a body", `CONTENT_LENGTH="7"`],
    ["another method", `method="POST"`],
    ["HEAD", `method="HEAD"`],
  ])("is neither kept for nor given to somebody with %s", (_name, request) => {
    const scenario = `ask(${request}); unkept = len(kept); ask(); ask(${request}); print([unkept, len(calls), len(kept)])`;
    expect(run(scenario)).toEqual([0, 3, 1]);
  });

  test.each(["HTTP_USER_AGENT", "HTTP_X_FORWARDED_FOR", "HTTP_REFERER", "HTTP_SEC_FETCH_USER"])(
    "is shared whatever %s says",
    (variable) => {
      expect(run(`ask(${variable}="7"); ask(${variable}="8"); print(len(calls))`)).toBe(1);
    },
  );

  test.each([
    ["that is no success", `answer["status"] = "404 NOT FOUND"`],
    ["that sets another cookie than the session", `answer["headers"]["Set-Cookie"] = "ckan_seen=x"`],
    ["that CKAN calls private", `answer["headers"]["Cache-Control"] = "private"`],
    ["that must not be stored", `answer["headers"]["Cache-Control"] = "public, no-store"`],
    ["of which CKAN says nothing", `del answer["headers"]["Cache-Control"]`],
    ["that varies with something else", `answer["headers"]["Vary"] = "Cookie, X-Region"`],
    ["that is larger than a block of the cache", `answer["body"] = "x" * 120_001`],
  ])("%s is not kept", (_name, change) => {
    expect(run(`${change}\nask(); ask(); print([len(calls), len(kept)])`)).toEqual([2, 0]);
  });

  test.each([
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
  ])("to %s is not kept", (path) => {
    expect(run(`ask("${path}"); ask("${path}"); print([len(calls), len(kept)])`)).toEqual([2, 0]);
  });

  test.each([
    ["a plugin that knows users in its own way", "authenticators.append(1)"],
    ["a header for tokens that cannot be told from others", `settings["apitoken_header_name"] = "X-Pass"`],
    ["no seconds", `os.environ["SHARED_ANSWERS_SECONDS"] = "0"`],
  ])("is never kept with %s", (_name, change) => {
    expect(run(`${change}; application = load()["application"]; ask(); ask(); print([len(calls), len(kept)])`)).toEqual(
      [2, 0],
    );
  });
});

describe.skipIf(pythonIsMissing)("A cache in front of the site", () => {
  const page = `answer["headers"]["Content-Type"] = "text/html; charset=utf-8"`;
  const edge = (seconds: number) =>
    `os.environ["EDGE_CACHE_SECONDS"] = "${seconds}"; application = load()["application"]`;
  /** What a request is told about keeping the answer, first when it is made and then when it is given again. */
  const told = (request: string) => `
def control(path="/dataset/a", method="GET", **environ):
    head = []
    application({"REQUEST_METHOD": method, "PATH_INFO": path, **environ}, lambda *given: head.extend(given))
    return dict(head[1])["Cache-Control"]
print(json.dumps([control(${request}), control(${request})]))`;
  const browser = `HTTP_ACCEPT="text/html,application/xhtml+xml,*/*;q=0.8"`;
  const byDefault = "public, max-age=0, must-revalidate";

  test("may keep a page as long as the site says, while browsers keep none", () => {
    const kept = `${byDefault}, s-maxage=60`;
    expect(run(`${page}\n${edge(60)}\n${told(browser)}`)).toEqual([kept, kept]);
  });

  test.each([
    ["any answer of a site that does not say so", `${page}\n${edge(0)}`, browser],
    ["what is no page", `answer["headers"]["Content-Type"] = "text/turtle"\n${edge(60)}`, browser],
    ["an answer without a type", edge(60), browser],
    ["a page for somebody who did not ask for one", `${page}\n${edge(60)}`, `HTTP_ACCEPT="text/turtle"`],
    ["a page for somebody who takes anything", `${page}\n${edge(60)}`, `HTTP_ACCEPT="*/*"`],
    ["a page that is not shared", `${page}\n${edge(60)}`, `"/user/login", ${browser}`],
    ["a page for somebody with a session", `${page}\n${edge(60)}`, `${browser}, HTTP_COOKIE="ckan=x"`],
    ["a page that is no success", `${page}\nanswer["status"] = "404 NOT FOUND"\n${edge(60)}`, browser],
  ])("keeps not %s", (_name, before, request) => {
    expect(run(`${before}\n${told(request)}`)).toEqual([byDefault, byDefault]);
  });

  test("keeps nothing where the pods share nothing", () => {
    const none = `os.environ["SHARED_ANSWERS_SECONDS"] = "0"\n${page}\n${edge(60)}`;
    expect(run(`${none}\n${told(browser)}`)).toEqual([byDefault, byDefault]);
  });
});

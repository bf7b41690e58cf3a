/** What serving.py does around CKAN, with fakes of CKAN, Flask and uWSGI. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { scripts } from "../../ckan/scripts.ts";
import { python, pythonIsMissing } from "../support/python.ts";

const folder = mkdtempSync(join(tmpdir(), "serving-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** Loads serving.py; `events` is what happened, in order, and `ckan` an application that answers in two pieces. */
const harness = `
import contextlib, io, json, logging, sys, types

events, inside = [], []
flask = types.ModuleType("flask")
flask.has_request_context = lambda: bool(inside)
flask.request = types.SimpleNamespace(headers={"X-Request-ID": "4711"})
login = types.ModuleType("flask_login")
login.current_user = types.SimpleNamespace(is_authenticated=False)
known_to_ckan = types.ModuleType("ckan")
known_to_ckan.model = types.SimpleNamespace(Session=types.SimpleNamespace(remove=lambda: events.append("session removed")))
sys.modules.update(flask=flask, flask_login=login, ckan=known_to_ckan)
exec(compile(sys.stdin.read(), "serving.py", "exec"))
log.disabled = True

class Body(list):
    def close(self):
        events.append("closed")

answer = {"status": "200 OK", "headers": [("Content-Type", "text/html")]}

def ckan(environ, start_response):
    events.append(environ["PATH_INFO"])
    start_response(answer["status"], answer["headers"])
    return Body([b"one ", b"two"])

def ask(application, path="/", **environ):
    head = []
    body = application({"REQUEST_METHOD": "GET", "PATH_INFO": path, **environ}, lambda *given: head.extend(given))
    content = b"".join(body)
    getattr(body, "close", lambda: None)()
    return [head[0], dict(head[1]), content.decode()]
`;

const script = scripts["serving.py"].replaceAll("/tmp/", `${folder}/`);
const run = (scenario: string, result = "events") =>
  JSON.parse(python(`${harness}\n${scenario}\nprint(json.dumps(${result}))`, script));

describe.skipIf(pythonIsMissing)("an answer of unknown length", () => {
  const framed = (request: string, before = "") =>
    run(`${before}\nresult = ask(with_frames(ckan)${request})`, "result");
  const chunks = "4\r\none \r\n3\r\ntwo\r\n0\r\n\r\n";

  test("comes in chunks, of which the last one says that it is whole", () => {
    const [status, headers, text] = framed(", SERVER_PROTOCOL='HTTP/1.1'");
    expect([status, headers["Transfer-Encoding"], text]).toEqual(["200 OK", "chunked", chunks]);
  });

  test("has no last chunk when it breaks off", () => {
    const broken = `
def breaks(environ, start_response):
    start_response("200 OK", [])
    yield b"one "
    raise RuntimeError("midway")
sent = []
try:
    for piece in with_frames(breaks)({"REQUEST_METHOD": "GET", "SERVER_PROTOCOL": "HTTP/1.1"}, lambda *head: None):
        sent.append(piece.decode())
except RuntimeError:
    pass`;
    expect(run(broken, "sent")).toEqual(["4\r\none \r\n"]);
  });

  test.each([
    ["who asked by HTTP/1.0", ", SERVER_PROTOCOL='HTTP/1.0'", ""],
    ["HEAD", ", REQUEST_METHOD='HEAD', SERVER_PROTOCOL='HTTP/1.1'", ""],
    ["an answer with a length", ", SERVER_PROTOCOL='HTTP/1.1'", 'answer["headers"] = [("Content-Length", "7")]'],
    ["an answer without content", ", SERVER_PROTOCOL='HTTP/1.1'", 'answer["status"] = "204 No Content"'],
  ])("is sent as it is: %s", (_name, request, before) => {
    const [, headers, text] = framed(request, before);
    expect([headers["Transfer-Encoding"], text]).toEqual([undefined, "one two"]);
  });
});

describe.skipIf(pythonIsMissing)("the deadline", () => {
  test("begins with the request, and anew with each piece of the answer", () => {
    const end = "end = lambda seconds: events.append(seconds)";
    expect(run(`${end}\nask(with_deadline(ckan, 60, end))`)).toEqual([60, "/", 60, 60, "closed"]);
  });

  test("ends an answer that nobody takes any more", () => {
    const left = "body = with_deadline(ckan, 60, events.append)({'PATH_INFO': '/'}, print_nothing)";
    expect(run(`print_nothing = lambda *head: None\n${left}\nnext(body); body.close()`)).toEqual([
      60,
      "/",
      60,
      "closed",
    ]);
  });
});

describe.skipIf(pythonIsMissing)("a request that waited", () => {
  // As unbit/uwsgi#2372 tells, uWSGI itself does not look.
  const waited = (before: string) => `
ours, nginx = socket.socketpair()
${before}
status, _, text = ask(with_living_peers(ckan, ours.fileno))
result = [status, text, events, ours.fileno() > 0]`;

  test("is left when nobody waits for its answer any more", () => {
    expect(run(waited("nginx.close()"), "result")).toEqual(["499 Nobody waits", "", [], true]);
  });

  test("is left when its connection broke", () => {
    const broken = waited("ours.send(b'unread by nginx'); nginx.close()");
    expect(run(broken, "result")).toEqual(["499 Nobody waits", "", [], true]);
  });

  test.each([
    ["whose sender waits in silence", ""],
    ["whose body is unread", "nginx.send(b'body')"],
    ["whose body is unread, and all that comes", "nginx.send(b'body'); nginx.shutdown(socket.SHUT_WR)"],
  ])("is worked off, and its connection stays open: one %s", (_name, before) => {
    expect(run(waited(before), "result")).toEqual(["200 OK", "one two", ["/", "closed"], true]);
  });

  test("keeps its body for CKAN", () => {
    expect(run(waited("nginx.send(b'body')"), "ours.recv(9).decode()")).toBe("body");
  });
});

describe.skipIf(pythonIsMissing)("a check", () => {
  const checked = "application = with_checks(ckan)";

  test("of liveness asks nobody", () => {
    expect(run(`${checked}\ngiven = ask(application, "/_live")`, "[given, events]")).toEqual([
      ["204 No Content", {}, ""],
      [],
    ]);
  });

  test("of readiness renders a page until one could be rendered, and then asks CKAN alone", () => {
    const twice = 'ask(application, "/_ready"); ask(application, "/_ready")';
    const status = ["/api/3/action/status_show", "closed"];
    expect(run(`${checked}\n${twice}`)).toEqual(["/about", "closed", ...status, ...status]);
  });

  test.each([
    ["that cannot be rendered", 'answer["status"] = "500 INTERNAL SERVER ERROR"'],
    ["that raises an error", "def ckan(environ, start_response): raise RuntimeError()"],
  ])("of readiness with a page %s is refused, with a word where to look", (_name, broken) => {
    expect(run(`${broken}\n${checked}\ngiven = ask(application, "/_ready")`, "given")).toEqual([
      "503 Service Unavailable",
      {
        "Content-Type": "text/plain; charset=utf-8",
        "Content-Length": "39",
        "Retry-After": "5",
        "Cache-Control": "no-store",
      },
      "Pages cannot be rendered: see the log.\n",
    ]);
  });

  test("of readiness takes a site without that page for one that renders pages", () => {
    expect(run('answer["status"] = "404 NOT FOUND"', "render_a_page(ckan)")).toBe(true);
  });

  test("leaves every other path to CKAN", () => {
    expect(run(`${checked}\nask(application, "/_readyx")`)).toEqual(["/_readyx", "closed"]);
  });
});

describe.skipIf(pythonIsMissing)("whoever wants to send something large", () => {
  const site = `
def plugin():
    return None

class Site:
    request_context = lambda self, environ: contextlib.nullcontext()
    preprocess_request = lambda self: plugin()

known = lambda path="/_known": ask(with_acquaintances(ckan, Site()), path)`;

  test.each([
    ["is known by CKAN", "login.current_user.is_authenticated = True", "204 No Content"],
    ["is not known", "", "401 Unauthorized"],
    [
      "is sent elsewhere by a plugin",
      "login.current_user.is_authenticated = True\nplugin = lambda: 'a page to log in'",
      "401 Unauthorized",
    ],
  ])("%s", (_name, before, status) => {
    expect(run(`${site}\n${before}`, "[known(), events]")).toEqual([[status, {}, ""], ["session removed"]]);
  });

  test("is CKAN's concern alone on every other path", () => {
    expect(run(site, '[known("/dataset/new")[2], events]')).toEqual(["one two", ["/dataset/new", "closed"]]);
  });
});

describe.skipIf(pythonIsMissing)("tables as files", () => {
  const asked = (paths: readonly string[], places = 2) => `
application = with_room_for_pages(ckan, ${places})
heads = []

def begin(path):
    body = iter(application({"PATH_INFO": path}, lambda status, headers: heads.append(status)))
    next(body)
    return body

bodies = [begin(path) for path in ${JSON.stringify(paths)}]`;
  const dump = "/datastore/dump/a";
  const ok = "200 OK";

  test.each([
    ["are sent as many at a time as there is room for", [dump, "/de/datastore/dump/b"], [ok, ok]],
    ["are refused beyond that", [dump, dump, dump], [ok, ok, "503 Service Unavailable"]],
    ["take no room from what is no table", [dump, dump, "/dataset/a", "/datastore/dump"], [ok, ok, ok, ok]],
  ])("%s", (_name, paths, statuses) => {
    expect(run(asked(paths), "heads")).toEqual(statuses);
  });

  test("make room when they are sent, and when their reader leaves", () => {
    const ended = "list(bodies[0]); bodies[1].close()";
    expect(
      run(`${asked([dump, dump, dump])}\n${ended}\nbegin("${dump}"); begin("${dump}")`, "heads.count('200 OK')"),
    ).toBe(4);
  });

  test("are not limited where there is one process alone", () => {
    expect(run("", "with_room_for_pages(ckan, 0) is ckan")).toBe(true);
  });

  test.each([dump, "/dataset/a"])("are let go by CKAN after they came to their end, as every answer: %s", (path) => {
    expect(run(`ask(with_room_for_pages(ckan, 1), "${path}")`)).toEqual([path, "closed"]);
  });
});

describe.skipIf(pythonIsMissing)("a file of a store", () => {
  const link = "http://files:9000/bucket/r/%D0%B4%20x.csv?X-Amz-Signature=a%2Fb";
  const found = (location: string) => `
socket.gethostbyname = {"files": "10.0.0.7"}.__getitem__
answer.update(status="302 FOUND", headers=[
    ("Location", "${location}"), ("Content-Type", "text/html"), ("Content-Length", "7"), ("Cache-Control", "private")
])`;
  const handed = 'ask(with_handed_on_files(ckan, "http://files:9000", "bucket"))';

  test("is fetched by nginx at the store's address, by the link as it was signed", () => {
    expect(run(found(link), `[${handed}, events]`)).toEqual([
      [
        "200 OK",
        {
          "Cache-Control": "private",
          "X-Accel-Redirect": "/_store",
          "X-Store-Link": link.replace("files", "10.0.0.7"),
          "X-Store-Host": "files:9000",
        },
        "",
      ],
      ["/", "closed"],
    ]);
  });

  test.each([
    "https://other.example.org/x",
    "http://files:9000.example.org/x",
    "/dataset",
    "http://files:9000/bucket/r/x.csv",
    "http://files:9000/minio/health/live?X-Amz-Signature=x",
    "http://files:9000/minio/health/live?Signature=",
  ])("is not what CKAN sends people elsewhere for: %s", (location) => {
    const [status, headers, body] = run(found(location), handed);
    expect([status, headers.Location, "X-Accel-Redirect" in headers, body]).toEqual([
      "302 FOUND",
      location,
      false,
      "one two",
    ]);
  });

  test("is refused while the store's name leads nowhere, with a word to try again", () => {
    const gone = `${found(link)}\ndef nowhere(name): raise socket.gaierror()\nsocket.gethostbyname = nowhere`;
    const [status, headers] = run(gone, handed);
    expect([status, headers["Retry-After"]]).toEqual(["503 Service Unavailable", "5"]);
  });

  test("is sent to browsers by a store that they reach themselves", () => {
    expect(run("", "with_handed_on_files(ckan, None, None) is ckan")).toBe(true);
  });
});

test.skipIf(pythonIsMissing)("every line of CKAN's log names the request that it belongs to, once", () => {
  const lines = `
stream = io.StringIO()
handler = logging.StreamHandler(stream)
handler.setFormatter(logging.Formatter("%(levelname)s [%(name)s] %(message)s"))
for name in ("", "ckan"):
    logging.getLogger(name).addHandler(handler)
logging.getLogger("ckan").propagate = False
log_request_ids()
logging.getLogger("ckan.x").warning("outside")
inside.append(1)
logging.getLogger("other").warning("inside")`;
  expect(run(lines, "stream.getvalue().splitlines()")).toEqual([
    "WARNING [ckan.x] [-] outside",
    "WARNING [other] [4711] inside",
  ]);
});

test.skipIf(pythonIsMissing)("no connection outlives the fork: neither to databases nor to Redis", () => {
  const stands = `
engine = lambda name: types.SimpleNamespace(dispose=lambda: events.append(name))
ckan, lib, datastore = types.ModuleType("ckan"), types.ModuleType("ckan.lib"), types.ModuleType("datastore")
ckan.model = types.SimpleNamespace(
    Session=types.SimpleNamespace(remove=lambda: events.append("session")), meta=types.SimpleNamespace(engine=engine("main"))
)
lib.redis = types.SimpleNamespace(_connection_pool=types.SimpleNamespace(disconnect=lambda: events.append("redis")))
datastore._engines = {"write": engine("write"), "read": engine("read")}
sys.modules.update({"ckan": ckan, "ckan.lib": lib, "ckanext.datastore.backend.postgres": datastore})
close_connections()`;
  expect(run(stands)).toEqual(["session", "main", "write", "read", "redis"]);
});

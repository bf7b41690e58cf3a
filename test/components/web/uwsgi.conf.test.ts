import { expect, test } from "vitest";
import { scripts } from "../../../ckan/scripts.ts";
import { serverFiles } from "../../../components/web/pod.ts";
import { renderUwsgi, type ServerOptions } from "../../../components/web/uwsgi.conf.ts";

const options = { processes: 3, answerSeconds: 60, cacheSeconds: 5, memory: 2 ** 30 };
const settings = (changes: Partial<ServerOptions> = {}) =>
  renderUwsgi({ ...options, ...changes })
    .split("\n")
    .slice(1)
    .filter((line) => line !== "" && !line.startsWith("#"));
const variables = (changes: Partial<ServerOptions> = {}) =>
  settings(changes).flatMap((line) => (line.startsWith("env = ") ? [line.slice(6)] : []));

test("uwsgi.ini has one section", () => {
  expect(renderUwsgi(options).match(/^\[.*\]$/gm)).toEqual(["[uwsgi]"]);
});

test("each process answers one request at a time, on a socket that nginx alone reaches", () => {
  expect(settings({ answerSeconds: 30 })).toEqual([
    "strict = true",
    "http-socket = /run/ckan/web.sock",
    "chmod-socket = 660",
    "listen = 4096",
    "wsgi-file = /etc/ckan-web/wsgi.py",
    "callable = application",
    "master = true",
    "processes = 3",
    "need-app = true",
    "hook-master-start = unix_signal:15 gracefully_kill_them_all",
    "worker-reload-mercy = 30",
    "env = ANSWER_SECONDS=30",
    "socket-timeout = 30",
    "buffer-size = 65535",
    "max-requests = 5000",
    "max-requests-delta = 500",
    "reload-on-rss = 383",
    "max-fd = 4096",
    "vacuum = true",
    "disable-logging = true",
    "env = SHARED_ANSWERS_SECONDS=5",
  ]);
});

test("wsgi.py is told for how long answers are shared, and for how long in front of the site, only where they are", () => {
  expect(variables()).toEqual(["ANSWER_SECONDS=60", "SHARED_ANSWERS_SECONDS=5"]);
  expect(variables({ edgeCacheSeconds: 60 })).toEqual([
    "ANSWER_SECONDS=60",
    "SHARED_ANSWERS_SECONDS=5",
    "EDGE_CACHE_SECONDS=60",
  ]);
  expect(variables({ cacheSeconds: 0, edgeCacheSeconds: 60 })).toEqual(["ANSWER_SECONDS=60"]);
});

test("every variable that its scripts read is one that it or the pod sets", () => {
  const texts = Object.entries(serverFiles(options)).flatMap(([name, text]) => (name.endsWith(".py") ? [text] : []));
  const read = texts.join("\n").matchAll(/environ(?:\.get\(|\[)"([A-Z][A-Z_]+)"/g);
  // Of a request, not of the process.
  const wsgi = /^(?:PATH_INFO|REQUEST_METHOD|SERVER_PROTOCOL|CONTENT_LENGTH|REMOTE_USER|HTTP_ACCEPT)$/;
  const names = [...new Set([...read].map(([, name = ""]) => name))].filter((name) => !wsgi.test(name));
  const set = variables({ edgeCacheSeconds: 1 }).map((variable) => variable.split("=")[0]);
  expect(names.sort()).toEqual([...set, "CKAN_INI", "STORE_ENDPOINT"].sort());
});

test("every script lies beside the one that imports it", () => {
  const files = serverFiles(options);
  const own = Object.keys(scripts).map((name) => name.replace(".py", ""));
  const imported = Object.values(files).flatMap((text) =>
    [...text.matchAll(/^\s*import (\w+)$/gm)].map(([, name = ""]) => name).filter((name) => own.includes(name)),
  );
  expect([...new Set(imported)].sort()).toEqual([
    "downloads",
    "repeated_work",
    "s3filestore_patches",
    "serving",
    "solr_patch",
    "static_files",
    "strangers",
    "uploaded_files",
  ]);
  expect(Object.keys(files).sort()).toEqual(
    ["uwsgi.ini", "web_alive.py", "wsgi.py", ...imported.map((name) => `${name}.py`)].sort(),
  );
});

test.each([
  [4, 2 ** 30, 317],
  [4, 2 ** 31, 535],
  [2, 2 ** 31, 950],
  [10, 2 ** 30, 256],
])(
  "of %i processes that share %i bytes, one that has grown to %i megabytes starts anew",
  (processes, memory, megabytes) => {
    expect(settings({ processes, memory })).toContain(`reload-on-rss = ${megabytes}`);
  },
);

/** The entry point: what wsgi.py puts around CKAN, and in which order, with fakes of CKAN and for what it imports. */
import { expect, test } from "vitest";
import { scripts } from "../../ckan/scripts.ts";
import { python, pythonIsMissing } from "../support/python.ts";

/** Loads wsgi.py; `events` is what it did, and each layer around CKAN adds its name to the answer. */
const harness = `
import json, logging.config, os, sys, tempfile, types

events, settings = [], {"ckan.storage_path": "/var/lib/ckan"}

def layer(name):
    def around(app, *args):
        events.append([name, *(arg for arg in args if isinstance(arg, (int, str, type(None))))])
        return lambda environ, start_response: [name, *app(environ, start_response)]
    return around

def event(name, result=None):
    return lambda *args: events.append([name]) or result

site = lambda environ, start_response: ["CKAN"]
site._wsgi_app = site
loader = lambda path: types.SimpleNamespace(get_config=lambda: settings)
stand_ins = {
    "ckan": {},
    "ckan.cli": {"CKANConfigLoader": loader},
    "ckan.config": {},
    "ckan.config.middleware": {"make_app": event("make_app", site)},
    "serving": {
        **{name: layer(name) for name in SERVING},
        **{name: event(name) for name in ("log_request_ids", "render_a_page", "close_connections")},
    },
    "static_files": {
        "collect": event("collect"),
        **{name: layer(name) for name in ("with_assets_of_other_releases", "with_translations")},
    },
    "downloads": {"with_files_of_the_disk": layer("with_files_of_the_disk")},
    "strangers": {"with_sharing": layer("with_sharing")},
    "repeated_work": {"apply": event("repeated work")},
    "solr_patch": {"apply": event("solr", types.SimpleNamespace(close=event("solr closed")))},
    "s3filestore_patches": {"apply": event("s3filestore")},
    "uwsgi": {"connection_fd": lambda: 0, "numproc": 4, "set_user_harakiri": event("end_after")},
}
for name, content in stand_ins.items():
    sys.modules[name] = types.ModuleType(name)
    vars(sys.modules[name]).update(content)
logging.config.fileConfig = lambda *args, **options: None
os.environ.update(CKAN_INI="ckan.ini", ANSWER_SECONDS="30", STORE_ENDPOINT="http://files:9000")
source = sys.stdin.read()

def load():
    scope = {"__name__": "wsgi", "__file__": "/etc/ckan-web/wsgi.py"}
    exec(compile(source, "wsgi.py", "exec"), scope)
    return scope["application"]
`.replace(
  "SERVING",
  '("with_handed_on_files", "with_acquaintances", "with_room_for_pages", "with_checks", "with_frames", "with_deadline", "with_living_peers")',
);

const run = (scenario: string) => JSON.parse(python(`${harness}\n${scenario}`, scripts["wsgi.py"]));

test.skipIf(pythonIsMissing)(
  "a request is let in where somebody waits for it, passes the deadline first, and the layers that hand files on last",
  () => {
    expect(run("print(json.dumps(load()({}, None)))")).toEqual([
      "with_living_peers",
      "with_deadline",
      "with_frames",
      "with_checks",
      "with_room_for_pages",
      "with_acquaintances",
      "with_sharing",
      "with_translations",
      "with_assets_of_other_releases",
      "with_files_of_the_disk",
      "with_handed_on_files",
      "CKAN",
    ]);
  },
);

test.skipIf(pythonIsMissing)("what processes cannot share is closed last, after files, templates and patches", () => {
  expect(run("load()\nprint(json.dumps(events))")).toEqual([
    ["log_request_ids"],
    ["solr"],
    ["make_app"],
    ["repeated work"],
    ["collect"],
    ["with_handed_on_files", "http://files:9000", null],
    ["with_files_of_the_disk", "/var/lib/ckan"],
    ["with_assets_of_other_releases"],
    ["with_translations"],
    ["with_sharing"],
    ["with_acquaintances"],
    ["with_room_for_pages", 3],
    ["with_checks"],
    ["with_frames"],
    ["with_deadline", 30],
    ["with_living_peers"],
    ["render_a_page"],
    ["close_connections"],
    ["solr closed"],
  ]);
});

test.skipIf(pythonIsMissing)("s3filestore is mended where there is a store, after CKAN has loaded it", () => {
  const bucket = 'settings["ckanext.s3filestore.aws_bucket_name"] = "files"';
  expect(run(`${bucket}\nload()\nprint(json.dumps([name for name, *_ in events][2:6]))`)).toEqual([
    "make_app",
    "repeated work",
    "s3filestore",
    "collect",
  ]);
});

test.skipIf(pythonIsMissing)("without uWSGI, as in a shell, nothing is limited", () => {
  const alone = 'sys.modules["uwsgi"] = None\ndel os.environ["ANSWER_SECONDS"], os.environ["STORE_ENDPOINT"]';
  const limits =
    '[event for event in events if event[0] in ("with_room_for_pages", "with_deadline", "with_handed_on_files")]';
  expect(run(`${alone}\nload()\nprint(json.dumps(${limits}))`)).toEqual([
    ["with_handed_on_files", null, null],
    ["with_room_for_pages", 0],
    ["with_deadline", 60],
  ]);
});

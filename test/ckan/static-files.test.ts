/** What static_files.py puts on the disk for nginx, and what it keeps in Redis, with fakes of CKAN and Redis. */
import { describe, expect, test } from "vitest";
import { scripts } from "../../ckan/scripts.ts";
import { python, pythonIsMissing } from "../support/python.ts";

const harness = `
import json, os, sys, tempfile, types

top = tempfile.TemporaryDirectory()
storage, public, plugin = (os.path.join(top.name, name) for name in ("storage", "public", "plugin"))
calls, warnings = [], []

class Redis:
    def __init__(self):
        self.hashes, self.ranks = {}, {}
    def exists(self, key):
        return key in self.hashes
    def hset(self, key, mapping):
        calls.append("sent")
        self.hashes[key] = dict(mapping)
    def hget(self, key, field):
        return self.hashes.get(key, {}).get(field)
    def zadd(self, key, mapping):
        self.ranks.setdefault(key, {}).update(mapping)
    def zrange(self, key, first, last):
        ranked = sorted(self.ranks.get(key, {}), key=self.ranks.get(key, {}).get)
        return [name.encode() for name in ranked][first : last + 1 or None]
    def zrevrange(self, key, first, last):
        return self.zrange(key, 0, -1)[::-1]
    def delete(self, key):
        self.hashes.pop(key, None)
    def zrem(self, key, name):
        del self.ranks[key][name if isinstance(name, str) else name.decode()]

redis = Redis()

class Bundle:
    def __init__(self, output, broken=False):
        self.output, self.broken = output, broken
    def urls(self):
        if self.broken:
            raise ValueError("no such filter")
        write(os.path.join(storage, "webassets", self.output), self.output)

class Environment(list):
    auto_build = True

env = Environment([Bundle("base/0a1b2c3d_main.css"), Bundle("x/broken.js", True), Bundle("x/0a1b2c3e_x.js")])
i18n = types.SimpleNamespace(
    get_js_translations_dir=lambda: os.path.join(top.name, "js"),
    get_ckan_i18n_dir=lambda: os.path.join(top.name, "i18n"),
    get_locales_from_config=lambda: {"en", "de", "pt_BR"},
    _get_js_translation_entries=lambda path: {os.path.basename(path)},
    _build_js_translation=lambda language, sources, entries, target: (
        calls.append([language, [os.path.relpath(source, top.name) for source in sources], sorted(entries)]),
        write(target, language),
    ),
)
translated = types.SimpleNamespace(i18n_directory=lambda: os.path.join(top.name, "other"), i18n_domain=lambda: "ckanext-x")
stand_ins = {
    "ckan": {},
    "ckan.lib": {"i18n": i18n, "webassets_tools": types.SimpleNamespace(env=env)},
    "ckan.lib.redis": {"connect_to_redis": lambda: redis},
    "ckan.plugins": {"PluginImplementations": lambda interface: [translated]},
    "ckan.plugins.interfaces": {"ITranslation": object},
    "ckan.plugins.toolkit": {"config": {"ckan.site_id": "opendata", "ckan.locale_default": "en"}},
}
for name, content in stand_ins.items():
    sys.modules[name] = types.ModuleType(name)
    vars(sys.modules[name]).update(content)
exec(compile(sys.stdin.read(), "static_files.py", "exec"))
log.warning = lambda text, *values: warnings.append(text % values)

def write(path, text=""):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w") as file:
        file.write(text)

def translation(folder, language, domain):
    write(os.path.join(top.name, folder, language, "LC_MESSAGES", f"{domain}.po"))

for folder, domain in (("i18n", "ckan"), ("other", "ckanext-x")):
    write(os.path.join(top.name, folder, f"{domain}.pot"))
site = types.SimpleNamespace(_wsgi_app=types.SimpleNamespace(static_folder=[plugin, public, storage]))
begin = lambda: collect(site, storage)

def ckan(environ, start_response):
    start_response("404 NOT FOUND", [])
    return [b"CKAN's"]

def ask(application, path, method="GET"):
    head = []
    body = application({"REQUEST_METHOD": method, "PATH_INFO": path}, lambda *given: head.extend(given))
    return [head[0], dict(head[1]), b"".join(body).decode()]
`;

const run = (scenario: string, result: string) =>
  JSON.parse(python(`${harness}\n${scenario}\nprint(json.dumps(${result}))`, scripts["static_files.py"]));
/** Files below a folder of the pod, with their content. */
const tree = (folder: string) =>
  `{path: read(os.path.join(storage, "${folder}", path)).decode() for path in sorted(files(os.path.join(storage, "${folder}")))}`;

describe.skipIf(pythonIsMissing)("at its start a pod", () => {
  test("compiles every asset, but those that cannot be, and then looks no more at their sources", () => {
    expect(run("begin()", `[${tree("webassets")}, warnings, env.auto_build]`)).toEqual([
      { "base/0a1b2c3d_main.css": "base/0a1b2c3d_main.css", "x/0a1b2c3e_x.js": "x/0a1b2c3e_x.js" },
      ["The asset x/broken.js cannot be compiled: no such filter"],
      false,
    ]);
  });

  test("has the folder that two first pages at once would both make", () => {
    const made = 'os.path.isdir(os.path.join(storage, "webassets", ".webassets-cache"))';
    expect(run("begin(); begin()", made)).toBe(true);
  });

  test("lays out the static files of CKAN and its plugins, whose own come first, and no other file of theirs", () => {
    const written = [
      'write(os.path.join(public, "base/logo.PNG"), "of CKAN")',
      'write(os.path.join(public, "base/main.css"), "of CKAN")',
      'write(os.path.join(public, "base/notes.txt"), "of CKAN")',
      'write(os.path.join(public, "base/css"), "of CKAN")',
      'write(os.path.join(plugin, "base/main.css"), "of a plugin")',
      'write(os.path.join(storage, "uploads/logo.png"), "of a visitor")',
    ].join("\n");
    expect(run(`${written}\nbegin()`, tree("public"))).toEqual({
      "base/logo.PNG": "of CKAN",
      "base/main.css": "of a plugin",
    });
  });
});

describe.skipIf(pythonIsMissing)("translations for scripts", () => {
  const words =
    'translation("i18n", "de", "ckan"); translation("other", "de", "ckanext-x"); translation("i18n", "en", "ckan")';
  const asked = (path: string) => `ask(with_translations(ckan), "${path}")`;
  const german = [
    "de",
    ["i18n/de/LC_MESSAGES/ckan.po", "other/de/LC_MESSAGES/ckanext-x.po"],
    ["ckan.pot", "ckanext-x.pot"],
  ];

  test("are made at the start for the site's own language, once", () => {
    const english = ["en", ["i18n/en/LC_MESSAGES/ckan.po"], ["ckan.pot", "ckanext-x.pot"]];
    expect(run(`${words}\nbegin(); begin()`, '[call for call in calls if call != "sent"]')).toEqual([english]);
  });

  test.each([
    ["in a language, when it is asked for first", "/api/i18n/de", [german]],
    ["by its page in that language", "/de/api/3/i18n/de", [german]],
    ["not in one that the site does not offer", "/api/i18n/fr", []],
    ["not in one without words", "/api/i18n/pt_BR", []],
    ["not for any other path", "/api/3/action/i18n", []],
  ])("are made %s", (_name, path, made) => {
    expect(run(`${words}\n${asked(path)}; ${asked(path)}`, "[calls, os.listdir(top.name).count('js')]")).toEqual([
      made,
      made.length,
    ]);
  });
});

describe.skipIf(pythonIsMissing)("an asset of another release", () => {
  const path = "/webassets/base/0a1b2c3d_main.css";
  const later =
    'shutil.rmtree(os.path.join(storage, "webassets")); env[:] = [Bundle("base/0a1b2c3f_main.css")]; begin()';
  const asked = (wanted: string, method = "GET") =>
    `ask(with_assets_of_other_releases(ckan), "${wanted}", "${method}")`;
  const headers = {
    "Content-Type": "text/css",
    "Content-Length": "22",
    "Cache-Control": "public, max-age=31536000, immutable",
  };

  test("is given as that release sent it", () => {
    const found = `[${asked(path)}, ${asked(path, "HEAD")}]`;
    expect(run(`begin()\n${later}`, found)).toEqual([
      ["200 OK", headers, "base/0a1b2c3d_main.css"],
      ["200 OK", headers, ""],
    ]);
  });

  test.each([
    ["nobody sent", "/webassets/base/0a1b2c3a_main.css", "GET"],
    ["has no hash in its name", "/webassets/base/main.css", "GET"],
    ["is no asset", "/base/0a1b2c3d_main.css", "GET"],
    ["is written to", path, "POST"],
  ])("is CKAN's concern when it %s", (_name, wanted, method) => {
    expect(run("begin()", asked(wanted, method))).toEqual(["404 NOT FOUND", {}, "CKAN's"]);
  });

  test("is sent once for a release, however often its pods start", () => {
    expect(run("begin(); begin()", "calls")).toEqual(["sent"]);
  });

  test("is kept for the last four releases, counted by their last start", () => {
    const release = (number: number) => `env[:] = [Bundle("0000000${number}_main.css")]
shutil.rmtree(storage, ignore_errors=True); begin(); time.sleep(0.002)`;
    const releases = [1, 2, 3, 4, 1, 5].map(release).join("\n");
    const kept = "sorted(path for content in redis.hashes.values() for path in content)";
    expect(run(releases, `[${kept}, len(redis.ranks["ckan-environments:assets:opendata"])]`)).toEqual([
      ["00000001_main.css", "00000003_main.css", "00000004_main.css", "00000005_main.css"],
      4,
    ]);
  });

  test("does without Redis, with a warning", () => {
    const away = "def connect_to_redis(): raise OSError('refused')";
    expect(run(`${away}\nbegin()`, `[${asked(path)}[0], warnings[1:]]`)).toEqual([
      "404 NOT FOUND",
      [
        "Pods of other releases will not have these assets: refused",
        "Assets of other releases cannot be read: refused",
      ],
    ]);
  });
});

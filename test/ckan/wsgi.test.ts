import { expect, test } from "vitest";
import { scripts } from "../../ckan/scripts.ts";
import { python, pythonIsMissing } from "../support/python.ts";

/** Loads wsgi.py with stand-ins for CKAN, whose application answers 200, and prints the answers to requests of these lengths. */
const harness = `
import logging.config, os, sys, types

class Loader:
    def __init__(self, path):
        pass

    def get_config(self):
        return {"ckan.max_resource_size": "2"}

def make_app(config):
    def app(environ, start_response):
        start_response("200 OK", [])
        return [b"CKAN"]
    return app

for name, content in {"ckan": {}, "ckan.cli": {"CKANConfigLoader": Loader}, "ckan.config": {}, "ckan.config.middleware": {"make_app": make_app}}.items():
    sys.modules[name] = types.ModuleType(name)
    vars(sys.modules[name]).update(content)
logging.config.fileConfig = lambda *args, **options: None
os.environ["CKAN_INI"] = "ckan.ini"
exec(compile(sys.stdin.read(), "wsgi.py", "exec"))
for length in sys.argv[1:]:
    status = []
    body = application({"CONTENT_LENGTH": length}, lambda line, headers: status.append(line))
    print(status[0], b"".join(body).decode().strip())
`;

test.skipIf(pythonIsMissing)(
  "a request longer than the largest file and a megabyte is refused with the size in words",
  () => {
    const megabyte = 2 ** 20;
    const lengths = ["", "0", "nonsense", String(3 * megabyte), String(3 * megabyte + 1)];
    expect(python(harness, scripts["wsgi.py"], lengths).trim().split("\n")).toEqual([
      "200 OK CKAN",
      "200 OK CKAN",
      "200 OK CKAN",
      "200 OK CKAN",
      "413 Content Too Large This site takes files of up to 2 MB.",
    ]);
  },
);

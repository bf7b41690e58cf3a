/** Parts of the bootstrap that need no server, with modules that only look like those of CKAN's image. */
import { expect, test } from "vitest";
import { scripts } from "../../ckan/scripts.ts";
import { python, pythonIsMissing } from "../support/python.ts";

const modules = `
import fnmatch, os, sys, types
os.environ["CKAN_INI"] = "/etc/ckan/ckan.ini"
class RedisError(Exception):
    pass
class Redis:
    keys, refusals = {}, 0
    def scan_iter(self, match, count):
        if Redis.refusals > 0:
            Redis.refusals -= 1
            raise RedisError("WRONGPASS")
        return iter(fnmatch.filter(Redis.keys, match))
    def delete(self, key):
        del Redis.keys[key]
for name, content in {
    "psycopg2": {"sql": None},
    "redis": {"RedisError": RedisError},
    "ckan.lib.redis": {"connect_to_redis": Redis},
    "ckanext.s3filestore.redis_helper": {"REDIS_PREFIX": "ckanext-s3filestore:"},
}.items():
    sys.modules[name] = types.ModuleType(name)
    vars(sys.modules[name]).update(content)
`;

/** What Python prints that runs after the bootstrap's functions, without the seconds in front of each line. */
function run(program: string): readonly string[] {
  const script = scripts["bootstrap.py"].replace('"__main__"', '"never"');
  const output = python(`${modules}\n${script}\ntime.sleep = lambda seconds: None\n${program}`);
  return output
    .trim()
    .split("\n")
    .map((line) => line.replace(/^\[.*?\] /, ""));
}

const keys = `Redis.keys = {"ckanext-s3filestore:resources/a/a.csv": "https://...", "rq:job:1": "load", "ckanext-s3filestore:b": ""}`;

test.skipIf(pythonIsMissing)("forgets all signed links, and nothing else that is in Redis", () => {
  expect(run(`${keys}\nforget_links(120)\nprint(*Redis.keys)`)).toEqual(["2 signed links are forgotten", "rq:job:1"]);
});

test.skipIf(pythonIsMissing)("waits for a Redis that does not know its new password yet", () => {
  expect(run(`${keys}\nRedis.refusals = 3\nforget_links(120)\nprint(*Redis.keys)`)).toEqual([
    "2 signed links are forgotten",
    "rq:job:1",
  ]);
});

test.skipIf(pythonIsMissing)("says so when Redis refuses for good", () => {
  const program = `Redis.refusals = 1\ntry:\n    forget_links(-1)\nexcept SystemExit as end:\n    print(end.code)`;
  expect(run(program)).toEqual(["FAILED: the queue cannot be used within -1 s: WRONGPASS", "1"]);
});

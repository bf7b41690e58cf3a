/** Parts of the bootstrap that need no server, with modules that only look like those of CKAN's image. */
import { expect, test } from "vitest";
import { runBootstrap } from "../support/bootstrap.ts";
import { pythonIsMissing } from "../support/python.ts";

const redis = `
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
module("redis", RedisError=RedisError)
module("ckan.lib.redis", connect_to_redis=Redis)
module("ckanext.s3filestore.redis_helper", REDIS_PREFIX="ckanext-s3filestore:")
`;

const run = (program: string) => runBootstrap(`${redis}\nfrom bootstrap import *\n${program}`);

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

/** Rows of the table api_token, and what SQLAlchemy does to them, as far as the bootstrap asks. */
const tokens = `
class Column:
    def __init__(self, name):
        self.name = name
    def __eq__(self, value):
        return lambda row: getattr(row, self.name) == value
    def __ne__(self, value):
        return lambda row: getattr(row, self.name) != value
class ApiToken:
    name, id = Column("name"), Column("id")
    def __init__(self, user_id, name):
        self.user_id, self.name = user_id, name
class Query:
    def filter(self, *conditions):
        self.conditions = conditions
        return self
    def delete(self):
        rows[:] = [row for row in rows if not all(condition(row) for condition in self.conditions)]
class Session:
    query = staticmethod(lambda table: Query())
    get = staticmethod(lambda table, id: next((row for row in rows if row.id == id), None))
    add = staticmethod(lambda row: rows.append(row))
    commit = staticmethod(lambda: None)
def row(id, name, user_id):
    made = ApiToken(user_id, name)
    made.id = id
    return made
rows = [row("old", "xloader", "1"), row("other", "xloader-of-mine", "2"), row("pusher", "datapusher", "1")]
model = types.SimpleNamespace(ApiToken=ApiToken, Session=Session)
`;

test.skipIf(pythonIsMissing).each([
  ["a new token ends the earlier ones of its name only", "new", "xloader", "other pusher new"],
  ["a token that is there stays, and gets the account of now", "pusher", "datapusher", "old other pusher"],
])("%s", (_name, id, name, ids) => {
  const program = `declare_api_token(model, types.SimpleNamespace(id="9"), "${name}", "${id}")
print(*[row.id for row in rows])
print(*[row.user_id for row in rows if row.id == "${id}"])`;
  expect(run(`${tokens}\n${program}`)).toEqual([`the API token ${name} is known`, ids, "9"]);
});

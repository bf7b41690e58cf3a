/** The script that submits lost loads again: what it takes for lost, with a queue and a database that only look like it. */
import { expect, test } from "vitest";
import { scripts } from "../../ckan/scripts.ts";
import { python, pythonIsMissing } from "../support/python.ts";

/** Runs Python after the script's functions; `queues`, `started` and `unfinished` are what it is to find. */
function run(program: string): unknown {
  const fakes = `
class Redis:
    def __init__(self, queues, started):
        self.queues, self.started, self.counts = queues, started, {}
    def smembers(self, key):
        return {"rq:queue:" + name for name in self.queues}
    def lrange(self, key, first, last):
        return self.queues[key.removeprefix("rq:queue:")]
    def zrangebyscore(self, key, least, most):
        return [job for job, score in self.started.get(key.removeprefix("rq:wip:"), {}).items() if score >= least]
    def hget(self, key, field):
        job = key.removeprefix("rq:job:")
        return None if job == "gone" else "xloader_data_into_datastore({'metadata': {'resource_id': '%s'}})" % job
    def get(self, key):
        return self.counts.get(key)
    def set(self, key, value, ex):
        self.counts[key] = str(value)
    def delete(self, key):
        del self.counts[key]
FUTURE, PAST = time.time() + 60, time.time() - 60
`;
  const script = scripts["resubmit.py"].replace('"__main__"', '"never"');
  return JSON.parse(python(`${script}\n${fakes}\n${program}`));
}

const look = (queues: string, started: string, unfinished: string) =>
  run(`
unfinished = lambda database: ${unfinished}
print(json.dumps(sorted(look(Redis(${queues}, ${started}), None, "opendata"))))`);

const queue = "ckan:opendata:default";

test.skipIf(pythonIsMissing).each([
  ["nothing, when nothing is unfinished", `{"${queue}": []}`, "{}", "set()", []],
  ["a load without a job", `{"${queue}": []}`, "{}", '{"a"}', ["a"]],
  ["not one that waits in a queue", `{"${queue}": ["a"]}`, "{}", '{"a", "b"}', ["b"]],
  ["not one whose worker is alive", `{"${queue}": []}`, `{"${queue}": {"a": FUTURE}}`, '{"a"}', []],
  ["one whose worker is silent", `{"${queue}": []}`, `{"${queue}": {"a": PAST}}`, '{"a"}', ["a"]],
  ["one that another site has a job for", '{"ckan:other:default": ["a"]}', "{}", '{"a"}', ["a"]],
  ["not one in a second queue", `{"${queue}": [], "ckan:opendata:urgent": ["a"]}`, "{}", '{"a"}', []],
  ["one beside a job that ended meanwhile", `{"${queue}": ["gone"]}`, "{}", '{"a"}', ["a"]],
] as const)("takes for lost %s", (_case, queues, started, unfinished, lost) => {
  expect(look(queues, started, unfinished)).toEqual(lost);
});

const download = (url: string) =>
  `b'Xloader received a bad HTTP response when trying to download the data file status=404 url=${url}'`;

test.skipIf(pythonIsMissing).each([
  ["one that runs", "running", null, true],
  ["one that its readers see already", "running_but_viewable", "", true],
  [
    "one that could not log in",
    "error",
    'connection to server at "db" failed: FATAL: password authentication failed',
    true,
  ],
  ["one whose database ended", "error", "terminating connection due to administrator command", true],
  ["one whose database crashed", "error", "server closed the connection unexpectedly", true],
  ["one whose database starts", "error", "FATAL: the database system is starting up", true],
  ["one whose file the site did not hand out", "error", download("http://opendata-web/dataset/a/b.csv"), true],
  [
    "one that did not reach the site",
    "error",
    "b'HTTPConnectionPool(host=\\'opendata-web\\', port=80): Max retries'",
    true,
  ],
  ["not one whose file another site did not hand out", "error", download("http://example.org/b.csv"), false],
  [
    "not one that did not reach another site",
    "error",
    "b'HTTPConnectionPool(host=\\'example.org\\', port=80): Max'",
    false,
  ],
  ["not one whose file is no table", "error", "Row 2 has more values than the 2 column(s) in the header", false],
  ["not one that failed without a word", "error", null, false],
  ["not one in a state that nobody knows", "cancelled", null, false],
] as const)("takes for unfinished %s", (_case, state, error, expected) => {
  const rows = JSON.stringify(JSON.stringify([["a", state, error]]));
  const found = run(`
import contextlib
class Cursor:
    def execute(self, statement, values):
        pass
    def fetchall(self):
        return json.loads(${rows})
class Database:
    def cursor(self):
        return contextlib.nullcontext(Cursor())
os.environ["SITE"] = "http://opendata-web"
print(json.dumps(sorted(unfinished(Database()))))`);
  expect(found).toEqual(expected ? ["a"] : []);
});

test.skipIf(pythonIsMissing)("counts a try only when the site took it", () => {
  const counts = run(`
def call(action, data):
    raise OSError("403")
redis = Redis({}, {})
for _ in range(5):
    try:
        submit_again(redis, "opendata", "a")
    except OSError:
        pass
print(json.dumps(redis.counts))`);
  expect(counts).toEqual({});
});

test.skipIf(pythonIsMissing)(
  "submits a load that fails again and again three times, and leaves its error as it is",
  () => {
    const calls = run(`
calls = []
def call(action, data):
    calls.append(action)
    return {"id": "task", "state": "error"} if action == "task_status_show" else True
import contextlib, io
redis = Redis({}, {})
with contextlib.redirect_stdout(io.StringIO()):
    for _ in range(6):
        submit_again(redis, "opendata", "a")
print(json.dumps(calls))`);
    const submit = "xloader_submit";
    const look = "task_status_show";
    expect(calls).toEqual([submit, submit, submit, look, look, look]);
  },
);

test.skipIf(pythonIsMissing)("submits a lost load three times, and then says that it is lost", () => {
  const calls = run(`
calls = []
def call(action, data):
    calls.append([action, data.get("ignore_hash"), data.get("state")])
    return {"id": "task", "state": "running"} if action == "task_status_show" else True
import contextlib, io
redis = Redis({}, {})
with contextlib.redirect_stdout(io.StringIO()):
    for _ in range(5):
        submit_again(redis, "opendata", "a")
print(json.dumps(calls))`);
  const submit = ["xloader_submit", true, null];
  const giveUp = [
    ["task_status_show", null, null],
    ["task_status_update", null, "error"],
  ];
  expect(calls).toEqual([submit, submit, submit, ...giveUp, submit]);
});

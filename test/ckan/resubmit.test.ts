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
    def incr(self, key):
        self.counts[key] = self.counts.get(key, 0) + 1
        return self.counts[key]
    def expire(self, key, seconds):
        pass
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

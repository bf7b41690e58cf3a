import { expect, test } from "vitest";
import { scripts } from "../../ckan/scripts.ts";
import { python, pythonIsMissing } from "../support/python.ts";

/** Runs worker_alive.py with a fake for Redis that refuses, or holds one worker with a heartbeat of some age. */
const harness = `
import datetime, os, socket, sys, types

state, *arguments = sys.argv[1:]

class RedisError(Exception):
    pass

class Redis:
    @classmethod
    def from_url(cls, url, **options):
        return cls()

    def smembers(self, key):
        if state == "unreachable":
            raise RedisError()
        return [] if state == "unregistered" else [b"worker"]

    def hgetall(self, key):
        beat = datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(seconds=int(state))
        return {b"hostname": socket.gethostname().encode(), b"last_heartbeat": beat.strftime("%Y-%m-%dT%H:%M:%S.%fZ").encode()}

sys.modules["redis"] = types.SimpleNamespace(Redis=Redis, RedisError=RedisError)
os.environ["CKAN_REDIS_URL"] = "redis://queue:6379/0"
sys.argv = ["worker_alive.py", *arguments]
sys.stderr = open(os.devnull, "w")
try:
    exec(compile(sys.stdin.read(), "worker_alive.py", "exec"), {})
except SystemExit as end:
    print(end.code)
`;

test.skipIf(pythonIsMissing).each([
  ["1", 0, 0],
  ["599", 0, 0],
  ["660", 1, 1],
  ["unregistered", 1, 1],
  ["unreachable", 0, 1],
])("a worker whose heartbeat is %s (seconds ago) is alive with %d and ready with %d", (state, alive, ready) => {
  const code = (...args: readonly string[]) => Number(python(harness, scripts["worker_alive.py"], [state, ...args]));
  expect([code(), code("--ready")]).toEqual([alive, ready]);
});

/**
 * Where an autoscaler by the jobs that wait looks for them: the name of a queue's list, held against CKAN's own queue in the site's own
 * Redis. Does not prove: that KEDA finds it there (test/variants/keda.test.ts).
 */
import { afterAll, beforeAll, expect, test } from "vitest";
import { queueList } from "../../ckan/queues.ts";
import { kubectl, succeed } from "./support/commands.ts";

const inWorker = ["-n", "opendata-dev", "exec", "-i", "deploy/opendata-worker", "--"];
// Nobody works on this queue: its jobs stay.
const queue = "nobody-works-on-this";
const ckan = (...args: readonly string[]) => succeed(kubectl([...inWorker, "ckan", "jobs", ...args]));

function waiting(list: string): number {
  const program = `import os, sys, redis\nprint(redis.Redis.from_url(os.environ["CKAN_REDIS_URL"]).llen(sys.argv[1]))`;
  return Number(succeed(kubectl([...inWorker, "python3", "-", list], program)).trim());
}

beforeAll(() => {
  // The site answers before its workers do, when the cluster has just started.
  succeed(kubectl(["-n", "opendata-dev", "rollout", "status", "deploy/opendata-worker", "--timeout=180s"]));
  ckan("clear", queue);
});
afterAll(() => {
  ckan("clear", queue);
});

test("a queue without jobs is a list of none", () => {
  expect(waiting(queueList("opendata", queue))).toBe(0);
});

test("each job that CKAN puts into a queue is one more in the list that KEDA is told of", () => {
  ckan("test", queue, queue, queue);
  expect(waiting(queueList("opendata", queue))).toBe(3);
});

test("a queue of another name, or of another site, is another list", () => {
  expect([queueList("opendata", "default"), queueList("other", queue)].map(waiting)).toEqual([0, 0]);
});

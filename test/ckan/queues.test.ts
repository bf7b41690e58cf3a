import { expect, test } from "vitest";
import { queueList } from "../../ckan/queues.ts";
import { scripts } from "../../ckan/scripts.ts";
import { python, pythonIsMissing } from "../support/python.ts";

test("a queue's list is called by RQ's prefix, CKAN's prefix with the site, and the queue", () => {
  expect(queueList("data_1", "bulk")).toBe("rq:queue:ckan:data_1:bulk");
});

// The script looks into real queues in the end-to-end tests.
test.skipIf(pythonIsMissing)("the script that finds lost loads looks into the same lists", () => {
  const fakes = `
asked = []
class Redis:
    def smembers(self, key):
        return ["${queueList("opendata", "default")}", "${queueList("opendata", "bulk")}", "${queueList("other", "default")}"]
    def lrange(self, key, first, last):
        asked.append(key)
        return []
    def zrangebyscore(self, key, least, most):
        return []
alive(Redis(), "opendata")
print(json.dumps(asked))
`;
  const script = scripts["resubmit.py"].replace('"__main__"', '"never"');
  expect(JSON.parse(python(`${script}\n${fakes}`))).toEqual([
    queueList("opendata", "default"),
    queueList("opendata", "bulk"),
  ]);
});

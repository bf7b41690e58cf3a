import { expect, test } from "vitest";
import { workerRole } from "../../../components/worker/groups.ts";

test("the group default is called as the only one was, and every other after itself", () => {
  expect(["default", "bulk"].map(workerRole)).toEqual(["worker", "worker-bulk"]);
});

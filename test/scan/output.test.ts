import { expect, test } from "vitest";
import { z } from "zod";
import { readJson, scannerOutput } from "../../scan/output.ts";

const schema = z.object({ count: z.number() });
const shell = (script: string, codes?: readonly number[]) => scannerOutput("sh", ["-c", script], codes);

test("a scanner's output is its standard output, whether it found something or not", async () => {
  expect(await shell("echo found; echo noise >&2; exit 1")).toBe("found\n");
  expect(await shell("echo nothing")).toBe("nothing\n");
});

test("a scanner that ends with another code fails the scan, with what it said", async () => {
  await expect(shell("echo no such file >&2; exit 2")).rejects.toThrow("sh ended with 2: no such file");
  await expect(shell("exit 1", [0])).rejects.toThrow("sh ended with 1");
});

test("a scanner that is not there fails the scan", async () => {
  await expect(scannerOutput("/no/such/scanner", [])).rejects.toThrow("/no/such/scanner ended with 127");
});

test.each([
  ["", "checkov printed nothing"],
  ["Traceback (most recent call last)", "checkov printed no JSON: Traceback"],
  ['{"number": 1}', "checkov printed something unexpected"],
])("output %j fails the scan", (output, message) => {
  expect(() => readJson("checkov", schema, output)).toThrow(message);
});

test("output of the right shape is read, whatever else it holds", () => {
  expect(readJson("checkov", schema, '{"count": 1, "more": true}')).toEqual({ count: 1 });
});

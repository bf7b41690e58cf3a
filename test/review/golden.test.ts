/**
 * The golden reports again, from the previews that the real engine made (test/engine/review.test.ts): quick enough for every change
 * of a rule or of a word. Does not prove that the engine still prints such previews.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { markdownOf } from "../../review/markdown.ts";
import { parsePreview } from "../../review/preview.ts";
import { reportOf } from "../../review/report.ts";
import { withoutHashes } from "./recording.ts";

const previews = join(import.meta.dirname, "previews");
const recorded = readdirSync(previews).flatMap((stack) =>
  readdirSync(join(previews, stack)).map((file) => ({ stack, name: file.replace(/\.json$/, "") })),
);

test("there are previews of every kind of change", () => {
  expect(recorded.length).toBe(20);
});

describe.each(recorded)("$stack, $name", ({ stack, name }) => {
  const text = readFileSync(join(previews, stack, `${name}.json`), "utf8");
  const report = reportOf([{ kind: "previewed", stack, preview: parsePreview(text), failed: false }]);

  test("gives the golden report", async () => {
    const golden = join(import.meta.dirname, "golden", stack, `${name}.md`);
    await expect(withoutHashes(markdownOf(report))).toMatchFileSnapshot(golden);
  });

  test("gives the same when the engine's steps come in another order", () => {
    const { steps, ...rest } = JSON.parse(text) as { steps: readonly object[] };
    const turned = parsePreview(JSON.stringify({ ...rest, steps: [...steps].reverse() }));
    expect(reportOf([{ kind: "previewed", stack, preview: turned, failed: false }])).toEqual(report);
  });

  test("is a value of JSON, as it is written", () => {
    expect(JSON.parse(JSON.stringify(report))).toEqual(report);
  });
});

import { describe, expect, test } from "vitest";
import { leastLimit, markdownOf, marker } from "../../review/markdown.ts";
import { code, fenced, plain, table } from "../../review/markdown-text.ts";
import { parsePreview } from "../../review/preview.ts";
import { type Outcome, reportOf } from "../../review/report.ts";
import { previewText, step } from "./support.ts";

const deployment = "kubernetes:apps/v1:Deployment";
const claim = "kubernetes:core/v1:PersistentVolumeClaim";

function previewed(stack: string, steps: readonly object[], rest: object = {}): Outcome {
  return { kind: "previewed", stack, preview: parsePreview(previewText(steps, rest)), failed: false };
}

const markdown = (outcomes: readonly Outcome[], limit?: number, today?: string) =>
  markdownOf(reportOf(outcomes, today), limit);
const scaled = step(deployment, {
  old: { inputs: { spec: { replicas: 1 } } },
  next: { inputs: { spec: { replicas: 2 } } },
});

/** Many changes, each long. */
const many = (number: number) =>
  Array.from({ length: number }, (_, index) =>
    step(deployment, {
      name: `opendata-${String(index).padStart(5, "0")}`,
      component: "XLoaderWorker",
      part: `opendata-worker-g${String(index).padStart(5, "0")}`,
      old: { inputs: { spec: { text: "a word ".repeat(20) } } },
      next: { inputs: { spec: { text: "a verb ".repeat(20) } } },
    }),
  );

describe("The report", () => {
  test("says one line for each environment, and details only where something happens", () => {
    const text = markdown([
      previewed("dev", []),
      previewed("staging", [scaled]),
      previewed("prod", [step(claim, { op: "delete", old: {} })]),
      { kind: "skipped", stack: "test", reason: "no file of it changed | here" },
      { kind: "failed", stack: "lost", message: "error: no stack named 'lost' found" },
    ]);
    expect(text.split("\n").filter((line) => line.startsWith("| "))).toEqual([
      "| environment | verdict |",
      "| --- | --- |",
      "| dev | no change |",
      "| staging | 1 updated |",
      "| prod | **data at risk**: 1 deleted. Risks: `data-loss` |",
      "| test | not previewed: no file of it changed \\| here |",
      "| lost | **the preview failed** |",
    ]);
    expect(text.split("\n").filter((line) => line.startsWith("### "))).toEqual(["### staging", "### prod", "### lost"]);
    expect(text.startsWith(`${marker}\n`)).toBe(true);
  });

  test("is the same text for the same previews", () => {
    const steps = many(5);
    expect(markdown([previewed("prod", [...steps].reverse())])).toBe(markdown([previewed("prod", steps)]));
  });

  test("holds no duration, time or id of the engine's", () => {
    const rest = { duration: 123456789, changeSummary: { same: 42 } };
    expect(markdown([previewed("prod", [scaled], rest)])).toBe(markdown([previewed("prod", [scaled])]));
  });

  test("lists exceptions from policies, and which have ended when it is told the day", () => {
    const exceptions = [
      { rule: "restricted-pods", resource: "opendata-web", reason: "needs <root>", expires: "2026-03-31" },
      { rule: "image-pinned", resource: "a", reason: "tried", expires: "2027-01-01" },
    ];
    const config = { "ckan:policyExceptions": JSON.stringify(exceptions) };
    const rows = (today?: string) =>
      markdown([previewed("prod", [], { config })], undefined, today)
        .split("\n")
        .filter((line) => line.includes("20"));
    expect(rows()).toEqual([
      "| `image-pinned` | `a` | tried | 2027-01-01 |",
      "| `restricted-pods` | `opendata-web` | needs &lt;root&gt; | 2026-03-31 |",
    ]);
    expect(rows("2026-04-01")[1]).toBe(
      "| `restricted-pods` | `opendata-web` | needs &lt;root&gt; | **expired** 2026-03-31 |",
    );
    expect(rows("2026-03-31")[1]).not.toContain("expired");
  });

  test("says when exceptions are written in a form that it does not know", () => {
    const config = { "ckan:policyExceptions": JSON.stringify([{ rule: "image-pinned" }]) };
    expect(markdown([previewed("prod", [], { config })])).toContain(
      "policyExceptions.0.resource: expected the logical name of a resource",
    );
  });

  test("lists what policies say, each once and in an order of its own", () => {
    const said = (policy: string, message: string, name?: string) => ({
      severity: "info#err",
      message: `policy violation: ${JSON.stringify({ policy, message, ...(name && { urn: `urn:pulumi:prod::ckan::a$kubernetes:apps/v1:Deployment::${name}` }) })}\n\n`,
    });
    const diagnostics = [
      said("probes", "no probe <b>", "opendata-web"),
      said("image-digest", "no digest", "opendata-worker"),
      said("image-digest", "no digest", "opendata-worker"),
      said("policy-exceptions", "unused"),
      { severity: "error", message: "error: preview failed" },
    ];
    expect(
      markdown([previewed("prod", [], { diagnostics })])
        .split("\n")
        .filter((line) => line.startsWith("- ")),
    ).toEqual([
      "- **image-digest** `Deployment opendata-worker`: no digest",
      "- **policy-exceptions**: unused",
      "- **probes** `Deployment opendata-web`: no probe &lt;b&gt;",
    ]);
  });

  test("shows errors without their secrets", () => {
    const diagnostics = [
      { severity: "error", message: "error: preview failed\n" },
      { severity: "error", message: "error: cannot reach postgresql://ckan:swordfish@db:5432\n" },
    ];
    const text = markdown([previewed("prod", [], { diagnostics })]);
    expect(text).toContain("```\nerror: cannot reach postgresql://ckan:[secret]@db:5432\n```");
    expect(text).not.toContain("swordfish");
  });
});

describe("A limit", () => {
  test.each([leastLimit, 5000, 20_000, 60_000])("of %i characters holds, and what is left out is said", (limit) => {
    const text = markdown([previewed("prod", many(400)), previewed("staging", [scaled])], limit);
    expect(text.length).toBeLessThanOrEqual(limit);
    expect(text).toContain("| staging | 1 updated |");
    expect(text).toMatch(
      /Left out, because a comment holds no more: prod: opendata, worker g\d+: 1 updated; .* and \d+ more/,
    );
  });

  test("leaves out details, never a risk", () => {
    const lost = step(claim, { op: "delete", name: "zzz", old: {} });
    expect(markdown([previewed("prod", [...many(400), lost])], leastLimit)).toContain(
      "- **data-loss** opendata, web: is deleted",
    );
  });

  test("does not keep small blocks out because a large one does not fit", () => {
    const text = markdown([previewed("prod", many(400)), previewed("staging", [scaled])], 6000);
    const [, last] = text.split("### staging");
    expect(last).toContain("`spec.replicas`: `1` → `2`");
  });

  test("holds even for hundreds of environments", () => {
    const stacks = Array.from({ length: 500 }, (_, index) => previewed(`stack-${index}`, [scaled]));
    const text = markdown(stacks, leastLimit);
    expect(text.length).toBeLessThanOrEqual(leastLimit);
    expect(text).toContain("Cut here, because a comment holds no more.");
  });

  test("is nothing that a small report notices", () => {
    expect(markdown([previewed("prod", [scaled])])).not.toMatch(/Left out|Cut here/);
  });
});

describe("Nothing of a preview becomes markup:", () => {
  test.each([
    ["a name", (text: string) => step(deployment, { name: text, op: "delete", old: {} })],
    ["a value", (text: string) => step(deployment, { old: { inputs: { a: "x" } }, next: { inputs: { a: text } } })],
    [
      "a line",
      (text: string) => step(deployment, { old: { inputs: { a: "x\ny" } }, next: { inputs: { a: `x\n${text}` } } }),
    ],
    ["a key", (text: string) => step(deployment, { old: { inputs: {} }, next: { inputs: { [text]: "x" } } })],
  ])("%s", (_, make) => {
    const text = markdown([previewed("prod", [make("`</details>` <img src=x> ```\n@everybody ![x](y)")])]);
    const outside = text.replaceAll(/^(`{3,}).*\n[\s\S]*?\n\1$/gm, "").replaceAll(/(`+)[\s\S]*?[^`]\1(?!`)/g, "");
    expect(outside).not.toMatch(/<img|@everybody|!\[x\]/);
    expect(outside.split("<details>")).toHaveLength(outside.split("</details>").length);
  });

  test("pieces", () => {
    expect(code("a`b``c")).toBe("```a`b``c```");
    expect(code("`a`")).toBe("`` `a` ``");
    expect(fenced("```\nx\n````")).toBe("`````\n```\nx\n````\n`````");
    expect(plain("a_b <c> @d [e](f)\n| g")).toBe("a\\_b &lt;c&gt; @\u200bd \\[e\\](f) \\| g");
    expect(table(["a"], [["`x|y`"]])).toBe("| a |\n| --- |\n| `x\\|y` |");
  });
});

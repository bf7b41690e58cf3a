/** `pipeline:comment` as a process, against an API on loopback. */
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { reviewMarker } from "../../pipelines/lib/report.ts";
import { found, spellings } from "../support/secret-leaks.ts";
import { bot, FakeForge, token } from "./support/forge.ts";
import { folder, type Run, script } from "./support/scripts.ts";

let forge: FakeForge;
beforeEach(async () => {
  forge = new FakeForge();
  await forge.start();
});
afterEach(() => forge.stop());

const event = JSON.stringify({ pull_request: { number: 7 } });
const report = `${reviewMarker}\n## prod: no change\n`;

/** A comment as each pipeline writes it. */
const pipelines = {
  github: (cwd: string) => ({
    GITHUB_ACTIONS: "true",
    GITHUB_API_URL: forge.url,
    GITHUB_REPOSITORY: "o/r",
    GITHUB_EVENT_PATH: join(cwd, "event.json"),
    GITHUB_TOKEN: token,
  }),
  gitlab: () => ({
    GITLAB_CI: "true",
    CI_API_V4_URL: forge.url,
    CI_PROJECT_ID: "42",
    CI_MERGE_REQUEST_IID: "7",
    GITLAB_TOKEN: token,
  }),
  jenkins: () => ({ GITHUB_API_URL: forge.url, GITHUB_REPOSITORY: "o/r", CHANGE_ID: "7", GITHUB_TOKEN: token }),
} as const;
const names = Object.keys(pipelines) as (keyof typeof pipelines)[];

async function write(text: string, pipeline = names[0] ?? "github", env: Record<string, string> = {}): Promise<Run> {
  const cwd = folder({ "report.md": text, "event.json": event });
  const own = { ...pipelines[pipeline](cwd), FORGE_PAUSE_MILLISECONDS: "1", ...env };
  const run = await script("comment.ts", ["report.md"], { cwd, env: own });
  expect(found(run.output, spellings([{ purpose: "token", value: token }]))).toEqual([]);
  return run;
}

const texts = () => forge.comments.map(({ text }) => text);

describe.each(names)("on %s", (pipeline) => {
  test("the comment is written once, then replaced, and the same text again changes nothing", async () => {
    forge.add(forge.comments, "somebody", "Looks good");
    const runs = [await write(report, pipeline), await write(`${report}more`, pipeline)];
    expect(texts()).toEqual(["Looks good", `${report}more`]);
    const before = forge.bodies.length;
    runs.push(await write(`${report}more\n`, pipeline));
    expect(forge.bodies.length).toBe(before);
    expect(runs.map(({ code, stdout }) => [code, stdout])).toEqual([
      [0, "Comment on 7: created\n"],
      [0, "Comment on 7: updated\n"],
      [0, "Comment on 7: unchanged\n"],
    ]);
  });

  test("the comment is found on a later page", async () => {
    forge.pageSize = 2;
    for (const text of ["one", "two", "three"]) forge.add(forge.comments, "somebody", text);
    const own = forge.add(forge.comments, bot, `${reviewMarker}\nold`);
    expect((await write(report, pipeline)).stdout).toBe("Comment on 7: updated\n");
    expect([own.text, forge.comments.length]).toEqual([report, 4]);
  });
});

test("a text without the marker gets it, so that the next run finds the comment", async () => {
  await write("No environment is touched");
  expect(texts()).toEqual([`${reviewMarker}\nNo environment is touched`]);
});

test("a comment of somebody else with the marker is left alone: who wrote it could change the report afterwards", async () => {
  forge.add(forge.comments, "somebody", `${reviewMarker}\nAll is well`);
  forge.add(forge.comments, bot, `> ${reviewMarker}\n> quoted`);
  expect((await write(report)).stdout).toBe("Comment on 7: created\n");
  expect(texts()).toEqual([`${reviewMarker}\nAll is well`, `> ${reviewMarker}\n> quoted`, report]);
});

describe("an API that is busy or broken", () => {
  test("is asked again", async () => {
    forge.troubles.push({ status: 502 }, { status: 429, headers: { "retry-after": "0" } }, { status: 503 });
    expect((await write(report)).code).toBe(0);
    expect(forge.requests.filter((line) => line.startsWith("GET")).length).toBe(4);
  });

  test("is asked five times, and no more", async () => {
    forge.troubles.push(...Array.from({ length: 9 }, () => ({ status: 500 })));
    const { code, output } = await write(report);
    expect([code, forge.requests.length]).toEqual([1, 5]);
    expect(output).toBe(
      `Failed: GET ${forge.url}/repos/o/r/issues/7/comments?per_page=100: the forge answered 500\n` +
        "What to do: the forge is away; run the job again when it is back\n",
    );
  });

  test("and carried out what it denies, leaves one comment and not two", async () => {
    const lost = { status: 502, done: true };
    forge.troubles.push({ status: 200, done: true }, lost);
    expect((await write(report)).stdout).toBe("Comment on 7: created\n");
    expect(texts()).toEqual([report]);
    expect(forge.requests.map((line) => line.split(" ")[0])).toEqual(["GET", "POST", "GET"]);
  });

  test("is not waited for longer than a minute", async () => {
    const reset = { "x-ratelimit-remaining": "0", "x-ratelimit-reset": String(2 ** 32) };
    forge.troubles.push({ status: 403, headers: reset });
    const { code, output } = await write(report);
    expect([code, forge.requests.length]).toEqual([1, 1]);
    expect(output).toMatch(/What to do: the token's rate limit is used up/);
  });
});

describe("a mistake is an error that says what to do", () => {
  test("a token without the right", async () => {
    forge.troubles.push({ status: 403 });
    expect((await write(report)).output).toMatch(/answered 403\nWhat to do: .*pull-requests: write for the comment/);
  });

  test("a wrong token", async () => {
    expect((await write(report, "github", { GITHUB_TOKEN: "wrong" })).output).toMatch(
      /answered 401\nWhat to do: the token/,
    );
  });

  test("no token", async () => {
    expect((await write(report, "gitlab", { GITLAB_TOKEN: "" })).output).toMatch(
      /^Failed: the variable GITLAB_TOKEN is missing/,
    );
  });

  test("a run that belongs to no pull request", async () => {
    const { code, output } = await write(report, "jenkins", { CHANGE_ID: "" });
    expect([code, output]).toEqual([
      1,
      "Failed: this run belongs to no pull or merge request\n" +
        "What to do: run the script in a pipeline of one, or give its number with --change\n",
    ]);
  });

  test("a text that is too long", async () => {
    forge.troubles.push({ status: 200, done: true }, { status: 422 });
    expect((await write(report)).output).toMatch(/answered 422\nWhat to do: the text is refused: it may be too long/);
  });
});

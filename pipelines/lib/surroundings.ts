/** Reads the forge and the change from the variables that each CI system sets. */
import { readFileSync } from "node:fs";
import { PipelineError } from "./error.ts";
import type { Forge } from "./forge.ts";
import { github } from "./github.ts";
import { gitlab } from "./gitlab.ts";

export type Variables = Readonly<Record<string, string | undefined>>;

/** Milliseconds before the first retry; doubled for each further one. For tests. */
const pauseVariable = "FORGE_PAUSE_MILLISECONDS";

export function forgeOf(variables: Variables): Forge {
  const pause = variables[pauseVariable] === undefined ? undefined : Number(variables[pauseVariable]);
  const author = variables["COMMENT_AUTHOR"];
  if (variables["GITLAB_CI"] === "true") {
    return gitlab({
      url: required(variables, "CI_API_V4_URL"),
      project: required(variables, "CI_PROJECT_ID"),
      token: required(variables, "GITLAB_TOKEN"),
      author,
      pause,
    });
  }
  return github({
    url: variables["GITHUB_API_URL"] ?? "https://api.github.com",
    repository: required(variables, "GITHUB_REPOSITORY"),
    token: required(variables, "GITHUB_TOKEN"),
    // The workflow's own token may not query its account.
    author: author ?? (variables["GITHUB_ACTIONS"] === "true" ? "github-actions[bot]" : undefined),
    pause,
  });
}

/** Number of the pull or merge request that the pipeline runs for. */
export function changeNumber(variables: Variables): number {
  const text =
    variables["GITHUB_ACTIONS"] === "true"
      ? numberOfEvent(required(variables, "GITHUB_EVENT_PATH"))
      : (variables["CI_MERGE_REQUEST_IID"] ?? variables["CHANGE_ID"]);
  const number = Number(text);
  if (Number.isSafeInteger(number) && number > 0) return number;
  throw new PipelineError(
    "this run belongs to no pull or merge request",
    "run the script in a pipeline of one, or give its number with --change",
  );
}

function numberOfEvent(path: string): string | undefined {
  const event = JSON.parse(readFileSync(path, "utf8")) as { readonly pull_request?: { readonly number?: unknown } };
  return String(event.pull_request?.number);
}

function required(variables: Variables, name: string): string {
  const value = variables[name];
  if (value !== undefined && value !== "") return value;
  throw new PipelineError(`the variable ${name} is missing`, "set it in the pipeline, as docs/pipelines.md says");
}

/** Rules between the settings of an instance's workers. */
import { defaultQueue } from "../../ckan/queues.ts";
import type { Mistake } from "../../config/mistakes.ts";
import type { StackSettings } from "../site/settings.ts";
import { defaultGroup, workerRole } from "./groups.ts";
import type { WorkerSettings } from "./settings.ts";

/** A pod's name is the Deployment's with 17 more characters, and is a label of at most 63. */
const longestName = 46;

export function workerMistakes(
  name: string,
  { workers, ckan }: StackSettings,
  at: (key: string) => string,
): readonly Mistake[] {
  return Object.entries(workers).flatMap(([group, settings]) => {
    const key = at(`workers.${group}`);
    return [
      ...nameMistakes(`${name}-${workerRole(group)}`, key, group),
      ...graceMistakes(settings, key, ckan.jobTimeoutSeconds),
      ...queueMistakes(settings, key, group, ckan.plugins),
    ];
  });
}

function nameMistakes(deployment: string, key: string, group: string): readonly Mistake[] {
  if (deployment.length <= longestName) return [];
  const expected = `expected a shorter name: ${deployment} has ${deployment.length} characters of at most ${longestName}`;
  return [{ key, expected, found: group }];
}

function graceMistakes(
  { terminationGracePeriodSeconds }: WorkerSettings,
  key: string,
  jobTimeoutSeconds: number,
): readonly Mistake[] {
  if (terminationGracePeriodSeconds > jobTimeoutSeconds) return [];
  return [
    {
      key: `${key}.terminationGracePeriodSeconds`,
      expected: `expected more than ckan.jobTimeoutSeconds (${jobTimeoutSeconds}): a stopping worker must be able to finish its load`,
      found: terminationGracePeriodSeconds,
    },
  ];
}

function queueMistakes(
  { queues }: WorkerSettings,
  key: string,
  group: string,
  plugins: readonly string[],
): readonly Mistake[] {
  if (queues === undefined) {
    if (group === defaultGroup) return [];
    const expected = "expected the queues that this group works on: only the group default has one by itself";
    return [{ key: `${key}.queues`, expected }];
  }
  if (group !== defaultGroup || !plugins.includes("xloader") || queues.includes(defaultQueue)) return [];
  return [
    {
      key: `${key}.queues`,
      expected: "expected the queue default among them: XLoader looks for duplicates and retries there",
      found: queues,
    },
  ];
}

import { expect, test } from "vitest";
import { databaseClients } from "../../../components/database/connections.ts";

test.each([
  [
    "one pod of each, and one more of each during a rollout",
    { web: { processes: 4 } },
    { webPods: 2, processes: 4, workers: 2 },
  ],
  [
    "the most that an autoscaler makes",
    { web: { scaling: { minimum: 3, maximum: 10 }, processes: 2 }, workers: { default: { replicas: 3 } } },
    { webPods: 11, processes: 2, workers: 4 },
  ],
  [
    "each further group of workers",
    { web: { replicas: 2, processes: 4 }, workers: { bulk: { scaling: { minimum: 0, maximum: 4 } } } },
    { webPods: 3, processes: 4, workers: 7 },
  ],
])("a site's clients are %s", (_what, parts, clients) => {
  expect(databaseClients(parts)).toEqual(clients);
});

import { expect, test } from "vitest";
import { databaseConnections } from "../../ckan/connections.ts";

test.each([
  [{ webPods: 0, processes: 4, workers: 0 }, 16],
  [{ webPods: 1, processes: 4, workers: 0 }, 32],
  [{ webPods: 2, processes: 4, workers: 2 }, 64],
  [{ webPods: 11, processes: 4, workers: 7 }, 248],
])("%o open %d connections: four of each process, eight of each worker, sixteen of others", (clients, connections) => {
  expect(databaseConnections(clients)).toBe(connections);
});

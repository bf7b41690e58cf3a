/** `npm stop`: stops the local cluster and keeps its data. `npm stop -- --wipe` deletes the data and the dev stack's local state. */
import { rmSync } from "node:fs";
import { stopCluster } from "../cluster/cluster.ts";
import { localStateFolder } from "./backend.ts";
import { main, print } from "./steps.ts";

await main(async () => {
  const wipe = process.argv.includes("--wipe");
  await stopCluster(wipe);
  if (!wipe) {
    print("The local cluster is stopped; its data is kept for the next `npm start`");
    return;
  }
  // The state's objects no longer exist and would only disturb the next start.
  rmSync(localStateFolder, { recursive: true, force: true });
  print("The local cluster, its data and the dev stack's local state are deleted");
});

/** Serves the played API from a thread of its own: the test's waits for the CLI. Tells where it is, and writes what there is to a file. */
import { writeFileSync } from "node:fs";
import { parentPort, workerData } from "node:worker_threads";
import { playGoogle } from "./server.ts";
import type { GoogleState } from "./state.ts";

const { file, clusters } = workerData as { readonly file: string; readonly clusters: readonly string[] };
const keep = (state: GoogleState) => writeFileSync(file, JSON.stringify(state, null, 2));
const { url, state } = await playGoogle(clusters, keep);
keep(state());
parentPort?.postMessage(url);

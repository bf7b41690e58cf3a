/** Plays Cloudflare in a thread of its own: the test's is blocked while the CLI runs. */
import { parentPort, workerData } from "node:worker_threads";
import { playCloudflare } from "./server.ts";

const { file, token } = workerData as { readonly file: string; readonly token: string };
const { url } = await playCloudflare(file, token);
parentPort?.postMessage(url);

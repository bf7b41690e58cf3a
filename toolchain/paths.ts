/** Folders for what the toolchain builds and runs: outside the clone, so that a second clone starts warm and `git status` stays clean. */
import { homedir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const product = "ckan-environments";

/** The root of this clone. */
export const projectRoot = fileURLToPath(new URL("..", import.meta.url));

/** May be deleted at any time: binaries, image archives, downloads. Every entry is keyed by version and recipe. */
export const cacheRoot = join(process.env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache"), product);

/** Must not be lost: the dev stack's Pulumi state, the local cluster's data, its kubeconfig. */
export const stateRoot = join(process.env["XDG_STATE_HOME"] ?? join(homedir(), ".local", "state"), product);

/** A lock that runs one command at a time. */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { print } from "../toolchain/steps.ts";
import { identity, runningProcess } from "./processes.ts";
import { sleep } from "./wait.ts";

/** Runs `action` while holding the lock; waits for a live holder and takes over the lock of a dead one. */
export async function withLock<T>(path: string, action: () => Promise<T>): Promise<T> {
  mkdirSync(dirname(path), { recursive: true });
  for (let told = false; !tryLock(path); await sleep(200)) {
    if (!told) print("Another command works on the local cluster: waiting for it");
    told = true;
  }
  try {
    return await action();
  } finally {
    rmSync(path, { force: true });
  }
}

function tryLock(path: string): boolean {
  try {
    writeFileSync(path, identity(process.pid) ?? "", { flag: "wx" });
    return true;
  } catch {
    if (!isAlive(path)) rmSync(path, { force: true });
    return false;
  }
}

function isAlive(path: string): boolean {
  try {
    const holder = readFileSync(path, "utf8");
    // The file is empty between creation and writing, so its holder is alive.
    return holder === "" || runningProcess(holder) !== undefined;
  } catch {
    return true; // released meanwhile: the next attempt takes it
  }
}

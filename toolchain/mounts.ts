/** Mounts that a program left behind in one of our folders. They would prevent the folder's deletion. */
import { readFileSync } from "node:fs";
import { tryRun } from "./process.ts";

/** Unmounts everything below the folder, newest first. Does nothing outside Linux. */
export async function unmountBelow(folder: string): Promise<void> {
  if (process.platform !== "linux") return;
  const targets = readFileSync("/proc/mounts", "utf8")
    .split("\n")
    .map((line) => (line.split(" ")[1] ?? "").replaceAll("\\040", " "))
    .filter((target) => target.startsWith(`${folder}/`));
  for (const target of targets.reverse()) await tryRun("umount", ["--lazy", target]);
}

/** Mounts that a program left behind below a folder of ours: with them the folder could not even be deleted. */
import { readFileSync } from "node:fs";
import { tryRun } from "./process.ts";

/** Lets go of every mount below the folder, the newest first. Elsewhere than on Linux there are none. */
export async function unmountBelow(folder: string): Promise<void> {
  if (process.platform !== "linux") return;
  const targets = readFileSync("/proc/mounts", "utf8")
    .split("\n")
    .map((line) => (line.split(" ")[1] ?? "").replaceAll("\\040", " "))
    .filter((target) => target.startsWith(`${folder}/`));
  for (const target of targets.reverse()) await tryRun("umount", ["--lazy", target]);
}

/** Rules of GKE Autopilot, checked before it refuses a pod. */

import type { Mistake } from "../../config/mistakes.ts";
import { quantityValue } from "../../config/values.ts";
import { Platform } from "../environment/platform.ts";
import { mostDisk } from "../kubernetes/autopilot.ts";
import type { StackSettings } from "./settings.ts";

interface Sized {
  readonly resources: { readonly limits: { readonly "ephemeral-storage": string } };
}

/** Autopilot reserves the disk of a pod's containers in full, and limits their sum. */
export function autopilotMistakes(
  instance: StackSettings,
  platform: unknown,
  at: (key: string) => string,
): readonly Mistake[] {
  if (platform !== Platform.Autopilot) return [];
  const { web, workers, ...parts } = instance;
  const single = (["datapusher", "database", "search", "queue", "files"] as const).map((part) => [part, parts[part]]);
  const groups = Object.entries(workers).map(([group, settings]) => [`workers.${group}`, settings] as const);
  const pods = [...single, ...groups].flatMap(([key, part]) => (isSized(part) ? [[String(key), [part]] as const] : []));
  return [["web.nginx", [web.nginx, web]] as const, ...pods].flatMap(([key, containers]) => {
    const disk = containers.map(({ resources }) => resources.limits["ephemeral-storage"]);
    if (disk.reduce((sum, quantity) => sum + quantityValue(quantity), 0) <= mostDisk) return [];
    const beside = disk.length === 1 ? "" : `, together with ${disk.slice(1).join()} of web.resources`;
    const expected = `expected at most 10Gi${beside}: Autopilot gives a pod no more disk`;
    return [{ key: at(`${key}.resources.limits.ephemeral-storage`), expected, found: disk[0] }];
  });
}

function isSized(part: unknown): part is Sized {
  return typeof part === "object" && part !== null && "resources" in part;
}

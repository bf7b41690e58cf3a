/** The settings of a site that a program declares, checked as those of a stack file are. */
import { checkedAmong } from "../../config/arguments.ts";
import { ArgumentsError } from "../../config/mistakes.ts";
import { Platform } from "../environment/platform.ts";
import { PodUser } from "../kubernetes/pod.ts";
import type { CkanStackArgs } from "./arguments.ts";
import { siteMistakes } from "./checks.ts";
import { type StackSettings, stackSettings } from "./settings.ts";

/** @throws ArgumentsError with every mistake, before anything is declared */
export function checkedSite(name: string, args: CkanStackArgs): StackSettings {
  const settings = checkedAmong(stackSettings, args, name);
  const mistakes = siteMistakes(args.credentials.instance, settings, platformOf(args), (key) => key);
  if (mistakes.length > 0) throw new ArgumentsError(name, mistakes);
  return settings;
}

function platformOf({ autopilot, podUser }: CkanStackArgs): Platform {
  if (autopilot) return Platform.Autopilot;
  return podUser === PodUser.Assigned ? Platform.OpenShift : Platform.Kubernetes;
}

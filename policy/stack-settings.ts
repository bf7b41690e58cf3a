/** What the pack takes from the configuration of the stack that it judges. */
import { type ReadExceptions, readExceptions } from "./exceptions.ts";
import { read } from "./values.ts";

export interface StackSettings extends ReadExceptions {
  readonly protection: string | undefined;
  readonly zone: string | undefined;
}

/** `all` holds every key with its namespace, and objects as JSON, as Pulumi hands configuration over. */
export function readStackSettings(all: Readonly<Record<string, string>>, project: string): StackSettings {
  const zone = read(parsed(all[`${project}:cloudflare`]), "zone");
  return {
    ...readExceptions(parsed(all[`${project}:policyExceptions`])),
    protection: all[`${project}:protection`],
    zone: typeof zone === "string" ? zone : undefined,
  };
}

/** Text that is no JSON stands for itself, and is then no list. */
function parsed(text: string | undefined): unknown {
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** Settings that the pack reads from the configuration of the checked stack. */
import { type ReadExceptions, readExceptions } from "./exceptions.ts";
import { read } from "./values.ts";

export interface StackSettings extends ReadExceptions {
  readonly protection: string | undefined;
  readonly zone: string | undefined;
}

/** `all` has fully qualified keys and objects as JSON, as Pulumi passes configuration to a pack. */
export function readStackSettings(all: Readonly<Record<string, string>>, project: string): StackSettings {
  const zone = read(parsed(all[`${project}:cloudflare`]), "zone");
  return {
    ...readExceptions(parsed(all[`${project}:policyExceptions`])),
    protection: all[`${project}:protection`],
    zone: typeof zone === "string" ? zone : undefined,
  };
}

/** Text that is not JSON stays as it is, and is later rejected because it is not a list. */
function parsed(text: string | undefined): unknown {
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

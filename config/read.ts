/** What a stack file says, before anybody has checked it. */
import * as pulumi from "@pulumi/pulumi";

/** Every key of this namespace with its value: those that are `structured` parsed, scalars as they stand. */
export function readStackFile(config: pulumi.Config, structured: readonly string[]): Readonly<Record<string, unknown>> {
  const prefix = `${config.name}:`;
  const keys = Object.keys(pulumi.runtime.allConfig()).filter((key) => key.startsWith(prefix));
  return Object.fromEntries(
    keys.sort().map((key) => {
      const name = key.slice(prefix.length);
      return [name, structured.includes(name) ? structuredValue(config.get(name)) : config.get(name)];
    }),
  );
}

/** Pulumi hands objects over as JSON and scalars as plain text, which may begin like JSON: a schema says what it expects then. */
function structuredValue(text: string | undefined): unknown {
  if (text === undefined || !/^[[{]/.test(text)) return text;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

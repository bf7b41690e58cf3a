/** Reads a stack file without checking it. */
import * as pulumi from "@pulumi/pulumi";

/** Every key of this namespace with its value: `structured` ones are parsed, scalars stay text. */
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

/** Pulumi gives objects as JSON and scalars as plain text. Text that only begins like JSON is left to the schema to refuse. */
function structuredValue(text: string | undefined): unknown {
  if (text === undefined || !/^[[{]/.test(text)) return text;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** docs/configuration.md: every setting of a stack file with its meaning and default, from the schema itself. */
import { z } from "zod";
import { isObject } from "./merge.ts";

type Schema = Readonly<Record<string, unknown>>;

export function configurationReference(stackFile: z.ZodType): string {
  const schema = z.toJSONSchema(stackFile, { io: "input", unrepresentable: "any" });
  const { instances, defaults: _, ...environment } = (schema.properties ?? {}) as Record<string, Schema>;
  const instance = instances?.["additionalProperties"] as Schema;
  return `${introduction}
## The environment

${table(Object.entries(environment).flatMap(([key, part]) => rows(`ckan:${key}`, part, "")))}

## An instance

Keys below \`ckan:instances.<name>\` and \`ckan:defaults\`.

${table(rows("", instance, ""))}
`;
}

const introduction = `# Settings of a stack file

Written by \`npm run schema\` from the schema that the program parses with; do not edit.

- \`ckan:instances.<name>\` lies over \`ckan:defaults\`, key by key. Lists are replaced as a whole, and so is a part whose \`kind\`
  differs from the default's. \`scaling\` and \`replicas\` replace each other.
- Every mistake of a file is reported at once, with its key, what was found and what to write, before anything is created.
- Unknown keys are mistakes.
- \`ckan:rootSecret\` is the one secret that every password and key is derived from, and \`ckan:previousRootSecret\` the one before it, for the
  one \`up\` that changes them all. Secrets of servers that exist already are
  keys of their own, named by the settings that end in \`From\`.
`;

interface Row {
  readonly key: string;
  readonly kind: string;
  readonly schema: Schema;
}

function rows(key: string, schema: Schema, kind: string): readonly Row[] {
  const variants = schema["oneOf"] ?? schema["anyOf"];
  if (Array.isArray(variants) && variants.some((variant) => isObject(variant["properties"]))) {
    const kinds = { description: "Which kind of part", enum: variants.map(kindOf) };
    const named = variants.flatMap((variant: Schema) => rows(key, variant, kindOf(variant)));
    return [{ key: `${key}.kind`, kind: "", schema: kinds }, ...named];
  }
  const named = schema["additionalProperties"];
  if (isObject(named) && isObject(named["properties"])) return rows(`${key}.<name>`, named, kind);
  const properties = schema["properties"];
  if (!isObject(properties)) return [{ key, kind, schema }];
  return Object.entries(properties)
    .filter(([name, property]) => name !== "kind" && (property as Schema)["not"] === undefined)
    .flatMap(([name, property]) => rows(key === "" ? name : `${key}.${name}`, property as Schema, kind));
}

function kindOf(variant: Schema): string {
  const properties = variant["properties"] as Readonly<Record<string, Schema>> | undefined;
  return String(properties?.["kind"]?.["const"] ?? "");
}

function table(lines: readonly Row[]): string {
  const cells = lines.map(({ key, kind, schema }) => {
    const fallback = schema["default"] === undefined ? "" : `\`${JSON.stringify(schema["default"])}\``;
    return `| \`${key}\` | ${kind === "" ? "" : `\`${kind}\``} | ${meaning(schema)} | ${fallback} |`;
  });
  return ["| key | only with kind | meaning | default |", "|---|---|---|---|", ...cells].join("\n");
}

function meaning(schema: Schema): string {
  const choices = schema["enum"];
  const text = String(schema["description"] ?? "").replaceAll("|", "\\|");
  return Array.isArray(choices)
    ? `${text === "" ? "" : `${text}. `}One of ${choices.map((choice) => `\`${choice}\``).join(", ")}`
    : text;
}

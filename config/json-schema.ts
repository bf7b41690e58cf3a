/** The JSON Schema of a stack file, made from the schema that the program parses with. */
import { z } from "zod";
import { isObject } from "./merge.ts";

/** Keys that are not `structured` hold secrets that settings name. */
export function stackJsonSchema(
  stackFile: z.ZodType,
  structured: readonly string[],
): Readonly<Record<string, unknown>> {
  const { $schema, properties, ...rest } = z.toJSONSchema(stackFile, { io: "input", unrepresentable: "any" });
  const settings = Object.entries(properties ?? {}).map(([key, schema]) => [`ckan:${key}`, partial(schema)]);
  const secret = {
    description: "A secret: pulumi config set --secret",
    anyOf: [{ type: "string" }, { type: "object", properties: { secure: { type: "string" } }, required: ["secure"] }],
  };
  return {
    $schema,
    title: "Stack file of a CKAN environment",
    type: rest.type,
    properties: {
      config: {
        type: "object",
        properties: { "ckan:rootSecret": secret, "ckan:previousRootSecret": secret, ...Object.fromEntries(settings) },
        // Secrets that settings name are scalar keys of the user's choice.
        patternProperties: { [secretKeyPattern(structured)]: secret, "^(?!ckan:)": {} },
        additionalProperties: false,
        required: ["ckan:cluster", "ckan:instances"],
      },
      encryptionsalt: { type: "string" },
      encryptedkey: { type: "string" },
      secretsprovider: { type: "string" },
      environment: {},
    },
    additionalProperties: false,
  };
}

/** `patternProperties` also applies to keys in `properties`, hence the exceptions. */
const secretKeyPattern = (structured: readonly string[]) =>
  `^ckan:(?!(?:${structured.join("|")})$)[a-zA-Z][a-zA-Z0-9]*$`;

/** Without `required`: an instance may omit what the defaults set, and the other way round. */
function partial(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(partial);
  if (!isObject(schema)) return schema;
  const { required, ...rest } = schema;
  // `kind` tells the variants of a part apart.
  const kept = Array.isArray(required) && required.includes("kind") ? { required: ["kind"] } : {};
  return { ...Object.fromEntries(Object.entries(rest).map(([key, value]) => [key, partial(value)])), ...kept };
}

/** kubeconform: validates every field of every object against the schemas of this Kubernetes version. */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { parseAllDocuments } from "yaml";
import { z } from "zod";
import { readJson, scannerOutput } from "../output.ts";
import { type CustomDefinition, customSchemas, jsonSchemas, schemaFileTemplate } from "../schemas.ts";
import { type Result, result, type Scanner } from "./scanner.ts";

/** `schemas` is a folder that this function fills, from Kubernetes' `swagger` and from CRD files. */
export function kubeconform(
  program: string,
  swagger: string,
  definitions: readonly string[],
  schemas: string,
): Scanner {
  mkdirSync(schemas);
  const custom = definitions.flatMap((file) =>
    parseAllDocuments(readFileSync(file, "utf8")).map((document) => document.toJS() as CustomDefinition),
  );
  const all = [...jsonSchemas(JSON.parse(readFileSync(swagger, "utf8"))), ...customSchemas(custom)];
  for (const [file, content] of all) writeFileSync(join(schemas, file), JSON.stringify(content));
  const options = ["-strict", "-verbose", "-output=json", `-schema-location=${join(schemas, schemaFileTemplate)}`];
  return {
    name: "kubeconform",
    looksAt: "everything",
    scan: async ({ folder, files }) =>
      readKubeconform(await scannerOutput(program, [...options, ...files.map((file) => join(folder, file))])),
  };
}

const schema = z.object({
  resources: z.array(z.object({ filename: z.string(), kind: z.string(), status: z.string(), msg: z.string() })),
});

export function readKubeconform(output: string): Result {
  const { resources } = readJson("kubeconform", schema, output);
  const invalid = resources.filter(({ status }) => status !== "statusValid");
  return result(
    resources.map(({ filename }) => basename(filename)),
    resources.length - invalid.length,
    invalid.map(({ filename, status, msg }) => ({
      check: status.replace("status", "").toLowerCase(),
      file: basename(filename),
      // The prefix is the same for all and contains a temporary file's name.
      message: msg.replace(/^problem validating schema.*?#' - /, ""),
    })),
  );
}

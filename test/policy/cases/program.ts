/** Declares what the file says that `ckan:declarations` names: a program of another team, for the policy pack to judge. */
import { readFileSync } from "node:fs";
import * as pulumi from "@pulumi/pulumi";
import { type Declaration, inEnvelope, type Settings } from "./objects.ts";

const { declarations, outputs: plainOutputs }: { declarations: Declaration[]; outputs: Settings } = JSON.parse(
  readFileSync(new pulumi.Config("ckan").require("declarations"), "utf8"),
);

class Declared extends pulumi.CustomResource {}

/** The value with secrets as Pulumi's programs keep them. */
function kept(value: unknown): unknown {
  const hidden = inEnvelope(value);
  if (hidden !== undefined) return pulumi.secret(hidden.value);
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(kept);
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, kept(item)]));
}

for (const { type, name, properties, protect = false } of declarations) {
  new Declared(type, name, kept(properties) as pulumi.Inputs, { protect });
}

export const outputs = kept(plainOutputs);

/** The contract as JSON Schema, for who reads outputs without TypeScript. */
import { z } from "zod";
import { environmentDocument } from "./contract.ts";

export type Schema = Readonly<Record<string, unknown>>;

/** Readers must take fields that they do not know: a field that is added is no new version. */
export function contractSchema(): Schema {
  return z.toJSONSchema(environmentDocument, { io: "input" }) as Schema;
}

/** The contract as JSON Schema, for consumers without TypeScript. */
import { z } from "zod";
import { environmentDocument } from "./contract.ts";

export type Schema = Readonly<Record<string, unknown>>;

/** Readers must accept unknown fields: an added field does not raise the version. */
export function contractSchema(): Schema {
  return z.toJSONSchema(environmentDocument, { io: "input" }) as Schema;
}

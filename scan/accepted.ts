/** Reads accepted.yaml. */
import { readFileSync } from "node:fs";
import { parse } from "yaml";
import { z } from "zod";
import type { Accepted } from "./findings.ts";

const list = z.array(z.string()).min(1).optional();

const schema = z.array(
  z.strictObject({
    scanner: z.string(),
    check: z.string(),
    parts: list,
    stacks: list,
    reason: z.string().min(20, "expected a reason that a stranger can follow"),
  }),
);

export function parseAccepted(text: string): readonly Accepted[] {
  return schema.parse(parse(text));
}

export function readAccepted(): readonly Accepted[] {
  return parseAccepted(readFileSync(new URL("accepted.yaml", import.meta.url), "utf8"));
}

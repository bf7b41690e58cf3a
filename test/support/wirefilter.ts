/** Cloudflare's own engine for expressions of rules: whether it reads them, and what they ask for. */
import { spawnSync } from "node:child_process";
import { ensurePythonProgram } from "../../toolchain/python.ts";
import { wirefilterVersion } from "../../toolchain/versions.ts";

export interface Read {
  /** What it does not like. */
  readonly error?: string;
  readonly fields: readonly string[];
}

const program = `import json, sys
from octorules_wirefilter import parse_expression
json.dump([parse_expression(expression) for expression in json.load(sys.stdin)], sys.stdout)
`;

/** Each expression as the engine reads it. */
export async function readExpressions(expressions: readonly string[]): Promise<readonly Read[]> {
  const python = await ensurePythonProgram({ name: "wirefilter", version: wirefilterVersion, cost: "10 seconds" });
  const { status, stdout, stderr } = spawnSync(python, ["-I", "-c", program], {
    input: JSON.stringify(expressions),
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout) as readonly Read[];
}

/** The dev stack with other settings than its file has, which stays as it is. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse, stringify } from "yaml";
import { deepMerge } from "../../../config/merge.ts";
import { pulumi, type Result } from "../../e2e/support/commands.ts";

const file = parse(readFileSync(new URL("../../../Pulumi.dev.yaml", import.meta.url), "utf8"));

/** What the site's credentials are derived from. */
export const rootSecret: string = file.config["ckan:rootSecret"];

/** `pulumi up` with these settings over the file's `ckan:defaults`. */
export function up(settings: object = {}): Result {
  const defaults = deepMerge(file.config["ckan:defaults"], settings);
  const folder = mkdtempSync(join(tmpdir(), "ckan-stack-"));
  try {
    const path = join(folder, "Pulumi.dev.yaml");
    writeFileSync(path, stringify({ ...file, config: { ...file.config, "ckan:defaults": defaults } }));
    return pulumi("up", "--yes", "--skip-preview", "--config-file", path);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

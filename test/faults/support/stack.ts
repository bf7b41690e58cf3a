/** The dev stack with other settings than its file has, which stays as it is. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse, stringify } from "yaml";
import { deepMerge } from "../../../config/merge.ts";
import { pulumi, type Result, run, succeed } from "../../e2e/support/commands.ts";

const file = parse(readFileSync(new URL("../../../Pulumi.dev.yaml", import.meta.url), "utf8"));

/** What the stack file says of every site. */
export const stackDefaults: Readonly<Record<"database" | "files", { readonly image: string }>> =
  file.config["ckan:defaults"];

/** The stack file's sites. */
export const instances: Readonly<Record<string, object>> = file.config["ckan:instances"];

/** What the site's credentials are derived from. */
export const rootSecret: string = file.config["ckan:rootSecret"];

/** `pulumi up` with these settings over the file's `ckan:defaults`. */
export function up(settings: object = {}): Result {
  return upWith({ "ckan:defaults": deepMerge(file.config["ckan:defaults"], settings) });
}

/** `pulumi up` with these keys in place of the file's, or beside them, and these secrets. */
export function upWith(config: object, secrets: Readonly<Record<string, string>> = {}): Result {
  return withFile(config, secrets, (path) => pulumi("up", "--yes", "--skip-preview", "--config-file", path));
}

/** `npm run preflight` with these keys and secrets. */
export function preflightWith(config: object, secrets: Readonly<Record<string, string>>): Result {
  return withFile(config, secrets, (path) =>
    run("npm", ["run", "--silent", "preflight", "--", "dev", "--config-file", path]),
  );
}

function withFile(config: object, secrets: Readonly<Record<string, string>>, use: (path: string) => Result): Result {
  const folder = mkdtempSync(join(tmpdir(), "ckan-stack-"));
  try {
    const path = join(folder, "Pulumi.dev.yaml");
    writeFileSync(path, stringify({ ...file, config: { ...file.config, ...config } }));
    for (const [name, value] of Object.entries(secrets))
      succeed(pulumi("config", "set", "--secret", `ckan:${name}`, value, "--config-file", path));
    return use(path);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The project in which the CLI runs a test's program. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parse, stringify } from "yaml";
import type { ProviderPlugin } from "./provider-plugins.ts";

const root = fileURLToPath(new URL("../../..", import.meta.url));

/** The product's project file with a program, in a folder that has no stack file but the test's; `plugins` by their names. */
export function writeProject(folder: string, plugins: ReadonlyMap<string, ProviderPlugin>, program: string): void {
  const project = parse(readFileSync(join(root, "Pulumi.yaml"), "utf8"));
  const providers = [...plugins].map(([name, { path }]) => ({ name, path }));
  // What the product preloads lies beside its own program only.
  const ownRuntime = program === "index.ts" ? {} : { runtime: { name: "nodejs", options: { typescript: false } } };
  const found = providers.length === 0 ? {} : { plugins: { providers } };
  writeFileSync(
    join(folder, "Pulumi.yaml"),
    stringify({ ...project, ...ownRuntime, main: join(root, program), ...found }),
  );
}

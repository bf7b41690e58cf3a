/** Stack files of the sizes that are measured, made of the committed ones. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { projectRoot } from "../../toolchain/paths.ts";

/** What a stack file holds below `config:`. */
export type Config = Readonly<Record<string, unknown>>;

/** A secret of the length that the documentation recommends. */
export const rootSecret = "bench0bench1bench2bench3bench4bench5bench6bench7bench8bench9bench";

/** The committed file of a stack. */
export function committed(stack: string): Config {
  return parse(readFileSync(join(projectRoot, `Pulumi.${stack}.yaml`), "utf8")).config;
}

/** The stack file with `count` sites like its one site; node ports count up from `firstNodePort`. */
export function withInstances(config: Config, count: number, firstNodePort = 30500): Config {
  const [instance = {}] = Object.values(config["ckan:instances"] as Readonly<Record<string, Config>>);
  const hasNodePort = JSON.stringify(instance["exposure"]).includes("node-port");
  const exposure = (index: number) =>
    hasNodePort ? { exposure: { kind: "node-port", nodePort: firstNodePort + index } } : {};
  const instances = Array.from({ length: count }, (_, index) => [`site-${index}`, { ...instance, ...exposure(index) }]);
  return { ...config, "ckan:instances": Object.fromEntries(instances) };
}

/** The stack file for a control plane of the benchmark: nothing of it is worth keeping. */
export function disposable(config: Config): Config {
  return {
    ...config,
    "ckan:cluster": { platform: "kubernetes", context: "ckan-local" },
    "ckan:protection": "disposable",
    "ckan:rootSecret": rootSecret,
  };
}

/**
 * The same site where neither services nor operators are: databases, files and the way to the site as the dev stack has them, and
 * workers that their processors scale. Everything else stays as it is in the file.
 */
export function selfContained(config: Config): Config {
  const { "ckan:cloudflare": _, ...rest } = config;
  const defaults = config["ckan:defaults"] as Record<string, Config>;
  const instances = config["ckan:instances"] as Readonly<Record<string, Config>>;
  const { database, files } = committed("dev")["ckan:defaults"] as Record<string, Config>;
  const { default: workers = {} } = (defaults["workers"] ?? {}) as Record<string, Config>;
  const scaling =
    workers["scaling"] === undefined ? {} : { scaling: { kind: "hpa", minimum: 1, maximum: 6, cpuPercent: 70 } };
  return {
    ...rest,
    "ckan:defaults": { ...defaults, database, files, workers: { default: { ...workers, ...scaling } } },
    "ckan:instances": Object.fromEntries(
      Object.entries(instances).map(([name, { dns, ...site }]) => [
        name,
        dns === undefined ? site : { ...site, exposure: { kind: "none" } },
      ]),
    ),
  };
}

/** What goes into the stack file in plain text. */
export function withoutRootSecret({ "ckan:rootSecret": _, ...rest }: Config): Config {
  return rest;
}

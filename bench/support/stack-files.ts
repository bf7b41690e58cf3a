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

/** What goes into the stack file in plain text. */
export function withoutRootSecret({ "ckan:rootSecret": _, ...rest }: Config): Config {
  return rest;
}

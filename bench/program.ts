/** What the program itself costs, without an engine: time, memory, growth with the number of sites. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { print } from "../toolchain/steps.ts";
import { measure, type Usage } from "./support/program.ts";
import type { Section } from "./support/report.ts";
import { committed, rootSecret, withInstances } from "./support/stack-files.ts";
import { median } from "./support/statistics.ts";

const rounds = 9;
const counts = [1, 5, 10, 50];
const nothing = fileURLToPath(new URL("support/nothing.ts", import.meta.url));
const synthesize = fileURLToPath(new URL("support/synthesize.ts", import.meta.url));

export async function program(): Promise<Section> {
  const folder = mkdtempSync(join(tmpdir(), "ckan-bench-"));
  try {
    const sizes = counts.map((count) => {
      const file = join(folder, `${count}.json`);
      writeFileSync(file, JSON.stringify(withInstances(committed("dev"), count)));
      return { count, args: [file, "dev"] };
    });
    // As it is committed, with the services at Google and Cloudflare, whose SDKs it loads.
    const prodFile = join(folder, "prod.json");
    writeFileSync(prodFile, JSON.stringify({ ...committed("prod"), "ckan:rootSecret": rootSecret }));
    const prod: Usage[] = [];
    const empty: Usage[] = [];
    const usages = new Map<number, Usage[]>(counts.map((count) => [count, []]));
    for (let round = 0; round < rounds; round += 1) {
      print(`Round ${round + 1} of ${rounds}`);
      empty.push(await measure(nothing));
      prod.push(await measure(synthesize, [prodFile, "prod"]));
      for (const { count, args } of sizes) usages.get(count)?.push(await measure(synthesize, args));
    }
    return section(empty, prod, usages);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function section(
  empty: readonly Usage[],
  prod: readonly Usage[],
  usages: ReadonlyMap<number, readonly Usage[]>,
): Section {
  const middle = (list: readonly Usage[], key: keyof Usage) => median(list.map((usage) => usage[key]));
  const row = (name: string, list: readonly Usage[]) => [
    name,
    ...(["seconds", "processor", "megabytes"] as const).map((key) => middle(list, key)),
  ];
  const of = (count: number) => usages.get(count) ?? [];
  // One site's share of what the program costs beyond the first one.
  const share = (count: number, key: keyof Usage = "seconds") =>
    (middle(of(count), key) - middle(of(1), key)) / (count - 1);
  const rows = counts.map((count) => [
    ...row(count === 1 ? "dev stack, 1 site" : `${count} sites`, of(count)),
    count === 1 ? "" : share(count) * 1000,
  ]);
  return {
    title: "The program",
    method: `index.ts in a process of its own, with the options that Pulumi.yaml gives Node.js: it registers everything and nobody listens, so no engine, provider or cluster is in these figures. From the start of the process to its end; medians of ${rounds} runs. The first row is a program that only loads Pulumi and its Kubernetes SDK.`,
    columns: ["program", "seconds", "processor seconds", "MB", "ms for each further site"],
    rows: [[...row("loads the SDKs only", empty), ""], [...row("prod stack", prod), ""], ...rows],
    limits: [
      { what: "dev stack, seconds", value: middle(of(1), "seconds"), atMost: 0.8 },
      { what: "dev stack, MB", value: middle(of(1), "megabytes"), atMost: 200 },
      { what: "prod stack, seconds", value: middle(prod, "seconds"), atMost: 1 },
      { what: "a further site at 50 against one at 5, ratio", value: share(50) / share(5), atMost: 1.2 },
      {
        what: "a further site's memory at 50 against one at 5, ratio",
        value: share(50, "megabytes") / share(5, "megabytes"),
        atMost: 1.2,
      },
    ],
  };
}

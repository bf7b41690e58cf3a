/** What the review report of a large preview costs: time and memory, and how both grow with the number of objects. */
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { projectRoot } from "../toolchain/paths.ts";
import { print } from "../toolchain/steps.ts";
import { measure, type Usage } from "./support/program.ts";
import type { Section } from "./support/report.ts";
import { median } from "./support/statistics.ts";

const rounds = 9;
const counts = [0, 500, 1000, 2000];
const program = join(projectRoot, "review", "main.ts");
/** An upgrade: all that has pods moves, everything else gets another label. */
const recorded = join(projectRoot, "test", "review", "previews", "production", "ckan-upgrade.json");

interface Size {
  readonly count: number;
  readonly megabytes: number;
  readonly args: readonly string[];
}

export async function reviewReport(): Promise<Section> {
  const folder = mkdtempSync(join(tmpdir(), "ckan-bench-"));
  try {
    const sizes = counts.map((count): Size => {
      const file = join(folder, `${count}.json`);
      writeFileSync(file, JSON.stringify(previewOf(count), null, 4));
      const outputs = ["--markdown", join(folder, "report.md"), "--json", join(folder, "report.json")];
      return { count, megabytes: statSync(file).size / 1e6, args: ["--from", `prod=${file}`, ...outputs] };
    });
    const usages = new Map<number, Usage[]>(counts.map((count) => [count, []]));
    for (let round = 0; round < rounds; round += 1) {
      print(`Round ${round + 1} of ${rounds}`);
      for (const { count, args } of sizes) usages.get(count)?.push(await measure(program, args));
    }
    return section(sizes, usages);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

interface State {
  readonly inputs?: Readonly<Record<string, unknown>>;
}

interface Step {
  readonly op: string;
  readonly urn: string;
  readonly oldState?: State;
  readonly newState?: State;
}

/** So many updates, in the shape and with the weight of the engine's: outputs and source positions as well. */
function previewOf(count: number): object {
  const { config, steps } = JSON.parse(readFileSync(recorded, "utf8")) as { config: object; steps: readonly Step[] };
  const changed = steps.filter(({ op }) => op !== "same").map(whole);
  const sites = Array.from({ length: Math.ceil(count / changed.length) }, (_, index) =>
    JSON.parse(JSON.stringify(changed).replaceAll("opendata", `site${index}`)),
  );
  return { config, steps: sites.flat().slice(0, count), duration: 1, changeSummary: { update: count } };
}

function whole({ oldState, newState, ...step }: Step): object {
  return { ...step, oldState: withOutputs(oldState), newState: withOutputs(newState), detailedDiff: null };
}

/** The provider's answer holds the inputs twice: 45 kB an object in all, as in the recorded previews before they were reduced. */
function withOutputs(state: State = {}): object {
  const { inputs = {} } = state;
  const position = { sourcePosition: "project:///components/ckan-web.ts#83,17" };
  return { ...state, outputs: { ...inputs, __inputs: inputs }, stackTrace: Array(8).fill(position) };
}

function section(sizes: readonly Size[], usages: ReadonlyMap<number, readonly Usage[]>): Section {
  const middle = (count: number, key: keyof Usage) => median((usages.get(count) ?? []).map((usage) => usage[key]));
  // What one more object takes beyond the number before.
  const share = (count: number, before: number, key: keyof Usage) =>
    (middle(count, key) - middle(before, key)) / (count - before);
  const rows = sizes.map(({ count, megabytes }) => [
    `${count}`,
    megabytes,
    middle(count, "seconds"),
    middle(count, "processor"),
    middle(count, "megabytes"),
    count === 0 ? "" : share(count, 0, "megabytes") * 1000,
  ]);
  return {
    title: "The review report of a large preview",
    method: `\`review/main.ts --from\` in a process of its own, from its start to its end, with Markdown and JSON written; medians of ${rounds} runs. The preview is a recorded one of an upgrade of CKAN, repeated site by site until it has so many objects, each of which is updated, with outputs and source positions as the engine prints them. The preview itself is not in these figures.`,
    columns: ["objects", "preview, MB", "seconds", "processor seconds", "MB", "kB for each object"],
    rows,
    limits: [
      { what: "report of 2,000 objects, seconds", value: middle(2000, "seconds"), atMost: 1 },
      {
        what: "an object's memory at 2,000 against one's at 500, ratio",
        value: share(2000, 0, "megabytes") / share(500, 0, "megabytes"),
        atMost: 1.2,
      },
    ],
  };
}

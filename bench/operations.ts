/** What components and configuration cost: Pulumi's operations on our program against a flat one with the very same objects. */
import { declareProgram } from "../render/stack.ts";
import { stackConfiguration } from "../render/stack-file.ts";
import { synthesize } from "../render/synthesize.ts";
import { print } from "../toolchain/steps.ts";
import { flatProgram } from "./support/flat.ts";
import { Harness, type Operation, type Project } from "./support/harness.ts";
import type { Limit, Section } from "./support/report.ts";
import { type Config, committed, disposable, selfContained, withInstances } from "./support/stack-files.ts";
import { inTurn, median, medianRatio } from "./support/statistics.ts";

interface Size {
  readonly name: string;
  readonly stack: string;
  readonly sites: number;
  /** Whole lives, from the first preview to the destruction. */
  readonly lives: number;
  /** In each life, how often what changes nothing is repeated. */
  readonly repetitions: number;
  /** Whether Pulumi writes the state after each step, as it does by default. */
  readonly checkpoints: boolean;
}

// A site of the dev stack has 39 objects.
const sizesOfStacks: readonly Size[] = [
  { name: "dev", stack: "dev", sites: 1, lives: 2, repetitions: 3, checkpoints: true },
  { name: "prod", stack: "prod", sites: 1, lives: 2, repetitions: 3, checkpoints: true },
];
const thousand: readonly Size[] = [
  { name: "1,000 objects", stack: "dev", sites: 26, lives: 1, repetitions: 3, checkpoints: false },
];

/** Operations in the order of a life. */
const operations = {
  "first preview": { command: ["preview"], repeatable: true, atMost: 1.15 },
  up: { command: ["up", "--yes", "--skip-preview"], repeatable: false, atMost: 1.15 },
  "preview without a change": { command: ["preview", "--expect-no-changes"], repeatable: true, atMost: 1.1 },
  refresh: { command: ["refresh", "--yes", "--skip-preview"], repeatable: true, atMost: 1.15 },
  destroy: { command: ["destroy", "--yes", "--skip-preview"], repeatable: false, atMost: 1.15 },
} as const;

type Name = keyof typeof operations;
type Sides = { readonly ours: Operation[]; readonly theirs: Operation[] };
type Measured = ReadonlyMap<Name, Sides>;

export function operationsAgainstFlat(): Promise<Section> {
  return measureSizes("Operations against a flat program", sizesOfStacks);
}

/** Takes half an hour. */
export function operationsOfThousand(): Promise<Section> {
  return measureSizes("Operations on 1,000 objects against a flat program", thousand);
}

async function measureSizes(title: string, sizes: readonly Size[]): Promise<Section> {
  const harness = await Harness.start();
  try {
    const results: [Size, number, Measured][] = [];
    for (const size of sizes) results.push([size, ...(await measureSize(harness, size))]);
    return section(title, results);
  } finally {
    await harness.stop();
  }
}

async function measureSize(harness: Harness, size: Size): Promise<[number, Measured]> {
  harness.checkpoints = size.checkpoints;
  const id = size.name.replaceAll(/[^a-z0-9]/g, "");
  const config = (firstPort: number) =>
    disposable(selfContained(withInstances(committed(size.stack), size.sites, firstPort)));
  const ours = harness.ours(`ours${id}`, config(30000));
  // Another stack's name gives other namespaces, so that both can be up at once.
  const { objects, text } = await flat(`flat${id}`, config(30500));
  const theirs = harness.flat(`flat${id}`, text, config(30500));
  const measured: Measured = new Map(keys().map((name) => [name, { ours: [], theirs: [] }]));
  for (let life = 0; life < size.lives; life += 1) {
    harness.addVolumes(size.sites * 8);
    for (const name of keys()) {
      const rounds = operations[name].repeatable ? size.repetitions : 1;
      // The side that goes first changes from life to life.
      const sides = life % 2 === 0 ? [ours, theirs] : [theirs, ours];
      const operate = (project: Project | undefined) => () =>
        project?.operate(...operations[name].command) as Operation;
      print(`${size.name}: ${name}`);
      const turn = await inTurn(rounds, operate(sides[0]), operate(sides[1]));
      measured.get(name)?.ours.push(...(life % 2 === 0 ? turn.ours : turn.theirs));
      measured.get(name)?.theirs.push(...(life % 2 === 0 ? turn.theirs : turn.ours));
    }
  }
  return [objects, measured];
}

/** The flat program for a stack file, and how many objects it declares. */
async function flat(stack: string, config: Config): Promise<{ objects: number; text: string }> {
  const configuration = stackConfiguration(config);
  const declared = await synthesize({ project: stack, stack, configuration, declare: declareProgram });
  const text = flatProgram(declared);
  return { objects: text.match(/^const object/gm)?.length ?? 0, text };
}

function section(title: string, results: readonly [Size, number, Measured][]): Section {
  const compared = results.flatMap(([size, objects, measured]) =>
    keys().map((name) => ({ size, objects, name, ...compare(measured.get(name)) })),
  );
  const limits: Limit[] = compared.map(({ size, name, ratio }) => ({
    what: `${size.name}, ${name}, ratio`,
    value: ratio,
    atMost: operations[name].atMost,
  }));
  return {
    title,
    method:
      "Pulumi's real CLI and Kubernetes provider against a real API server whose nodes kwok plays. The flat program is generated from what ours registers: the very same objects, names, inputs and order, one statement each in one TypeScript file, without components and without reading configuration. Of a stack with services outside the cluster, everything but those is measured: its databases and files are servers of the cluster here. Seconds are medians; a ratio is the median over pairs that ran one right after the other. Processor and memory are those of the Node.js program alone. At 1,000 objects both sides run with PULUMI_SKIP_CHECKPOINTS: a folder as backend writes the whole state after each step, which would be most of the time.",
    columns: [
      "size",
      "objects",
      "operation",
      "ours, s",
      "flat, s",
      "ratio",
      "pairs",
      "program: ours, s",
      "flat, s",
      "ours, MB",
      "flat, MB",
    ],
    rows: compared.map(({ size, objects, name, ours, theirs, ratio, pairs }) => [
      size.name,
      objects,
      name,
      ours.seconds,
      theirs.seconds,
      ratio,
      pairs,
      ...(ours.processor === 0
        ? ["", "", "", ""]
        : [ours.processor, theirs.processor, ours.megabytes, theirs.megabytes]),
    ]),
    limits,
  };
}

function compare({ ours, theirs }: Sides = { ours: [], theirs: [] }) {
  const seconds = (list: readonly Operation[]) => list.map((operation) => operation.seconds);
  const middle = (list: readonly Operation[]) => ({
    seconds: median(seconds(list)),
    processor: median(list.map(({ program }) => program.processor)),
    megabytes: median(list.map(({ program }) => program.megabytes)),
  });
  const ratio = medianRatio(seconds(ours), seconds(theirs));
  return { ours: middle(ours), theirs: middle(theirs), ratio, pairs: ours.length };
}

function keys(): readonly Name[] {
  return Object.keys(operations) as Name[];
}

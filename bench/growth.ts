/** What one more site costs as the number of sites grows, on a control plane whose nodes kwok plays. */
import { print } from "../toolchain/steps.ts";
import { Harness, type Operation, type Project } from "./support/harness.ts";
import type { Section } from "./support/report.ts";
import { type Config, committed, disposable, withInstances } from "./support/stack-files.ts";
import { median } from "./support/statistics.ts";

const counts = [5, 20, 50];
const previews = 2;

interface Life {
  readonly count: number;
  readonly resources: number;
  readonly up: Operation;
  readonly unchanged: readonly Operation[];
  /** Preview and `up` after one site's queue got more memory. */
  readonly changed: readonly [Operation, Operation];
}

export async function growth(): Promise<Section> {
  const lives: Life[] = [];
  for (const count of counts) lives.push(await live(count));
  return section(lives);
}

/** A control plane for each count: what an earlier life left in etcd must not weigh on the next. */
async function live(count: number): Promise<Life> {
  const harness = await Harness.start();
  try {
    harness.checkpoints = false;
    harness.addNode();
    harness.addVolumes(count * 4);
    const config = disposable(withInstances(committed("dev"), count, 30000));
    const project = harness.ours(`sites${count}`, config);
    print(`${count} sites: up`);
    const up = project.operate("up", "--yes", "--skip-preview");
    print(`${count} sites: previews`);
    const unchanged = Array.from({ length: previews }, () => project.operate("preview", "--expect-no-changes"));
    print(`${count} sites: a change`);
    project.configure(withMoreMemory(config));
    const changed = [project.operate("preview"), project.operate("up", "--yes", "--skip-preview")] as const;
    const resources = countResources(project);
    return { count, resources, up, unchanged, changed };
  } finally {
    await harness.stop();
  }
}

/** The first site's queue gets more memory; no other site changes. */
function withMoreMemory(config: Config): Config {
  const instances = config["ckan:instances"] as Record<string, Config>;
  const queue = { kind: "in-cluster", resources: { limits: { memory: "300Mi" } } };
  return { ...config, "ckan:instances": { ...instances, "site-0": { ...instances["site-0"], queue } } };
}

function countResources(project: Project): number {
  const { deployment } = JSON.parse(project.operate("stack", "export").output);
  return deployment.resources.length;
}

function section(lives: readonly Life[]): Section {
  const perSite = (value: number, { count }: Life) => [value, value / count];
  const rows = lives.map((life) => [
    `${life.count}`,
    life.resources,
    ...perSite(life.up.seconds, life),
    ...perSite(median(life.unchanged.map(({ seconds }) => seconds)), life),
    life.changed[0].seconds,
    life.changed[1].seconds,
    median(life.unchanged.map(({ program }) => program.megabytes)),
  ]);
  return {
    title: "Many sites in one stack",
    method: `Pulumi's real CLI and Kubernetes provider against a real API server whose nodes kwok plays; with PULUMI_SKIP_CHECKPOINTS, because a folder as backend writes the whole state after each step. Seconds in all and for each site; medians of ${previews} for the preview without a change, single runs for the rest. The change gives one site's queue more memory.`,
    columns: [
      "sites",
      "resources",
      "up",
      "a site",
      "preview without a change",
      "a site",
      "preview of one site's change",
      "up of it",
      "program, MB",
    ],
    rows,
    limits: [],
  };
}

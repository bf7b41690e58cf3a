/** How long it takes to see what a stack would declare, beside Kubernetes' own tool on as many objects. */
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ensureKubernetes } from "../cluster/binaries.ts";
import { projectRoot } from "../toolchain/paths.ts";
import { run } from "../toolchain/process.ts";
import type { Section } from "./support/report.ts";
import { inTurn, median, medianRatio } from "./support/statistics.ts";

const rounds = 9;
// As `npm run render` runs it.
const ours = ["--require", "./toolchain/preload.cjs", "render/main.ts", "prod"];

export async function rendering(): Promise<Section> {
  const kubernetes = await ensureKubernetes();
  const folder = mkdtempSync(join(tmpdir(), "ckan-bench-"));
  try {
    const render = () => run(process.execPath, [...ours, folder], { cwd: projectRoot });
    await render();
    const resources = readdirSync(folder).sort();
    writeFileSync(join(folder, "kustomization.yaml"), JSON.stringify({ resources }));
    const kustomize = () => run(kubernetes, ["kubectl", "kustomize", folder]);
    const times = await inTurn(rounds, timed(render), timed(kustomize));
    return section(resources.length, times.ours, times.theirs);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function timed(action: () => Promise<unknown>): () => Promise<number> {
  return async () => {
    const begin = performance.now();
    await action();
    return (performance.now() - begin) / 1000;
  };
}

function section(objects: number, ours: readonly number[], theirs: readonly number[]): Section {
  return {
    title: "Rendering the production stack",
    method: `From the start of the process to the last file; medians of ${rounds} runs. Kustomize only reads and prints the ${objects} files that were rendered; ours makes them from the stack file.`,
    columns: ["tool", "objects", "seconds"],
    rows: [
      ["npm run render -- prod, without npm", objects, median(ours)],
      ["kubectl kustomize", objects, median(theirs)],
      ["ratio", "", medianRatio(ours, theirs)],
    ],
    limits: [{ what: "render of prod, seconds", value: median(ours), atMost: 1 }],
  };
}

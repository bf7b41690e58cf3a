/**
 * `npm run scan`: runs public scanners over every object of every stack. Every finding is fixed, or listed in accepted.yaml with a
 * reason.
 */
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse } from "yaml";
import { type KubernetesObject, renderStack } from "../render/stack.ts";
import { projectRoot } from "../toolchain/paths.ts";
import { ensureScanners } from "../toolchain/scanners.ts";
import { main } from "../toolchain/steps.ts";
import { kubernetesVersion } from "../toolchain/versions.ts";
import { readAccepted } from "./accepted.ts";
import { judge, type Report } from "./findings.ts";
import { makesPods, partOf } from "./objects.ts";
import { reportLines, verdictLines } from "./print.ts";
import { checkov } from "./scanners/checkov.ts";
import { kubeScore } from "./scanners/kube-score.ts";
import { kubeconform } from "./scanners/kubeconform.ts";
import type { Scanner } from "./scanners/scanner.ts";

await main(async () => {
  const tools = await ensureScanners();
  const folder = mkdtempSync(join(tmpdir(), "scan-"));
  try {
    const scanners = [
      kubeScore(tools.kubeScore, kubernetesVersion),
      checkov(tools.checkovPython),
      kubeconform(tools.kubeconform, tools.swagger, tools.definitions, join(folder, "schemas")),
    ];
    const rendered: Rendered[] = [];
    for (const stack of stacks()) rendered.push(await render(stack, join(folder, stack)));
    const reports = (await Promise.all(rendered.map((stack) => scan(stack, scanners)))).flat();
    const accepted = readAccepted();
    const verdict = judge(reports, accepted);
    console.log([...reportLines(reports, accepted), ...verdictLines(verdict)].join("\n"));
    if (Object.values(verdict).some((problems) => problems.length > 0)) process.exitCode = 1;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

/** Every stack with a stack file. */
function stacks(): readonly string[] {
  const names = readdirSync(projectRoot).map((name) => /^Pulumi\.(.+)\.yaml$/.exec(name)?.[1]);
  return names.filter((name) => name !== undefined).sort();
}

interface Rendered {
  readonly stack: string;
  readonly folder: string;
  /** Objects by file name. */
  readonly objects: ReadonlyMap<string, KubernetesObject>;
}

async function render(stack: string, folder: string): Promise<Rendered> {
  const texts = await renderStack(stack);
  mkdirSync(folder);
  for (const [file, text] of texts) writeFileSync(join(folder, file), text);
  return { stack, folder, objects: new Map([...texts].map(([file, text]) => [file, parse(text)])) };
}

async function scan({ stack, folder, objects }: Rendered, scanners: readonly Scanner[]): Promise<readonly Report[]> {
  const files = [...objects.keys()];
  const withPods = files.filter((file) => makesPods(objects.get(file)));
  const looking = scanners.map(async (scanner) => ({
    stack,
    scanner: scanner.name,
    expected: new Set(scanner.looksAt === "pods" ? withPods : files),
    part: (file: string) => partOf(objects.get(file)),
    ...(await scanner.scan({ folder, files })),
  }));
  return await Promise.all(looking);
}

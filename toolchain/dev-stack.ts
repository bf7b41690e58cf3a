/** The dev stack in Pulumi: selected or created, repaired after an interruption, deployed. */
import { spawn } from "node:child_process";
import { join } from "node:path";
import { devStack, pulumiEnvironment, usesLocalState } from "./backend.ts";
import { projectRoot } from "./paths.ts";
import { run, tryRun } from "./process.ts";
import type { PulumiTools } from "./pulumi-cli.ts";
import { releaseStaleLock, repairLocalState, settleInterruptedOperations } from "./recovery.ts";
import { step, ToolchainError } from "./steps.ts";

export interface Site {
  readonly url: string;
  /** The site's administrator. */
  readonly administrator: string;
}

/** Selects the dev stack, or creates it in the backend. Its committed stack file stays unchanged. */
export async function selectDevStack(tools: PulumiTools): Promise<void> {
  const options = { cwd: projectRoot, env: pulumiEnvironment(tools) };
  const pulumi = join(tools.bin, "pulumi");
  if (usesLocalState(options.env)) repairLocalState();
  if ((await tryRun(pulumi, ["stack", "select", devStack, "--non-interactive"], options)).code === 0) return;
  await step(`Making the stack ${devStack}`, () =>
    run(pulumi, ["stack", "init", devStack, "--non-interactive"], options),
  );
}

/** Runs `pulumi up` with its own output, after cleaning up an interrupted run. */
export async function bringUpDevStack(tools: PulumiTools): Promise<void> {
  const env = pulumiEnvironment(tools);
  if (usesLocalState(env)) {
    await releaseStaleLock(tools);
    await settleInterruptedOperations(tools);
  }
  await step(`pulumi up -s ${devStack}`, async () => {
    const args = ["up", "--stack", devStack, "--yes", "--skip-preview", "--non-interactive", "--suppress-outputs"];
    const code = await new Promise<number | null>((resolve, reject) => {
      const child = spawn(join(tools.bin, "pulumi"), args, {
        cwd: projectRoot,
        env,
        stdio: ["ignore", "inherit", "inherit"],
      });
      child.on("error", reject);
      child.on("exit", resolve);
    });
    if (code !== 0) {
      throw new ToolchainError(
        `pulumi up ended with ${code}`,
        "read its diagnostics above, mend the cause and run `npm start` again: it continues where it stopped",
      );
    }
  });
}

/** The stack's sites, without passwords. */
export async function readSites(tools: PulumiTools): Promise<readonly Site[]> {
  const args = ["stack", "output", "--json", "--stack", devStack];
  const text = await run(join(tools.bin, "pulumi"), args, { cwd: projectRoot, env: pulumiEnvironment(tools) });
  const { instances, administrators } = JSON.parse(text) as {
    readonly instances: Readonly<Record<string, { readonly url: string }>>;
    readonly administrators: Readonly<Record<string, { readonly name: string }>>;
  };
  return Object.entries(instances).map(([name, { url }]) => ({ url, administrator: administrators[name]?.name ?? "" }));
}

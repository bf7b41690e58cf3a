/** `npm start`: from a fresh clone to a running dev environment; a second run does only what is missing. */

import { ensureCluster, importImages } from "../cluster/cluster.ts";
import { sleep } from "../cluster/wait.ts";
import { exportedEnvironment } from "./backend.ts";
import { bringUpDevStack, readSites, type Site, selectDevStack } from "./dev-stack.ts";
import { buildImages } from "./images.ts";
import { ensurePulumi, type PulumiTools } from "./pulumi-cli.ts";
import { main, step, ToolchainError } from "./steps.ts";

await main(async () => {
  // One after the other: compilers and image builds would compete for CPU and memory.
  const tools = await ensurePulumi();
  const cluster = await ensureCluster();
  await importImages(cluster, await buildImages());
  await selectDevStack(tools);
  await bringUpDevStack(tools);
  const sites = await readSites(tools);
  for (const { url } of sites) await waitForAnswer(url);
  printSummary(tools, sites);
});

/** Pulumi waits only for what it changes. After a restart of the cluster nothing changes, but the site still needs time to start. */
async function waitForAnswer(url: string): Promise<void> {
  const answers = async () => {
    try {
      const response = await fetch(url, { signal: AbortSignal.timeout(10_000) });
      await response.body?.cancel();
      return response.ok;
    } catch {
      return false;
    }
  };
  if (await answers()) return;
  await step(`Waiting for ${url}`, async () => {
    const deadline = performance.now() + 180_000;
    while (!(await answers())) {
      if (performance.now() > deadline) {
        const look = "see `npm run pulumi -- stack -s dev` and the pods' logs; `npm start` again continues";
        throw new ToolchainError(`${url} does not answer`, look);
      }
      await sleep(500);
    }
  });
}

function printSummary(tools: PulumiTools, sites: readonly Site[]): void {
  const lines = sites.map(({ url, administrator }) => `  ${url}    administrator: ${administrator}`);
  const exports = Object.entries(exportedEnvironment(tools)).map(([name, value]) => `  export ${name}='${value}'`);
  process.stdout.write(`
The dev environment is up.

${lines.join("\n")}

Password:  npm run --silent pulumi -- stack output administrators --show-secrets -s dev
Pulumi:    npm run pulumi -- <command>, or plain \`npx pulumi\` after
${exports.join("\n")}
Stop:      npm stop (keeps all data; \`npm stop -- --wipe\` deletes it)
`);
}

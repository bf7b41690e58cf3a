/** `npm start`: from a fresh clone to a running dev environment; run again, it only does what is missing. */
import { exportedEnvironment } from "./backend.ts";
import { ensureCluster, importImages } from "./cluster/cluster.ts";
import { bringUpDevStack, readSites, selectDevStack } from "./dev-stack.ts";
import { buildImages } from "./images.ts";
import { ensurePulumi, type PulumiTools } from "./pulumi-cli.ts";
import { main } from "./steps.ts";

await main(async () => {
  // One after the other: compilers and image builds would only take each other's processor and memory.
  const tools = await ensurePulumi();
  const cluster = await ensureCluster();
  await importImages(cluster, await buildImages());
  await selectDevStack(tools);
  await bringUpDevStack(tools);
  await printSummary(tools);
});

async function printSummary(tools: PulumiTools): Promise<void> {
  const sites = (await readSites(tools)).map(({ url, adminName }) => `  ${url}    administrator: ${adminName}`);
  const exports = Object.entries(exportedEnvironment(tools)).map(([name, value]) => `  export ${name}='${value}'`);
  process.stdout.write(`
The dev environment is up.

${sites.join("\n")}

Password:  npm run --silent pulumi -- stack output sites --show-secrets -s dev
Pulumi:    npm run pulumi -- <command>, or plain \`npx pulumi\` after
${exports.join("\n")}
Stop:      npm stop (keeps all data; \`npm stop -- --wipe\` deletes it)
`);
}

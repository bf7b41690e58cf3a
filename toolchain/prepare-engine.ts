/** `npm run engine` starts here: everything that the engine tests run, and nothing that needs root. */
import { ensureKubernetes, ensureKwok } from "./cluster/binaries.ts";
import { ensurePulumi } from "./pulumi-cli.ts";
import { main } from "./steps.ts";

await main(async () => {
  await ensurePulumi();
  await ensureKubernetes();
  await ensureKwok();
});

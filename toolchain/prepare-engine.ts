/** `npm run engine` starts here: everything that the engine tests run, and nothing that needs root. */
import { ensureControlPlane, ensureKwok } from "../cluster/binaries.ts";
import { ensurePulumi } from "./pulumi-cli.ts";
import { main } from "./steps.ts";
import { engineKubernetesVersions } from "./versions.ts";

await main(async () => {
  await ensurePulumi();
  for (const version of engineKubernetesVersions) await ensureControlPlane(version);
  await ensureKwok();
});

/**
 * First step of `npm run engine`: prepares everything that the engine tests run; needs no root. With `--dev` only for the tests of the
 * dev stack, which `npm test` runs.
 */
import { ensureControlPlane, ensureKwok } from "../cluster/binaries.ts";
import { ensurePulumi } from "./pulumi-cli.ts";
import { main } from "./steps.ts";
import { engineKubernetesVersions } from "./versions.ts";

await main(async () => {
  await ensurePulumi();
  const [ofStacks] = engineKubernetesVersions;
  const versions = process.argv.includes("--dev") ? [ofStacks] : engineKubernetesVersions;
  for (const version of versions) await ensureControlPlane(version);
  await ensureKwok();
});

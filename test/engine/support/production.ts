/** What the committed stacks of staging and production find where they come up. */
import { customResourceDefinitions } from "../../../toolchain/crds.ts";
import { Engine } from "./engine.ts";

/** With the real definitions of their custom resources, GKE's written by hand, a fake for Google, and Cloudflare, which has their zone. */
export async function startProduction(): Promise<Engine> {
  const engine = await Engine.start(["gcp", "cloudflare"]);
  for (const project of ["gateway-api", "gke", "cert-manager", "keda"] as const) {
    const files = (await customResourceDefinitions(project)).flatMap((file) => ["-f", file]);
    engine.kubectl("apply", "--server-side", ...files);
  }
  engine.kubectl("wait", "crd", "--all", "--for=condition=Established", "--timeout=60s");
  return engine;
}

/** What the committed stacks of staging and production find where they come up. */
import { writeFileSync } from "node:fs";
import { customResourceDefinitions } from "../../../toolchain/crds.ts";
import { Engine } from "./engine.ts";

const zoneId = "0123456789abcdef0123456789abcdef";

/** With the real definitions of their custom resources, GKE's written by hand, and stand-ins for Google and for Cloudflare, which has their zone. */
export async function startProduction(): Promise<Engine> {
  const engine = await Engine.start(["gcp", "cloudflare"]);
  for (const project of ["gateway-api", "gke", "cert-manager", "keda"] as const) {
    const files = (await customResourceDefinitions(project)).flatMap((file) => ["-f", file]);
    engine.kubectl("apply", "--server-side", ...files);
  }
  engine.kubectl("wait", "crd", "--all", "--for=condition=Established", "--timeout=60s");
  const facts = { zones: { "example.org": zoneId }, plans: { [zoneId]: "pro" } };
  writeFileSync(engine.standInState("cloudflare"), JSON.stringify({ resources: [], facts }));
  return engine;
}

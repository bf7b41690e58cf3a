import { expect, test } from "vitest";
import { proxyResources } from "../../../components/database/cloud-sql-settings.ts";
import { onAutopilot } from "../../../components/kubernetes/autopilot.ts";
import type { Resources } from "../../../components/kubernetes/pod.ts";
import { quantityValue } from "../../../components/kubernetes/quantity.ts";
import { instanceSettings } from "../../../components/site/settings.ts";
import { instance, pushing } from "../../support/configuration.ts";

const resources = (cpu: string, memory: string, disk = "64Mi"): Resources => ({
  requests: { cpu, memory, "ephemeral-storage": disk },
  limits: { cpu: "1", memory: "2Gi", "ephemeral-storage": "4Gi" },
});
const requests = (...containers: readonly [Resources, ...Resources[]]) =>
  onAutopilot(containers).map(({ requests: { cpu, memory } }) => `${cpu} ${memory}`);

test("all the disk that a container may use is reserved, because Autopilot lowers the limit to the request", () => {
  const [{ requests, limits }] = onAutopilot([resources("250m", "1Gi")]);
  expect([requests["ephemeral-storage"], limits["ephemeral-storage"]]).toEqual(["4Gi", "4Gi"]);
});

test.each<[string, Resources, string]>([
  ["enough is left as it is said", resources("0.5", "1Gi"), "0.5 1Gi"],
  ["the least of a container", resources("10m", "32Mi"), "50m 52Mi"],
  ["memory for which there are too few processors", resources("100m", "1Gi"), "154m 1Gi"],
  ["processors for which there is too little memory", resources("500m", "256Mi"), "500m 512Mi"],
])("%s", (_, said, expected) => {
  expect(requests(said)).toEqual([expected]);
});

test("what a pod as a whole lacks, its first container gets", () => {
  expect(requests(resources("50m", "64Mi"), resources("100m", "2Gi"))).toEqual(["218m 64Mi", "100m 2Gi"]);
});

/** Every `resources` of some settings, by the place where it stands. */
function resourcesIn(settings: object, at: string): readonly (readonly [string, Resources])[] {
  return Object.entries(settings).flatMap(([key, value]) => {
    if (key === "resources") return [[at, value as Resources] as const];
    return typeof value === "object" && value !== null ? resourcesIn(value, `${at}.${key}`) : [];
  });
}

test("no default asks for more than its limit then, and each is within Autopilot's ratio", () => {
  const settings = instanceSettings.parse({ ...instance, datapusher: pushing.datapusher });
  const parts = resourcesIn({ ...settings, databaseProxy: { resources: proxyResources } }, "instance");
  expect(parts.map(([part]) => part.split(".")[1])).toEqual(
    expect.arrayContaining(["web", "workers", "database", "databaseProxy", "search", "queue", "files", "datapusher"]),
  );
  for (const [part, said] of parts) {
    const [{ requests, limits }] = onAutopilot([said]);
    const ratio = quantityValue(requests.memory) / 2 ** 30 / quantityValue(requests.cpu);
    expect([part, ratio >= 1 && ratio <= 6.5]).toEqual([part, true]);
    expect([limits.cpu, limits.memory]).toEqual([said.limits.cpu, said.limits.memory]);
  }
});

/** What of the rest of a stack file reaches its web pods. */
import { describe, expect, test } from "vitest";
import { podOf } from "../../support/component.ts";
import { instance, onVolume, stackFile } from "../../support/configuration.ts";
import { declaredBy, find } from "../../support/program.ts";

const web = async (settings: Record<string, unknown>) => {
  const resources = await declaredBy(stackFile({ opendata: settings }));
  const { data } = find(resources, "core/v1:ConfigMap opendata-web-nginx").inputs as { data: Record<string, string> };
  const [proxy] = podOf(find(resources, "apps/v1:Deployment opendata-web")).containers;
  return { drain: proxy?.lifecycle?.preStop.sleep.seconds, conf: data["nginx.conf"] ?? "" };
};
const has = async (settings: Record<string, unknown>, text: string) => (await web(settings)).conf.includes(text);

describe("a web pod", () => {
  const nodePort = { kind: "node-port", nodePort: 30500 };
  test.each([
    ["something of your own", {}, 45, true],
    ["a node port", { exposure: nodePort }, 5, false],
    ["a node port, for as long as it is told,", { exposure: nodePort, web: { drainSeconds: 7 } }, 7, false],
    ["an ingress", { exposure: { kind: "ingress", className: "traefik", tls: { kind: "elsewhere" } } }, 15, true],
  ])(
    "behind %s takes requests on for %3$d s, and speaks of https only there: %4$s",
    async (_name, settings, seconds, https) => {
      const { drain, conf } = await web(settings);
      expect([drain, conf.includes("add_header Strict-Transport-Security")]).toEqual([seconds, https]);
    },
  );

  test("knows the name of its site, and the largest upload", async () => {
    const { conf } = await web({ ckan: { ...instance.ckan, maximumUploadMegabytes: 7 } });
    expect(['"" data.example.org;', "client_max_body_size 8m;"].filter((line) => !conf.includes(line))).toEqual([]);
  });

  test("takes the header for tokens, whichever it is, for what says who asks", async () => {
    const personal = async (settings: Record<string, unknown>) =>
      /map "(.*)" \$personal/.exec((await web(settings)).conf)?.[1];
    const further = { ckan: { ...instance.ckan, settings: { apitoken_header_name: "X-Site-Pass" } } };
    const named = await personal(further);
    expect([named?.endsWith("$http_x_site_pass"), named?.includes("$http_authorization")]).toEqual([true, true]);
    expect(await personal({})).not.toContain("site_pass");
  });

  test("hands files on from MinIO, and none where they are on its volume", async () => {
    expect([await has({}, "location = /_store {"), await has(onVolume, "location = /_store {")]).toEqual([true, false]);
  });
});

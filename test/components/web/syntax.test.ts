/** nginx itself reads every configuration that a stack file may ask for, as a pod's user. */
import { describe, expect, test } from "vitest";
import { CspMode, defaultPolicy } from "../../../components/web/headers.ts";
import { renderNginx } from "../../../components/web/nginx.conf.ts";
import { testConfiguration } from "../../support/nginx.ts";
import { objectsOf } from "../../support/objects.ts";
import { environments } from "../../support/stacks.ts";
import { proxyOptions } from "../../support/web-proxy.ts";

const accepted = { code: 0, warned: false };
const read = async (text: string) => {
  const { code, output } = await testConfiguration(text);
  return { code, warned: /\[(?:warn|error|emerg)\]/.test(output), output };
};

describe("nginx takes the configuration of", () => {
  // One after the other: they share Pulumi's runtime.
  test.each(Object.entries(environments))("%s", async (_name, declare) => {
    const maps = objectsOf(await declare()).flatMap(({ data }) => data?.["nginx.conf"] ?? []);
    expect(maps.length).toBeGreaterThan(0);
    for (const text of new Set(maps)) expect(await read(text)).toMatchObject(accepted);
  });

  const policies = Object.values(CspMode).map((mode) => ({ mode, policy: defaultPolicy }));
  test.each(
    policies.flatMap((contentSecurityPolicy) =>
      [true, false].map((all) => ({ mode: contentSecurityPolicy.mode, all, contentSecurityPolicy })),
    ),
  )("a site with CSP $mode, and with everything else that can be had: $all", async ({ all, contentSecurityPolicy }) => {
    const text = renderNginx({
      ...proxyOptions,
      cacheSeconds: all ? 5 : 0,
      handsFilesOn: all,
      editorsHost: all ? "editors.data.example.org" : undefined,
      tokenHeader: all ? "X-Site_Token.2" : "Authorization",
      trustedProxies: all ? ["cloudflare", "10.129.0.0/23", "fd00::/8", "cloudflare"] : [],
      headers: { hstsSeconds: all ? 31_536_000 : 0, contentSecurityPolicy },
    });
    expect(await read(text)).toMatchObject(accepted);
  });
});

import { expect, test } from "vitest";
import type { Instance } from "../../consumer/src/contract.ts";
import { statusPage } from "../../examples/consumer/status-page.ts";

test("the status page lists every site, and makes no markup of what it is told", () => {
  const site = {
    url: "https://data.example.org",
    ckan: { version: "2.11.6", plugins: [] },
    internal: { url: "http://web", healthUrl: "http://web/health" },
    dashboards: { requests: 'https://grafana.example.org/?"><script>' },
  } as unknown as Instance;
  expect(statusPage("<prod>", { opendata: site })).toBe(
    `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Open data: &#60;prod&#62;</title></head><body><h1>Open data: &#60;prod&#62;</h1><table>
<tr><td><a href="https://data.example.org">opendata</a></td><td>CKAN 2.11.6</td><td>http://web/health</td><td><a href="https://grafana.example.org/?&#34;&#62;&#60;script&#62;">requests</a></td></tr>
</table></body></html>
`,
  );
});

/** For whom a request is, as those say who are trusted: from a real nginx, which is asked from the loopback interface. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { knownProxies, proxyAddresses } from "../../../components/web/trusted-proxies.ts";
import { startWebProxy, type WebProxy } from "../../support/web-proxy.ts";

test("a name stands for its networks, each of which is named once", () => {
  const { cloudflare } = knownProxies;
  expect(proxyAddresses(["10.0.0.0/8", "cloudflare", "10.0.0.0/8", "cloudflare"])).toEqual([
    "10.0.0.0/8",
    ...cloudflare,
  ]);
});

test("what every object has is no name", () => {
  expect(proxyAddresses(["constructor", "toString"])).toEqual(["constructor", "toString"]);
});

const forged = "192.0.2.1";
const visitor = "203.0.113.9";
const atCloudflare = "172.68.1.1";
/** Google's external load balancers end the header with their own address: un33k/python-ipware#22. */
const balancer = "198.51.100.10";

interface Case {
  readonly trusted: readonly string[];
  readonly rows: readonly (readonly [name: string, said: string | undefined, visitor: string])[];
}

const cases: readonly Case[] = [
  {
    trusted: [],
    rows: [
      ["nobody's word counts", visitor, "127.0.0.1"],
      ["nor that of a chain", `${forged}, ${visitor}`, "127.0.0.1"],
    ],
  },
  { trusted: ["10.0.0.0/8"], rows: [["somebody else's word does not count", visitor, "127.0.0.1"]] },
  {
    trusted: ["127.0.0.0/8", "10.129.0.0/23", "cloudflare"],
    rows: [
      ["without a word it is whoever asks", undefined, "127.0.0.1"],
      ["the load balancer's word counts", visitor, visitor],
      [
        "the last one who is not trusted is the visitor: what stands before comes from there",
        `${forged}, ${visitor}`,
        visitor,
      ],
      ["through Cloudflare and the load balancer", `${forged}, ${visitor}, ${atCloudflare}, 10.129.0.7`, visitor],
      ["a load balancer whose own address is not trusted is the visitor", `${visitor}, ${balancer}`, balancer],
      ["past Cloudflare, with Cloudflare's address as bait", `${atCloudflare}, ${visitor}`, visitor],
      ["by IPv6", `${forged}, 2001:db8::7, 2400:cb00::1`, "2001:db8::7"],
      ["nonsense counts as nothing", "unknown", "127.0.0.1"],
    ],
  },
  {
    trusted: ["127.0.0.0/8", "cloudflare", `${balancer}/32`],
    rows: [["through Cloudflare and Google", `${forged}, ${visitor}, ${atCloudflare}, ${balancer}`, visitor]],
  },
];

describe.each(cases)("with $trusted trusted", ({ trusted, rows }) => {
  let site: WebProxy;
  beforeAll(async () => {
    site = await startWebProxy({ trustedProxies: trusted });
  });
  afterAll(() => site.stop());

  test.each(rows)("%s", async (_name, said, address) => {
    const answer = await site.ask("/about", { headers: said === undefined ? {} : { "X-Forwarded-For": said } });
    expect(site.seen.at(-1)?.headers["x-forwarded-for"]).toBe(address);
    expect((await site.logged(answer))["address"]).toBe(address);
  });
});

import { describe, expect, test } from "vitest";
import {
  askedConnections,
  defaultConnections,
  machineMemory,
  mostConnections,
} from "../../../components/database/cloud-sql-machines.ts";

describe("the machines of an edition", () => {
  test.each([
    ["ENTERPRISE", "db-f1-micro", 614],
    ["ENTERPRISE", "db-g1-small", 1740],
    ["ENTERPRISE", "db-custom-1-3840", 3840],
    ["ENTERPRISE", "db-custom-2-7680", 7680],
    ["ENTERPRISE", "db-custom-2-13312", 13312],
    ["ENTERPRISE", "db-custom-96-638976", 638_976],
    ["ENTERPRISE_PLUS", "db-perf-optimized-N-2", 16 * 1024],
    ["ENTERPRISE_PLUS", "db-perf-optimized-N-96", 768 * 1024],
    ["ENTERPRISE_PLUS", "db-perf-optimized-N-128", 864 * 1024],
  ] as const)("%s has %s, with %d megabytes", (edition, tier, memory) => {
    expect(machineMemory(edition, tier)).toBe(memory);
  });

  test.each([
    ["the other edition's", "ENTERPRISE", "db-perf-optimized-N-2"],
    ["an odd number of processors", "ENTERPRISE", "db-custom-3-11520"],
    ["more processors than there are", "ENTERPRISE", "db-custom-98-376320"],
    ["no processor", "ENTERPRISE", "db-custom-0-3840"],
    ["memory between two steps", "ENTERPRISE", "db-custom-2-7700"],
    ["less than the least memory", "ENTERPRISE", "db-custom-1-3584"],
    ["too little memory for its processors", "ENTERPRISE", "db-custom-8-5120"],
    ["too much memory for its processors", "ENTERPRISE", "db-custom-1-6912"],
    ["MySQL's", "ENTERPRISE", "db-n1-standard-1"],
    ["one with another kind of disk", "ENTERPRISE", "db-custom-N4-2-8192"],
    ["a custom one", "ENTERPRISE_PLUS", "db-custom-2-7680"],
    ["a shared one", "ENTERPRISE_PLUS", "db-g1-small"],
    ["a small n", "ENTERPRISE_PLUS", "db-perf-optimized-n-2"],
    ["a size that there is not", "ENTERPRISE_PLUS", "db-perf-optimized-N-6"],
    ["one with another kind of disk", "ENTERPRISE_PLUS", "db-c4a-highmem-4"],
  ] as const)("are not %s: %s refuses %s", (_what, edition, tier) => {
    expect(machineMemory(edition, tier)).toBeUndefined();
  });
});

test.each([
  [614, 25, 61],
  [1740, 50, 174],
  [3840, 100, 384],
  [6144, 200, 614],
  [7680, 400, 768],
  [15_360, 500, 1536],
  [30_720, 600, 3072],
  [61_440, 800, 6144],
  [122_880, 1000, 12_288],
])("%d megabytes take %d connections by Google's default, and have memory for %d", (memory, byDefault, most) => {
  expect([defaultConnections(memory), mostConnections(memory)]).toEqual([byDefault, most]);
});

describe("max_connections is asked for", () => {
  test("not where Google's default is enough: a change restarts the server", () => {
    expect([askedConnections(3840, 100), askedConnections(7680, 400)]).toEqual([undefined, undefined]);
  });

  test("in Google's own steps, so that another pod seldom changes it", () => {
    expect([101, 200, 201, 400].map((needed) => askedConnections(30 * 256, needed))).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
    expect([101, 150, 200].map((needed) => askedConnections(3840, needed))).toEqual([200, 200, 200]);
    expect([401, 500, 501].map((needed) => askedConnections(7680, needed))).toEqual([500, 500, 600]);
    expect(askedConnections(122_880, 1001)).toBe(1100);
  });

  test("and never beyond what the machine has memory for", () => {
    expect(askedConnections(3840, 300)).toBe(384);
  });
});

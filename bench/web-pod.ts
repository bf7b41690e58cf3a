/** What a web pod costs: from nothing to the first page, its memory at rest, and what a browser loads of it. */
import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { print } from "../toolchain/steps.ts";
import { beginPod, endPod, memory, python, type Side, sides, startBaseline, stopBaseline } from "./support/baseline.ts";
import { loadPage, type PageLoad } from "./support/browser.ts";
import type { Section } from "./support/report.ts";
import { ensureSite } from "./support/site.ts";
import { inTurn, median, medianRatio } from "./support/statistics.ts";

const rounds = 5;
const megabyte = 2 ** 20;
const path = "/dataset/bench-0";
const data = readFileSync(new URL("support/data.py", import.meta.url), "utf8");

interface Measured {
  readonly start: Readonly<Record<Side, readonly number[]>>;
  readonly memory: Readonly<Record<Side, number>>;
  readonly page: Readonly<Record<Side, PageLoad>>;
}

export async function webPod(): Promise<Section> {
  await ensureSite();
  await stopBaseline();
  try {
    const addresses = await startBaseline();
    await python("ckan-docker", data, "make");
    const page = { shipped: await loaded(addresses, "shipped"), "ckan-docker": await loaded(addresses, "ckan-docker") };
    const starts = await inTurn(rounds, begun(addresses, "shipped"), begun(addresses, "ckan-docker"));
    for (const side of sides) for (let asked = 0; asked < 8; asked += 1) await (await fetch(addresses[side])).text();
    await sleep(2000);
    const rest = { shipped: await memory("shipped"), "ckan-docker": await memory("ckan-docker") };
    await python("ckan-docker", data, "purge");
    return section({ start: { shipped: starts.ours, "ckan-docker": starts.theirs }, memory: rest, page });
  } finally {
    await stopBaseline();
  }
}

/** The second load: the first one of a plain CKAN compiles its assets. */
async function loaded(addresses: Readonly<Record<Side, string>>, side: Side): Promise<PageLoad> {
  await loadPage(addresses[side], path);
  return loadPage(addresses[side], path);
}

/** Seconds from the order for a pod to its first page. */
function begun(addresses: Readonly<Record<Side, string>>, side: Side) {
  return async () => {
    await endPod(side);
    const begin = performance.now();
    await beginPod(side);
    for (;;) {
      const answer = await fetch(`${addresses[side]}/about`, { headers: { connection: "close" } }).catch(
        () => undefined,
      );
      if (answer?.status === 200) break;
      if (performance.now() - begin > 120_000) throw new Error(`${side} serves no page within two minutes`);
      await sleep(50);
    }
    const seconds = (performance.now() - begin) / 1000;
    print(`${side}: first page after ${seconds.toFixed(1)} s`);
    return seconds;
  };
}

function section({ start, memory, page }: Measured): Section {
  const ratio = medianRatio(start.shipped, start["ckan-docker"]);
  const more = (memory.shipped - memory["ckan-docker"]) / megabyte;
  const kilobytes = (side: Side, key: keyof PageLoad) => page[side][key] / 1000;
  const row = (what: string, value: (side: Side) => number) => [what, value("shipped"), value("ckan-docker")];
  return {
    title: "A web pod",
    method: `The same two pods as above. From the order for a pod to its first page, medians of ${rounds} starts in turn; memory that the processes of both containers have for themselves after eight pages; what a browser loads for a page of a dataset with all its scripts and styles, compressed as the server sends it, with an empty cache and a moment later.`,
    columns: ["", "ours", "ckan-docker"],
    rows: [
      row("seconds to the first page", (side) => median(start[side])),
      row("memory at rest, MiB", (side) => memory[side] / megabyte),
      row("a page with an empty cache, kB", (side) => kilobytes(side, "first")),
      row("the page again, kB", (side) => kilobytes(side, "again")),
    ],
    limits: [
      { what: "seconds to the first page, ratio", value: ratio, atMost: 1 },
      { what: "memory at rest, MiB more", value: more, atMost: 32 },
      { what: "bytes with an empty cache, ratio", value: page.shipped.first / page["ckan-docker"].first, atMost: 0.5 },
      { what: "bytes of the page again, ratio", value: page.shipped.again / page["ckan-docker"].again, atMost: 1.05 },
    ],
  };
}

/** What a web pod is worth: CKAN as shipped against the same image, served as ckan-docker does. */
import { readFileSync } from "node:fs";
import { print } from "../toolchain/steps.ts";
import { python, type Side, startBaseline, stopBaseline } from "./support/baseline.ts";
import { type Load, load } from "./support/load.ts";
import type { Limit, Section } from "./support/report.ts";
import { ensureSite } from "./support/site.ts";
import { inTurn, median, medianRatio } from "./support/statistics.ts";

const rounds = 3;
const seconds = 5;
const clients = 8;

const data = readFileSync(new URL("support/data.py", import.meta.url), "utf8");

/** What is asked for, by its name in data.py. */
const targets = { page: "a dataset's page", search: "package_search", rows: "datastore_search, 100 rows" } as const;
type Target = keyof typeof targets;

/** Somebody who was here before: nothing is shared with a request that has a cookie. */
const known = { cookie: "bench=1" };

const least = { stranger: { perSecond: 8, p95: 1.5 }, known: { perSecond: 1.3, p95: 1 } } as const;

interface Measured {
  readonly target: Target;
  readonly visitor: "stranger" | "known";
  readonly ours: readonly Load[];
  readonly theirs: readonly Load[];
}

export async function ckan(): Promise<Section> {
  await ensureSite();
  await stopBaseline();
  try {
    const addresses = await startBaseline();
    try {
      const paths: Readonly<Record<Target, string>> = JSON.parse(await python("ckan-docker", data, "make"));
      return section(await measure(addresses, paths));
    } finally {
      await python("ckan-docker", data, "purge");
    }
  } finally {
    await stopBaseline();
  }
}

async function measure(addresses: Readonly<Record<Side, string>>, paths: Readonly<Record<Target, string>>) {
  const measured: Measured[] = [];
  // Of the first pages of new processes the plain CKAN answers some with 500: both make the folder of its assets. That is not measured.
  for (const address of Object.values(addresses)) {
    for (let page = 0; page < 8; page += 1) await (await fetch(`${address}${paths.page}`)).arrayBuffer();
  }
  for (const target of Object.keys(targets) as Target[]) {
    for (const visitor of ["stranger", "known"] as const) {
      print(`${targets[target]}, ${visitor}`);
      const headers = visitor === "known" ? known : {};
      const from = (side: Side, time: number) => () =>
        load(`${addresses[side]}${paths[target]}`, clients, time, headers);
      await inTurn(1, from("shipped", 2), from("ckan-docker", 2));
      const turn = await inTurn(rounds, from("shipped", seconds), from("ckan-docker", seconds));
      measured.push({ target, visitor, ...turn });
    }
  }
  return measured;
}

function section(measured: readonly Measured[]): Section {
  const compared = measured.map(({ target, visitor, ours, theirs }) => {
    const all = (list: readonly Load[], key: keyof Load) => list.map((one) => one[key]);
    const middle = (key: keyof Load) => [median(all(ours, key)), median(all(theirs, key))] as const;
    const more = medianRatio(all(ours, "perSecond"), all(theirs, "perSecond"));
    const sooner = medianRatio(all(theirs, "p95"), all(ours, "p95"));
    return { name: targets[target], visitor, perSecond: middle("perSecond"), p95: middle("p95"), more, sooner };
  });
  const limits: Limit[] = compared.flatMap(({ name, visitor, more, sooner }) => [
    { what: `${name}, ${visitor}, requests per second, ratio`, value: more, atLeast: least[visitor].perSecond },
    { what: `${name}, ${visitor}, p95, ratio`, value: sooner, atLeast: least[visitor].p95 },
  ]);
  return {
    title: "CKAN as shipped",
    method: `On the dev site's own databases, two web pods of the same image with the same ckan.ini and the same limits (CKAN: 1 processor, 1 GiB; nginx: 1 processor, 256 MiB): one as this clone declares it, the other as ckan-docker serves CKAN (start_ckan.sh of ckan-docker-base, ckan-2.11: two processes of one thread each; a plain wsgi.py; its nginx in front, which hands on, compresses and keeps nothing). ${clients} clients on this machine ask for one address as fast as they get answers, on connections that they keep; ${rounds} rounds of ${seconds} s each, the two sides in turn. A stranger sends no cookie: strangers share such a page and the answer to a search of the API for \`web.cacheSeconds\` (5 s), so that CKAN makes one of many. With a cookie nothing is shared: these rows show CKAN without that.`,
    columns: [
      "asked for",
      "visitor",
      "ours, 1/s",
      "ckan-docker, 1/s",
      "ratio",
      "ours, p95 ms",
      "ckan-docker, p95 ms",
      "ratio",
    ],
    rows: compared.map(({ name, visitor, perSecond, p95, more, sooner }) => [
      name,
      visitor === "known" ? "with a cookie" : "stranger",
      ...perSecond,
      more,
      ...p95,
      sooner,
    ]),
    limits,
  };
}

/** An account at Cloudflare with one zone, whoever plays it: an API for the real provider, or the fake for provider and API. */
import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { Worker } from "node:worker_threads";
import {
  type Account,
  type Asked,
  type Json,
  newZone,
  readAccount,
  writeAccount,
  type Zone,
} from "../../fakes/cloudflare-api/account.ts";
import type { Kept, Service } from "../../fakes/provider.ts";
import type { ProviderPlugin } from "./provider-plugins.ts";

export const zone = { id: "0123456789abcdef0123456789abcdef", name: "example.org", plan: "pro" } as const;

export interface CloudflareAccount {
  /** What Cloudflare's provider needs to find it. */
  readonly environment: NodeJS.ProcessEnv;
  /** From now on the zone has these, and nothing else. */
  readonly hold: (resources: readonly Kept[]) => void;
  /** As if somebody had deleted it at Cloudflare. */
  readonly lose: (id: string) => void;
  /** What the zone has of a kind, such as `Ruleset`, in the provider's words. */
  readonly kept: (kind: string) => readonly Kept[];
  /** What was done to records and rulesets since the last time, in order, such as `update Ruleset`. */
  readonly changes: () => readonly string[];
  readonly stop: () => Promise<void>;
}

/** For whoever has Cloudflare's provider; `file` is where the account is kept. */
export async function startCloudflare(
  file: string,
  plugin: ProviderPlugin | undefined,
): Promise<CloudflareAccount | undefined> {
  if (plugin === undefined) return undefined;
  const account = plugin.real ? await behindApi(file) : behindFake(file);
  account.hold([]);
  return account;
}

const kinds = ["DnsRecord", "Ruleset"];

function behindFake(file: string): CloudflareAccount {
  const facts = { zones: { [zone.name]: zone.id }, plans: { [zone.id]: zone.plan } };
  const write = (service: Service) => writeFileSync(file, JSON.stringify(service));
  const read = (): Service => JSON.parse(readFileSync(file, "utf8"));
  return {
    environment: {},
    hold: (resources) => write({ resources, facts }),
    lose: (id) => write({ ...read(), resources: read().resources.filter((one) => one.id !== id) }),
    kept: (kind) => {
      const ofKind = read().resources.filter(({ type }) => type.endsWith(`:${kind}`));
      const defaults = kind === "DnsRecord" ? { proxied: false } : {};
      return inOrder(ofKind.map(({ found, ...one }) => ({ ...one, inputs: { ...defaults, ...one.inputs, ...found } })));
    },
    changes: () => {
      const { changes = [], ...service } = read();
      write(service);
      return changes.filter((change) => kinds.some((kind) => change.endsWith(` ${kind}`)));
    },
    stop: async () => {},
  };
}

async function behindApi(file: string): Promise<CloudflareAccount> {
  const token = "T".repeat(40);
  const worker = new Worker(new URL("../../fakes/cloudflare-api/worker.ts", import.meta.url), {
    workerData: { file, token },
  });
  const [url] = (await once(worker, "message")) as [string];
  return {
    environment: { CLOUDFLARE_BASE_URL: url, CLOUDFLARE_API_TOKEN: token },
    hold: (resources) => writeAccount(file, { zones: [zoneOf(resources)], asked: [] }),
    lose: (id) => {
      const { zones, asked } = readAccount(file);
      writeAccount(file, { zones: zones.map((one) => without(one, id)), asked });
    },
    kept: (kind) => inOrder(readAccount(file).zones.flatMap((one) => keptIn(one, kind))),
    changes: () => {
      const account = readAccount(file);
      writeAccount(file, { ...account, asked: [] });
      return changesOf(account);
    },
    stop: async () => {
      await worker.terminate();
    },
  };
}

function inOrder(resources: readonly Kept[]): readonly Kept[] {
  const order = ({ inputs: { phase, name, type } }: Kept) => `${phase ?? ""} ${name} ${type ?? ""}`;
  return resources.toSorted((a, b) => (order(a) < order(b) ? -1 : 1));
}

const record = "cloudflare:index/dnsRecord:DnsRecord";
const ruleset = "cloudflare:index/ruleset:Ruleset";

function zoneOf(resources: readonly Kept[]): Zone {
  const of = (wanted: string) =>
    resources.filter(({ type }) => type === wanted).map(({ id, inputs }) => ({ id, ...renamed(inputs, snakeCase) }));
  const records = of(record).map((one) => ({ proxied: false, tags: [], settings: {}, meta: {}, ...one }));
  const rulesets = of(ruleset).map((one) => ({ version: "1", last_updated: "2026-01-01T00:00:00Z", ...one }));
  return { ...newZone(zone.id, zone.name, zone.plan), records, rulesets };
}

function without(of: Zone, id: string): Zone {
  const others = (all: readonly Json[]) => all.filter((one) => one["id"] !== id);
  return { ...of, records: others(of.records), rulesets: others(of.rulesets) };
}

function keptIn({ records, rulesets, settings, totalTls }: Zone, kind: string): readonly Kept[] {
  const listed = (type: string, all: readonly Json[]) =>
    all.map((one) => ({ type, id: String(one["id"]), inputs: renamed(one, camelCase) }));
  switch (kind) {
    case "DnsRecord":
      return listed(record, records);
    case "Ruleset":
      return listed(ruleset, rulesets);
    case "ZoneSetting": {
      const type = "cloudflare:index/zoneSetting:ZoneSetting";
      return Object.entries(settings).map(([settingId, value]) => ({
        type,
        id: settingId,
        inputs: { settingId, value },
      }));
    }
    case "TotalTls":
      return listed("cloudflare:index/totalTls:TotalTls", [{ id: zone.id, ...totalTls }]);
    default:
      throw new Error(`the played API has no ${kind}`);
  }
}

const operations: Readonly<Record<string, string>> = { POST: "create", PUT: "update", DELETE: "delete" };
const folders: Readonly<Record<string, string>> = { dns_records: "DnsRecord", rulesets: "Ruleset" };

function changesOf({ asked }: Account): readonly string[] {
  return asked.flatMap(({ method, path }: Asked) => {
    const [operation, kind] = [operations[method], folders[path.split("/")[0] ?? ""]];
    return operation === undefined || kind === undefined ? [] : [`${operation} ${kind}`];
  });
}

/** The API's names are the provider's in another spelling; its plurals are the provider's own, and nobody here asks for them. */
function renamed(value: Json, spelling: (name: string) => string): Json {
  const inside = (item: unknown): unknown => {
    if (Array.isArray(item)) return item.map(inside);
    return typeof item === "object" && item !== null ? renamed(item as Json, spelling) : item;
  };
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [spelling(name), inside(item)]));
}

function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

function camelCase(name: string): string {
  return name.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

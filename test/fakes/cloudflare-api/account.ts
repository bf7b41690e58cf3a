/** What the played API keeps of an account, in a file that a test fills and reads, and the form in which it answers. */
import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import type { Plan } from "../../../components/dns/plans.ts";

export type Json = Readonly<Record<string, unknown>>;

export interface Zone {
  readonly id: string;
  readonly name: string;
  readonly plan: Plan;
  readonly records: readonly Json[];
  readonly rulesets: readonly Json[];
  /** Values by the names of settings; others have what Cloudflare gives a new zone. */
  readonly settings: Readonly<Record<string, unknown>>;
  readonly totalTls: Json;
}

/** One request, as it came. */
export interface Asked {
  readonly method: string;
  /** Below the zone, such as `dns_records/<id>`. */
  readonly path: string;
  readonly body?: unknown;
}

export interface Account {
  readonly zones: readonly Zone[];
  readonly asked: readonly Asked[];
}

export function newZone(id: string, name: string, plan: Plan): Zone {
  return { id, name, plan, records: [], rulesets: [], settings: {}, totalTls: { enabled: false } };
}

export function readAccount(file: string): Account {
  return existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : { zones: [], asked: [] };
}

/** By another name first: the test may look at any moment. */
export function writeAccount(file: string, account: Account): void {
  writeFileSync(`${file}.next`, JSON.stringify(account, null, 2));
  renameSync(`${file}.next`, file);
}

export interface Reply {
  readonly status: number;
  /** None for 204. */
  readonly body?: Json;
  /** What the request made of the zone. @default nothing */
  readonly zone?: Zone;
}

export function found(result: unknown, more: Json = {}): Reply {
  return { status: 200, body: { result, success: true, errors: [], messages: [], ...more } };
}

export interface ApiError {
  /** Some have none (cloudflare/cloudflare-docs#22808). */
  readonly code?: number;
  readonly message: string;
  readonly error_chain?: readonly ApiError[];
  readonly source?: Json;
}

export function refused(status: number, ...errors: readonly ApiError[]): Reply {
  return { status, body: { result: null, success: false, errors, messages: [] } };
}

/** As for a name where an id is expected (timothymiller/cloudflare-ddns#152). */
export function noRoute(path: string): Reply {
  const message = `Could not route to /client/v4/${path}, perhaps your object identifier is invalid?`;
  return refused(404, { code: 7003, message });
}

/** One page of a list, and what the API says of it. A page after the last is empty, by which the provider knows the last. */
export function page(all: readonly unknown[], query: URLSearchParams): Reply {
  const number = Number(query.get("page") ?? 1);
  const size = Number(query.get("per_page") ?? 100);
  const result = all.slice((number - 1) * size, number * size);
  const total_pages = Math.ceil(all.length / size);
  return found(result, {
    result_info: { page: number, per_page: size, count: result.length, total_count: all.length, total_pages },
  });
}

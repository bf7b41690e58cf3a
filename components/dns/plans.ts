/**
 * Limits of each Cloudflare plan on requests and rate limiting rules: table "Availability" of the rate limiting rules (WAF
 * documentation). Cloudflare rejects the whole ruleset when one rule exceeds them.
 */

export const Plan = { Free: "free", Pro: "pro", Business: "business", Enterprise: "enterprise" } as const;
export type Plan = (typeof Plan)[keyof typeof Plan];

export interface PlanLimits {
  /** Number of rate limiting rules in a zone. */
  readonly rules: number;
  /** Allowed counting periods, in seconds. */
  readonly periods: readonly number[];
  /** Allowed block durations, in seconds. */
  readonly timeouts: readonly number[];
  /** Whether an expression may use the host. */
  readonly host: boolean;
  /** Whether an expression may use the method. */
  readonly method: boolean;
  /**
   * Largest request, in bytes; Cloudflare answers larger ones with its own 413 page ("Error 413" and "Limits" of its documentation, which
   * count in MB without saying whether 10^6 or 2^20 bytes; this is the smaller one). Enterprise contracts may allow more.
   */
  readonly requestBytes: number;
}

const minute = 60;
const hour = 60 * minute;
const day = 24 * hour;
const megabyte = 1_000_000;

export const planLimits: Readonly<Record<Plan, PlanLimits>> = {
  free: {
    rules: 1,
    periods: [10],
    timeouts: [10],
    host: false,
    method: false,
    requestBytes: 100 * megabyte,
  },
  pro: {
    rules: 2,
    periods: [10, minute],
    timeouts: [10, minute, 10 * minute, hour],
    host: true,
    method: false,
    requestBytes: 100 * megabyte,
  },
  business: {
    rules: 5,
    periods: [10, minute, 10 * minute],
    timeouts: [10, minute, 10 * minute, hour, day],
    host: true,
    method: true,
    requestBytes: 200 * megabyte,
  },
  enterprise: {
    rules: 100,
    periods: [10, minute, 2 * minute, 5 * minute, 10 * minute, hour],
    timeouts: [10, minute, 2 * minute, 5 * minute, 10 * minute, hour, day],
    host: true,
    method: true,
    requestBytes: 500 * megabyte,
  },
};

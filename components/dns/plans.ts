/**
 * What a zone's plan lets through, and what it lets rate limits say: Cloudflare's table "Availability" of its rate limiting rules (WAF
 * documentation). Cloudflare refuses the whole ruleset for one rule beyond it.
 */

export const Plan = { Free: "free", Pro: "pro", Business: "business", Enterprise: "enterprise" } as const;
export type Plan = (typeof Plan)[keyof typeof Plan];

export interface PlanLimits {
  /** Rate limiting rules in a zone. */
  readonly rules: number;
  /** Seconds over which requests may be counted. */
  readonly periods: readonly number[];
  /** Seconds for which requests may be blocked. */
  readonly timeouts: readonly number[];
  /** Whether an expression may ask for the host. */
  readonly host: boolean;
  /** Whether an expression may ask for the method. */
  readonly method: boolean;
  /**
   * Bytes of the longest request; its own page says 413 to longer ones ("Error 413" and "Limits" of its documentation, which count in
   * MB and do not say whether of 10^6 or 2^20 bytes: the smaller one here). Enterprise may have agreed on more.
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

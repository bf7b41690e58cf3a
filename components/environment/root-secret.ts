/** Rules for root secrets. The value is never shown, not even in the report of mistakes. */
import type { Mistake } from "../../config/mistakes.ts";
import { Platform } from "./platform.ts";

/** Committed in Pulumi.dev.yaml, so everybody knows it. */
export const publicRootSecret = "public-root-secret-of-the-local-development-environment";

const placeholder = /change.?me|placeholder|example|secret.?here|^(.)\1*$|^test|password/i;
const leastLength = 32;
const remedy = 'run pulumi config set --secret ckan:rootSecret "$(openssl rand -base64 48)"';

export function rootSecretMistakes(raw: Readonly<Record<string, unknown>>, platform: unknown): readonly Mistake[] {
  const { rootSecret, previousRootSecret } = raw;
  const found = {
    rootSecret: reason(rootSecret, platform),
    previousRootSecret: previousReason(previousRootSecret, rootSecret),
  };
  return Object.entries(found).flatMap(([key, expected]) => (expected === undefined ? [] : [{ key, expected }]));
}

/** The strength of the previous root secret no longer matters. */
function previousReason(value: unknown, rootSecret: unknown): string | undefined {
  if (value === undefined) return undefined;
  if (typeof value !== "string" || value === "") return "expected the root secret before this one, or no such key";
  return value === rootSecret ? "expected the root secret before this one, got the same: take the key out" : undefined;
}

function reason(value: unknown, platform: unknown): string | undefined {
  if (typeof value !== "string" || value === "") return `expected a root secret: ${remedy}`;
  if (value === publicRootSecret) {
    if (platform === Platform.Local) return undefined;
    return `expected a secret of this environment's own: the public one of the dev stack is for cluster.platform local only; ${remedy}`;
  }
  if (value.length < leastLength) {
    return `expected at least ${leastLength} random characters, got ${value.length}: ${remedy}`;
  }
  if (placeholder.test(value)) return `expected random characters, got a placeholder: ${remedy}`;
  return undefined;
}

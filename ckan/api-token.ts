/**
 * An API token that the program knows before CKAN runs: CKAN accepts a JWT that is signed with its key and whose `jti` is the
 * id of a row in its table `api_token` (ckan/lib/api_token.py). The bootstrap inserts that row.
 */
import { createHmac } from "node:crypto";

/** 2026-01-01T00:00:00Z, fixed and in the past: PyJWT refuses tokens from the future, and CKAN checks nothing else. */
const issuedAt = 1_767_225_600;

/** The token for the row `id`, signed with the key that CKAN knows as api_token.jwt.*.secret. */
export function apiToken(id: string, key: string): string {
  const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const unsigned = `${encode({ alg: "HS256", typ: "JWT" })}.${encode({ jti: id, iat: issuedAt })}`;
  return `${unsigned}.${createHmac("sha256", key).update(unsigned).digest("base64url")}`;
}

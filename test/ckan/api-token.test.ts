import { createHmac } from "node:crypto";
import { expect, test } from "vitest";
import { apiToken } from "../../ckan/api-token.ts";

const decoded = (part: string | undefined) => JSON.parse(Buffer.from(part ?? "", "base64url").toString("utf8"));

test("the token is a JWT whose header and claims are exactly those that CKAN looks at", () => {
  const [header, claims, , ...more] = apiToken("row-id", "key").split(".");
  expect(decoded(header)).toEqual({ alg: "HS256", typ: "JWT" });
  expect(decoded(claims)).toEqual({ jti: "row-id", iat: Date.UTC(2026, 0, 1) / 1000 });
  expect(more).toEqual([]);
});

test("its moment of issue has passed", () => {
  const { iat } = decoded(apiToken("row-id", "key").split(".")[1]);
  expect(iat * 1000).toBeLessThan(Date.now());
});

test("its signature is HMAC-SHA256 of header and claims, with the key as text", () => {
  const token = apiToken("row-id", "a key with ümlaut");
  const end = token.lastIndexOf(".");
  const mac = createHmac("sha256", Buffer.from("a key with ümlaut", "utf8")).update(token.slice(0, end)).digest();
  expect(Buffer.from(token.slice(end + 1), "base64url")).toEqual(mac);
});

test("it is byte for byte what Python's json, hmac and base64 make of it", () => {
  expect(apiToken("row-id", "key")).toBe(
    "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJqdGkiOiJyb3ctaWQiLCJpYXQiOjE3NjcyMjU2MDB9.BSqv74JHjtpp1kLVkqVRwVWlJSKeiTdYdr8rdZmzwtU",
  );
});

test.each([
  ["another id", "other", "key"],
  ["another key", "row-id", "other"],
])("%s gives another signature", (_name, id, key) => {
  const signature = (token: string) => token.split(".")[2];
  expect(signature(apiToken(id, key))).not.toBe(signature(apiToken("row-id", "key")));
});

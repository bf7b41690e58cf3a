import { createHmac } from "node:crypto";
import * as pulumi from "@pulumi/pulumi";
import { beforeAll, describe, expect, test } from "vitest";
import { Purpose } from "../../ckan/credentials.ts";
import { Credentials, deriveSecret } from "../../components/credentials.ts";
import { rootSecret } from "../support/configuration.ts";
import { settled } from "../support/program.ts";

beforeAll(async () => {
  await pulumi.runtime.setMocks({ newResource: () => ({ id: "", state: {} }), call: () => ({}) });
});

const of = (instance: string, generations: Partial<Record<Purpose, number>> = {}, root = rootSecret) =>
  new Credentials({ rootSecret: root, instance, generations });
const derived = (credentials: Credentials, purpose: Purpose) => settled(credentials.derive(purpose));

describe("a derived credential", () => {
  test.each(Object.values(Purpose))("for %s is 43 characters that a URL can hold", async (purpose) => {
    expect(await derived(of("opendata"), purpose)).toMatch(/^[A-Za-z0-9_-]{43}$/);
  });

  test("is HKDF-SHA256 of the root secret, as RFC 5869 spells it out", () => {
    const hmac = (key: string | Buffer, text: string | Buffer) => createHmac("sha256", key).update(text).digest();
    const extracted = hmac(Buffer.alloc(32), rootSecret);
    const expanded = hmac(extracted, Buffer.concat([Buffer.from("opendata/queue/2"), Buffer.from([1])]));
    expect(deriveSecret(rootSecret, "opendata", "queue", 2)).toBe(expanded.toString("base64url"));
  });

  test("never changes: what a volume holds today opens it tomorrow", async () => {
    expect(await derived(of("opendata"), Purpose.Database)).toBe("Yruy4h2jydJ4jtuv8bJeGv8vFVVSrGYuOQ0s-A_C7YA");
  });

  test("is a Pulumi secret even when the root secret was none", async () => {
    expect(await pulumi.isSecret(of("opendata").derive(Purpose.Queue))).toBe(true);
  });

  test("is the same for the same root secret, instance, purpose and generation", async () => {
    expect(await derived(of("opendata"), Purpose.Queue)).toBe(await derived(of("opendata"), Purpose.Queue));
  });

  test("is another for every instance, purpose, generation and root secret", async () => {
    const all = [
      ...(await Promise.all(Object.values(Purpose).map((purpose) => derived(of("opendata"), purpose)))),
      ...(await Promise.all(Object.values(Purpose).map((purpose) => derived(of("other"), purpose)))),
      await derived(of("opendata", { queue: 2 }), Purpose.Queue),
      await derived(of("opendata", {}, `${rootSecret}x`), Purpose.Queue),
    ];
    expect(new Set(all).size).toBe(2 * Object.values(Purpose).length + 2);
  });

  test("does not change with the generation of another purpose", async () => {
    expect(await derived(of("opendata", { session: 7 }), Purpose.Queue)).toBe(
      await derived(of("opendata"), Purpose.Queue),
    );
  });
});

test("a purpose that nobody raised has generation 1", () => {
  const credentials = of("opendata", { queue: 3 });
  expect([credentials.generation(Purpose.Queue), credentials.generation(Purpose.Files)]).toEqual([3, 1]);
});

describe("a fingerprint", () => {
  const fingerprint = (values: readonly string[], credentials = of("opendata")) =>
    settled(credentials.fingerprint(values));

  test("is eight characters that everybody may see", async () => {
    const output = of("opendata").fingerprint([pulumi.secret("a")]);
    expect(await settled(output)).toMatch(/^[0-9a-f]{8}$/);
    expect(await pulumi.isSecret(output)).toBe(false);
  });

  test("changes with every value, their order and their borders", async () => {
    const prints = [["a", "b"], ["b", "a"], ["ab"], ["a", "b", ""], ["a", "c"]].map((values) => fingerprint(values));
    expect(new Set(await Promise.all(prints)).size).toBe(5);
  });

  test("cannot be guessed by those who do not know the root secret", async () => {
    const other = of("opendata", {}, `${rootSecret}x`);
    expect(await fingerprint(["a"], other)).not.toBe(await fingerprint(["a"]));
  });
});

test("the root secret is no property that Pulumi could write to its state", () => {
  expect(JSON.stringify(of("opendata"))).toBe('{"instance":"opendata","generations":{}}');
});

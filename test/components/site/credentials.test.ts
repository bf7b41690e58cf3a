import { createHmac } from "node:crypto";
import * as pulumi from "@pulumi/pulumi";
import { beforeAll, describe, expect, test } from "vitest";
import { Credential, Credentials, deriveSecret } from "../../../components/site/credentials.ts";
import { Purpose } from "../../../components/site/purposes.ts";
import { rootSecret } from "../../support/configuration.ts";
import { settled } from "../../support/program.ts";

beforeAll(async () => {
  await pulumi.runtime.setMocks({ newResource: () => ({ id: "", state: {} }), call: () => ({}) });
});

const of = (instance: string, generations: Partial<Record<Purpose, number>> = {}, root = rootSecret) =>
  new Credentials({ rootSecret: root, instance, generations });
const derived = (credentials: Credentials, purpose: Purpose) => settled(credentials.derive(purpose).secret);

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

  test("is a Pulumi secret", async () => {
    expect(await pulumi.isSecret(of("opendata").derive(Purpose.Queue).secret)).toBe(true);
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

const changed = { rootSecret, previousRootSecret: `${rootSecret}-before`, instance: "opendata" };

describe("a fingerprint", () => {
  const fingerprint = (texts: readonly string[], credentials = of("opendata")) =>
    credentials.fingerprint(texts.map((text) => new Credential(text)));

  test("is eight characters", () => {
    expect(fingerprint(["a"])).toMatch(/^[0-9a-f]{8}$/);
  });

  test("changes with every value, their order and their borders", () => {
    const prints = [["a", "b"], ["b", "a"], ["ab"], ["a", "b", ""], ["a", "c"]].map((texts) => fingerprint(texts));
    expect(new Set(prints).size).toBe(5);
  });

  test("cannot be guessed by those who do not know the root secret", () => {
    const other = of("opendata", {}, `${rootSecret}x`);
    expect(fingerprint(["a"], other)).not.toBe(fingerprint(["a"]));
  });
});

describe("the credential before the last rotation", () => {
  const previous = (generation: number) => of("opendata", { queue: generation }).derivePrevious(Purpose.Queue);

  test("is the one of the generation before", async () => {
    expect(await settled(previous(3)?.secret)).toBe(await derived(of("opendata", { queue: 2 }), Purpose.Queue));
  });

  test("is none before the first", () => {
    expect(previous(1)).toBeUndefined();
  });

  test("is the same generation of the root secret before, while that one changes", async () => {
    const generations = { queue: 3 };
    const changing = new Credentials({ ...changed, generations });
    const before = of("opendata", generations, changed.previousRootSecret);
    expect(await settled(changing.derivePrevious(Purpose.Queue)?.secret)).toBe(await derived(before, Purpose.Queue));
    expect(await derived(changing, Purpose.Queue)).not.toBe(await derived(before, Purpose.Queue));
  });
});

test("the bootstrap is told of a new root secret, by a word that says nothing of it, and of no other", () => {
  expect(new Credentials(changed).newRoot).toMatch(/^[0-9a-f]{8}$/);
  expect(new Credentials({ ...changed, rootSecret: `${rootSecret}x` }).newRoot).not.toBe(
    new Credentials(changed).newRoot,
  );
  expect(of("opendata").newRoot).toBeUndefined();
});

test("what is made of two credentials is a secret output as well", async () => {
  const both = new Credential("a").combine(new Credential("b"), (one, other) => `${one}-${other}`);
  expect(await pulumi.isSecret(both.secret)).toBe(true);
  expect(await settled(both.secret)).toBe("a-b");
});

test("a credential has no property that Pulumi could write to its state", () => {
  expect(JSON.stringify(of("opendata").derive(Purpose.Queue))).toBe("{}");
});

test("the root secret is no property that Pulumi could write to its state", () => {
  expect(JSON.stringify(of("opendata"))).toBe('{"instance":"opendata","generations":{}}');
});

import { describe, expect, test } from "vitest";
import type { Protection } from "../../../components/kubernetes/durability.ts";
import { RedisQueue } from "../../../components/queue/redis-queue.ts";
import { deriveSecret } from "../../../components/site/credentials.ts";
import {
  alone,
  credentials,
  describeComponent,
  nameOf,
  namespace,
  podOf,
  secretData,
} from "../../support/component.ts";
import { rootSecret } from "../../support/configuration.ts";
import { declareAlone, find, settled } from "../../support/program.ts";
import { probeCode } from "../../support/shell.ts";

const secret = "core/v1:Secret opendata-queue-credentials";
const image = "registry.example.org/valkey:8.1.3";
const part = { namespace, instance: "opendata" };

const own = {
  component: "RedisQueue opendata-queue",
  declare: (opts: object, protection: Protection) =>
    new RedisQueue(
      "opendata-queue",
      { ...part, credentials: credentials(), server: { kind: "in-cluster", image }, protection },
      opts,
    ),
  children: [
    "apps/v1:StatefulSet opendata-queue",
    "core/v1:PersistentVolumeClaim opendata-queue-data",
    secret,
    "core/v1:Service opendata-queue",
    "networking.k8s.io/v1:NetworkPolicy opendata-queue",
  ],
  durable: ["core/v1:PersistentVolumeClaim opendata-queue-data"],
  secrets: { [secret]: ["password", "users.acl"] },
};

const bringing = {
  component: "RedisQueue opendata-queue",
  declare: (opts: object) =>
    new RedisQueue(
      "opendata-queue",
      {
        ...part,
        credentials: credentials(),
        server: {
          kind: "external",
          host: "redis.example.org",
          index: 3,
          password: "password-of-somebody-else",
        },
      },
      opts,
    ),
  children: [secret],
  secrets: { [secret]: ["password"] },
};

describeComponent("a queue of its own", own);
describeComponent("a queue of somebody else", bringing);

describe("the contract", () => {
  test("of an own queue names its Service, and lets in pods that say they are clients", async () => {
    const { made, resources } = await alone(own);
    expect(await settled(made.endpoint)).toEqual({
      host: "opendata-queue",
      port: 6379,
      index: 0,
      password: { secretName: nameOf(find(resources, secret)), key: "password" },
      access: {
        clientLabels: { "queue-client": "true" },
        destination: {
          kind: "pods",
          labels: {
            "app.kubernetes.io/name": "redis",
            "app.kubernetes.io/instance": "opendata",
            "app.kubernetes.io/component": "queue",
          },
          port: 6379,
        },
      },
    });
  });

  test("of an external queue is what was given, and the password goes into a Secret", async () => {
    const { made, resources } = await alone(bringing);
    expect(await settled(made.endpoint)).toEqual({
      host: "redis.example.org",
      port: 6379,
      index: 3,
      tls: "disable",
      password: { secretName: nameOf(find(resources, secret)), key: "password" },
      access: { clientLabels: {}, destination: { kind: "networks", networks: ["0.0.0.0/0"], port: 6379 } },
    });
    expect(secretData(find(resources, secret))).toEqual({ password: "password-of-somebody-else" });
  });
});

test("the password reaches Redis in a file, for its one user, and no argument or probe has it", async () => {
  const { resources } = await alone(own);
  const password = deriveSecret(rootSecret, "opendata", "queue", 1);
  expect(secretData(find(resources, secret))).toEqual({
    password,
    "users.acl": `user default on >${password} ~* &* +@all -@admin -@dangerous +info +client|list +keys\n`,
  });
  const { containers, volumes } = podOf(find(resources, "apps/v1:StatefulSet opendata-queue"));
  expect(containers.map(({ args, env }) => ({ args, env }))).toEqual([
    { args: ["--aclfile", "/run/secrets/redis/users.acl", "--dir", "/data", "--appendonly", "yes"], env: undefined },
  ]);
  expect(volumes.map(({ name }) => name)).toEqual(["tmp", "data", "credentials"]);
});

test.each([
  ["Redis that answers", "redis-cli", "PONG", 0],
  ["Redis that loads its file", "redis-cli", "LOADING Redis is loading the dataset in memory", 1],
  ["Valkey, whose client has another name,", "valkey-cli", "PONG", 0],
])("the password of the file lets the readiness probe ask %s", async (_name, client, answer, code) => {
  const { resources } = await alone(own);
  const [container] = podOf(find(resources, "apps/v1:StatefulSet opendata-queue")).containers;
  const programs = {
    cat: 'echo "content of $1"',
    [client]: `[ "$REDISCLI_AUTH" = "content of /run/secrets/redis/password" ] && echo "${answer}"`,
  };
  expect(probeCode(container?.readinessProbe, programs)).toBe(code);
});

test("a password that does not fit into a URL is refused, and not shown", async () => {
  const server = { kind: "external", host: "redis.example.org", password: "50%-of-a-password" } as const;
  const declare = () => new RedisQueue("q", { ...part, credentials: credentials(), server });
  await expect(declareAlone(declare)).rejects.toThrow(
    "The arguments of q.server have 1 mistake; nothing was created or changed:\n  password: expected",
  );
  await expect(declareAlone(declare)).rejects.not.toThrow("50%");
});

/** `queue` of a site: where its Redis or Valkey lives, which holds waiting jobs and what CKAN caches. */
import { z } from "zod";
import type { Arguments, Settings } from "../../config/arguments.ts";
import { secretKey } from "../../config/marks.ts";
import {
  imageReference,
  networks,
  port,
  priorityClass,
  serverHost,
  storage,
  storageClass,
  userName,
} from "../../config/values.ts";
import { resources, sized } from "../kubernetes/resources.ts";

export const redisPort = 6379;

const expectedIndex = "expected a database index from 0 up";

/** A server of the site's own: one pod with a volume. Every change is on disk within a second. */
const inCluster = z.strictObject({
  kind: z.literal("in-cluster"),
  // Redis 7 or Valkey; the entry point must pass arguments on to the server.
  image: imageReference.describe("Container image, by exact tag or digest"),
  storage: storage("1Gi"),
  storageClass,
  // Measured: 6 MiB resident.
  resources: resources(sized("50m", "64Mi", "500m", "256Mi")),
  priorityClass,
});

/** An existing server. */
const external = z.strictObject({
  kind: z.literal("external"),
  host: serverHost,
  port: port.default(redisPort),
  index: z
    .int(expectedIndex)
    .min(0, expectedIndex)
    .default(0)
    .describe("Database index; instances that share a server need one each"),
  tls: z
    .enum(["disable", "verify-ca", "verify-full"], "expected disable, verify-ca or verify-full")
    .default("disable")
    .describe(
      "verify-full: TLS, with a certificate for the host; verify-ca: with one of caBundle's authorities, whatever name it carries",
    ),
  user: userName
    .optional()
    .describe("ACL user, who may call INFO, CLIENT LIST and KEYS too; default: the server's own"),
  // URL-safe, because the password becomes part of a URL.
  passwordFrom: secretKey({ urlSafe: true }),
  networks,
});

export const queueSettings = z.discriminatedUnion(
  "kind",
  [inCluster, external],
  "expected kind: in-cluster or external",
);

export type QueueArgs = Arguments<typeof queueSettings>;
export type QueueSettings = Settings<typeof queueSettings>;
export type InClusterRedis = Extract<QueueSettings, { kind: "in-cluster" }>;
export type ExternalRedis = Extract<QueueSettings, { kind: "external" }>;

/** The small value types that stack files are made of. Each message says what to write. */
import { isIP } from "node:net";
import { z } from "zod";
import { quantityValue } from "../components/kubernetes/quantity.ts";
import { orOutput } from "./marks.ts";

export { quantityValue };

const notZero = (text: string) => quantityValue(text) > 0;

/** Bytes with a binary or decimal suffix: memory, storage. */
export const byteQuantity = z
  .string("expected a quantity such as 5Gi")
  .regex(/^\d+(?:\.\d+)?(?:k|M|G|T|P|Ki|Mi|Gi|Ti|Pi)$/, { error: "expected a quantity such as 5Gi", abort: true })
  .refine(notZero, { error: "expected a quantity above zero such as 5Gi", abort: true });

export const storage = (size: string) =>
  byteQuantity.default(size).describe("Size of the volume; it can grow, not shrink");

/** A Java heap: Java's own -Xmx takes whole numbers and binary suffixes up to Gi only. */
export const heapQuantity = z
  .string("expected a heap in whole Ki, Mi or Gi such as 512Mi")
  .regex(/^[1-9]\d*(?:Ki|Mi|Gi)$/, "expected a heap in whole Ki, Mi or Gi such as 512Mi");

/** Cores, whole or in thousandths. */
export const cpuQuantity = z
  .string("expected processor cores such as 500m or 2")
  .regex(/^\d+(?:\.\d+)?m?$/, { error: "expected processor cores such as 500m or 2", abort: true })
  .refine(notZero, { error: "expected processor cores above zero such as 500m", abort: true });

/**
 * Instance names become the prefix of every derived name. 30 leaves room for the longest of them: a StatefulSet's pod label
 * `controller-revision-hash` (name, role, 11 characters of hash) and PostgreSQL's 63-byte identifiers.
 */
export const instanceName = z
  .string()
  .regex(
    /^[a-z](?:[-a-z0-9]{0,28}[a-z0-9])?$/,
    "expected an instance name: a DNS label of at most 30 lower-case letters, digits and hyphens that starts with a letter, such as opendata",
  );

/** Name of the Pulumi stack: namespaces are called <instance>-<stack>, and a namespace's name is a DNS label of at most 63. */
export const stackName = z
  .string()
  .regex(
    /^[a-z0-9](?:[-a-z0-9]{0,30}[a-z0-9])?$/,
    "expected a stack whose name is at most 32 lower-case letters, digits and hyphens, such as prod: namespaces are called after it",
  );

/** A host name without scheme, port or path. */
export const hostName = z
  .string("expected a host name such as data.example.org")
  .regex(
    /^(?=.{1,253}$)(?=.*[a-z])(?:[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?)(?:\.[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?)*$/,
    "expected a host name such as data.example.org, without scheme, port or path, in lower case",
  );

/** A server that pods reach: a host name or an IPv4 address. */
export const serverAddress = z
  .string("expected a host name or an IPv4 address")
  .regex(
    /^[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?)*$/,
    "expected a host name such as db.example.org or an IPv4 address, without scheme or port",
  )
  .describe("Host name or IPv4 address of the server");

/** The same; a program may pass an output. */
export const serverHost = orOutput(serverAddress, "output.invalid");

const expectedUser = "expected a user's name of letters, digits, ., _, ~ and -";

/** The name becomes part of a URL, and of a variable that CKAN reads as a default of its ini file. */
export const userName = z.string(expectedUser).regex(/^[A-Za-z0-9._~-]+$/, expectedUser);

/** An IPv4 network that pods may talk to, as NetworkPolicies take it. */
export const ipv4Network = z
  .string("expected an IPv4 network such as 10.20.0.0/16")
  .regex(
    /^(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)(?:\.(?!\/)|(?=\/))){4}\/(?:3[0-2]|[12]?\d)$/,
    "expected an IPv4 network such as 10.20.0.0/16",
  );

/** Networks that contain an external server; the network policies let pods reach no others. */
export const networks = z
  .array(ipv4Network)
  .min(1, "expected at least one network such as 10.20.0.0/16")
  .default(["0.0.0.0/0"])
  .describe("IPv4 networks that hold the server, for the network policies");

/** An IPv4 or IPv6 network such as 10.20.0.0/16. Zone ids (fe80::1%eth0) are refused: they mean nothing on another machine. */
export function isNetwork(text: string): boolean {
  const [address = "", length = "", ...more] = text.split("/");
  const most = address.includes("%") ? -1 : ({ 4: 32, 6: 128 }[isIP(address)] ?? -1);
  return more.length === 0 && /^(?:0|[1-9]\d{0,2})$/.test(length) && Number(length) <= most;
}

const expectedAddress = "expected an IP address or network such as 10.96.0.10 or fd00::/64";

/** One or more addresses, of IPv4 or IPv6. */
export const addressOrNetwork = z
  .string(expectedAddress)
  .refine((text) => isNetwork(text) || isNetwork(`${text}/0`), expectedAddress);

/** Name of a namespace of the cluster. */
export const namespaceName = z
  .string("expected a namespace such as monitoring")
  .regex(/^[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?$/, "expected a namespace such as monitoring");

/** A container image that means the same tomorrow: an exact tag or a digest. */
export const imageReference = z
  .string("expected an image with an exact tag or digest such as registry.example.org/ckan:2.11.6-1")
  .regex(
    /^[a-z0-9][a-z0-9.-]*(?::\d+)?(?:\/[a-z0-9._-]+)*(?::[\w][\w.-]{0,127}(?:@sha256:[a-f0-9]{64})?|@sha256:[a-f0-9]{64})$/,
    "expected an image with an exact tag or digest such as registry.example.org/ckan:2.11.6-1",
  )
  .refine((image) => !/:(?:latest|master|main|stable|edge|nightly)$/.test(image), {
    error: "expected an exact tag: this one moves, so that two starts could run different software",
    abort: true,
  });

export const port = z
  .int("expected a port number from 1 to 65535")
  .min(1, "expected a port number from 1 to 65535")
  .max(65535, "expected a port number from 1 to 65535")
  .describe("Port of the server");

/** A whole number from `least` up. */
export function count(least: number): z.ZodInt {
  const message = `expected a whole number of at least ${least}`;
  return z.int(message).min(least, message);
}

/** Text that goes into one line of an ini file. */
export const line = z
  .string("expected text")
  .min(1, "expected text, not nothing")
  .regex(/^[^\r\n]*$/, "expected one line of text");

/** The name of a plugin, as its entry point spells it. */
export const pluginName = z
  .string("expected the name of a plugin such as datastore")
  .regex(/^[a-z][a-z0-9_]*$/, "expected the name of a plugin such as datastore");

/** Name of a Kubernetes object. */
export const objectName = (example: string) =>
  z
    .string(`expected a name such as ${example}`)
    .regex(
      /^(?=.{1,253}$)[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*$/,
      `expected a name such as ${example}: lower-case letters, digits, hyphens and dots`,
    );

export const storageClass = objectName("premium-rwo")
  .optional()
  .describe("StorageClass of its volumes when they are made, which keep it; default: ckan:cluster.storageClass");

export const priorityClass = objectName("important").optional().describe("PriorityClass of the cluster for its pods");

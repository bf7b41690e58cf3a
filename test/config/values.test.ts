import { describe, expect, test } from "vitest";
import type { z } from "zod";
import { secretKey } from "../../config/marks.ts";
import {
  addressOrNetwork,
  byteQuantity,
  count,
  cpuQuantity,
  heapQuantity,
  hostName,
  imageReference,
  instanceName,
  ipv4Network,
  line,
  pluginName,
  port,
  quantityValue,
  serverHost,
} from "../../config/values.ts";

const digest = `sha256:${"0a".repeat(32)}`;

const accepted: readonly (readonly [name: string, type: z.ZodType, values: readonly unknown[]])[] = [
  ["a quantity of bytes", byteQuantity, ["5Gi", "1.5Gi", "512Mi", "100k", "2T"]],
  ["a quantity of processors", cpuQuantity, ["500m", "2", "0.5"]],
  ["a heap", heapQuantity, ["512Mi", "1Gi", "524288Ki"]],
  ["an instance name", instanceName, ["a", "opendata", "open-data-2", "a".repeat(30)]],
  ["a host name", hostName, ["localhost", "data.example.org", "a1.b2", "xn--bcher-kva.example"]],
  ["a server", serverHost, ["db", "db.example.org", "10.0.0.7"]],
  ["a network", ipv4Network, ["0.0.0.0/0", "10.20.0.0/16", "255.255.255.255/32"]],
  ["an address or a network", addressOrNetwork, ["10.96.0.10", "10.96.0.0/16", "fd00::a", "fd00::/64", "::/0"]],
  [
    "an image",
    imageReference,
    [
      "postgres:17.6",
      "localhost:5000/ckan:2.11.6-1",
      "registry.example.org/a/b_c:v1",
      `registry.example.org/ckan@${digest}`,
      `registry.example.org/ckan:2.11.6@${digest}`,
    ],
  ],
  ["a port", port, [1, 65535]],
  ["a count from one", count(1), [1, 1000]],
  ["a line", line, ["Open data", "100 % open", "ä"]],
  ["the name of a secret", secretKey(), ["databasePassword", "key2"]],
  ["a plugin", pluginName, ["datastore", "s3filestore", "text_view"]],
];

describe("accepted:", () => {
  test.each(accepted.flatMap(([name, type, values]) => values.map((value) => [name, value, type] as const)))(
    "%s may be %j",
    (_name, value, type) => {
      expect(type.parse(value)).toBe(value);
    },
  );
});

const host = "expected a host name such as data.example.org, without scheme, port or path, in lower case";
const server = "expected a host name such as db.example.org or an IPv4 address, without scheme or port";
const network = "expected an IPv4 network such as 10.20.0.0/16";
const image = "expected an image with an exact tag or digest such as registry.example.org/ckan:2.11.6-1";
const movingTag = "expected an exact tag: this one moves, so that two starts could run different software";
const portNumber = "expected a port number from 1 to 65535";
const secretName =
  "expected the name of a secret key of this stack file such as databaseAdminPassword, not the secret itself";
const name =
  "expected an instance name: a DNS label of at most 30 lower-case letters, digits and hyphens that starts with a letter, such as opendata";

const refused: readonly (readonly [name: string, type: z.ZodType, message: string, values: readonly unknown[]])[] = [
  ["a quantity of bytes", byteQuantity, "expected a quantity such as 5Gi", ["5gb", "5", "Gi", "-1Gi", "5 Gi", "", 5]],
  ["a quantity of bytes", byteQuantity, "expected a quantity above zero such as 5Gi", ["0Gi", "0.0Mi"]],
  ["a quantity of processors", cpuQuantity, "expected processor cores such as 500m or 2", ["lots", "1Gi", "-1", 2]],
  ["a quantity of processors", cpuQuantity, "expected processor cores above zero such as 500m", ["0", "0m"]],
  ["a heap", heapQuantity, "expected a heap in whole Ki, Mi or Gi such as 512Mi", ["0.5Gi", "1G", "1Ti", "0Mi", 512]],
  ["an instance name", instanceName, name, ["Open", "open_data", "1open", "-a", "a-", "a".repeat(31), ""]],
  ["a host name", hostName, host, ["https://a.org", "a.org/", "a.org:80", "A.org", "10.0.0.1", "-a.org", "a..org"]],
  ["a server", serverHost, server, ["https://a.org", "a.org:5432", "A.org", "a_b"]],
  ["a network", ipv4Network, network, ["10.0.0.0", "10.0.0/8", "256.0.0.0/8", "10.0.0.0/33", "::/0"]],
  [
    "an address or a network",
    addressOrNetwork,
    "expected an IP address or network such as 10.96.0.10 or fd00::/64",
    [
      "dns.example.org",
      "10.96.0.10:53",
      "10.96.0.10/33",
      "fd00::/129",
      "fe80::1%eth0",
      "10.0.0.0/8/8",
      "1.2.3/8",
      "",
      5,
    ],
  ],
  ["an image", imageReference, image, ["ckan", "a/b", "ckan:", "Ckan:1", "https://a/b:1", "a@sha256:12"]],
  ["an image", imageReference, movingTag, ["ckan:latest", "ckan:master", "ckan:main", "a/b:stable"]],
  ["a port", port, portNumber, [0, 65536, 1.5, "80"]],
  ["a count from one", count(1), "expected a whole number of at least 1", [0, -1, 1.5, "1"]],
  ["a line", line, "expected one line of text", ["two\nlines", "two\rlines"]],
  ["a line", line, "expected text", [1, null]],
  ["a line", line, "expected text, not nothing", [""]],
  ["the name of a secret", secretKey(), secretName, ["two words", "a-b", "1a", "pass/word"]],
  ["a plugin", pluginName, "expected the name of a plugin such as datastore", ["s3-filestore", "Datastore", "a b"]],
];

describe("refused with exactly one message:", () => {
  test.each(
    refused.flatMap(([name, type, message, values]) => values.map((value) => [name, value, type, message] as const)),
  )("%s may not be %j", (_name, value, type, message) => {
    expect(type.safeParse(value).error?.issues.map((issue) => issue.message)).toEqual([message]);
  });
});

test.each([
  ["5Gi", 5 * 2 ** 30],
  ["1.5Mi", 1.5 * 2 ** 20],
  ["2Ki", 2048],
  ["3G", 3e9],
  ["4k", 4000],
  ["500m", 0.5],
  ["2", 2],
  ["1Pi", 2 ** 50],
  ["5gb", Number.NaN],
  ["", Number.NaN],
])("the quantity %j is the number %d", (quantity, value) => {
  expect(quantityValue(quantity)).toBe(value);
});

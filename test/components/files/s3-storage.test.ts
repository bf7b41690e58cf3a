import { expect, test } from "vitest";
import { S3Storage } from "../../../components/files/s3-storage.ts";
import { alone, credentials, describeComponent, nameOf, namespace, secretData } from "../../support/component.ts";
import { declareAlone, find, settled } from "../../support/program.ts";

const key = "core/v1:Secret opendata-files-key";
const server = {
  kind: "s3",
  endpoint: "https://s3.example.org",
  bucket: "opendata-files",
  accessKey: "access-key-of-somebody",
  secretKey: "secret-key-of-somebody",
} as const;
const args = (changes: object = {}) => ({
  namespace,
  instance: "opendata",
  credentials: credentials(),
  server: { ...server, ...changes },
});

const bucket = {
  component: "S3Storage opendata-files",
  declare: (opts: object) => new S3Storage("opendata-files", args(), opts),
  children: [key],
  secrets: { [key]: ["access-key", "secret-key"] },
};

describeComponent("a bucket of somebody else", bucket);

test("hands on the bucket, which browsers reach too", async () => {
  const { made, resources } = await alone(bucket);
  const secretName = nameOf(find(resources, key));
  expect(await settled(made.store)).toEqual({
    protocol: "https",
    host: "s3.example.org",
    port: 443,
    region: "us-east-1",
    bucket: "opendata-files",
    accessKey: { secretName, key: "access-key" },
    secretKey: { secretName, key: "secret-key" },
    reachableByBrowsers: true,
    access: { clientLabels: {}, destination: { kind: "networks", networks: ["0.0.0.0/0"], port: 443 } },
  });
  expect(secretData(find(resources, key))).toEqual({
    "access-key": "access-key-of-somebody",
    "secret-key": "secret-key-of-somebody",
  });
});

test.each([
  ["https://s3.example.org", "https", "s3.example.org", 443],
  ["http://s3.example.org", "http", "s3.example.org", 80],
  ["https://s3.example.org:9443", "https", "s3.example.org", 9443],
  ["http://10.0.0.7:9000", "http", "10.0.0.7", 9000],
])("%s is %s to %s on port %d, and pods may reach that port only", async (endpoint, protocol, host, port) => {
  const { made } = await declareAlone(() => new S3Storage("s", args({ endpoint })));
  const { store } = made;
  expect([store.protocol, store.host, store.port, store.access.destination.port]).toEqual([protocol, host, port, port]);
});

test("an endpoint without a protocol is refused, with what to write", async () => {
  const declare = () => new S3Storage("s", args({ endpoint: "s3.example.org" }));
  await expect(declareAlone(declare)).rejects.toThrow(
    'endpoint: expected the endpoint\'s URL such as https://s3.example.org, got "s3.example.org"',
  );
});

import { expect, test } from "vitest";
import { MinioStorage } from "../../../components/files/minio-storage.ts";
import type { Protection } from "../../../components/kubernetes/durability.ts";
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
import { find, settled } from "../../support/program.ts";

const key = "core/v1:Secret opendata-files-key";
const root = "core/v1:Secret opendata-files-root";

const server = { kind: "minio", image: "registry.example.org/minio:2026-02-12-1" } as const;

const own = {
  component: "MinioStorage opendata-files",
  declare: (opts: object, protection: Protection) =>
    new MinioStorage(
      "opendata-files",
      { namespace, instance: "opendata", credentials: credentials(), server, protection },
      opts,
    ),
  children: [
    "apps/v1:StatefulSet opendata-files",
    "batch/v1:Job opendata-files-setup",
    "core/v1:ConfigMap opendata-files-setup",
    "core/v1:PersistentVolumeClaim opendata-files-data",
    key,
    root,
    "core/v1:Service opendata-files",
    "networking.k8s.io/v1:NetworkPolicy opendata-files",
    "networking.k8s.io/v1:NetworkPolicy opendata-files-setup",
  ],
  durable: ["core/v1:PersistentVolumeClaim opendata-files-data"],
  secrets: { [key]: ["access-key", "secret-key"], [root]: ["password", "user"] },
};

describeComponent("an object store", own);

test("hands on its bucket with a key for it alone, which browsers do not reach", async () => {
  const { made, resources } = await alone(own);
  const secretName = nameOf(find(resources, key));
  expect(await settled(made.store)).toEqual({
    protocol: "http",
    host: "opendata-files",
    port: 9000,
    region: "us-east-1",
    bucket: "opendata-files",
    accessKey: { secretName, key: "access-key" },
    secretKey: { secretName, key: "secret-key" },
    reachableByBrowsers: false,
    access: {
      clientLabels: { "files-client": "true" },
      destination: {
        kind: "pods",
        labels: {
          "app.kubernetes.io/name": "minio",
          "app.kubernetes.io/instance": "opendata",
          "app.kubernetes.io/component": "files",
        },
        port: 9000,
      },
    },
  });
});

test("derives the passwords of root and of the bucket's key", async () => {
  const { resources } = await alone(own);
  expect(secretData(find(resources, root))).toEqual({
    user: "root",
    password: deriveSecret(rootSecret, "opendata", "files-administrator", 1),
  });
  expect(secretData(find(resources, key))).toEqual({
    "access-key": "opendata-files",
    "secret-key": deriveSecret(rootSecret, "opendata", "files", 1),
  });
});

test("gives root's password as a file to the server, and to the one Job that makes the bucket", async () => {
  const { resources } = await alone(own);
  const server = podOf(find(resources, "apps/v1:StatefulSet opendata-files"));
  expect(server.containers[0]?.env?.slice(0, 2)).toEqual([
    { name: "MINIO_ROOT_USER_FILE", value: "/run/secrets/minio/user" },
    { name: "MINIO_ROOT_PASSWORD_FILE", value: "/run/secrets/minio/password" },
  ]);
  const setup = podOf(find(resources, "batch/v1:Job opendata-files-setup"));
  const secretVolume = (name: string, secret: string) => ({
    name,
    secret: { secretName: nameOf(find(resources, secret)), defaultMode: 0o440 },
  });
  expect(server.volumes.filter(({ secret }) => secret !== undefined)).toEqual([secretVolume("root", root)]);
  expect(setup.volumes.filter(({ secret }) => secret !== undefined)).toEqual([
    secretVolume("root", root),
    secretVolume("key", key),
  ]);
  expect(setup.containers[0]?.env).toEqual([
    { name: "STORE", value: "opendata-files:9000" },
    { name: "BUCKET", value: "opendata-files" },
  ]);
});

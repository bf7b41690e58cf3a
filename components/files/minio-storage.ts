/** An object store of the site's own: MinIO with one bucket and a key that grants access to nothing else. */
import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { type Arguments, checked } from "../../config/arguments.ts";
import { configFiles } from "../kubernetes/declare/config-files.ts";
import { declareJob } from "../kubernetes/declare/job.ts";
import { declareServer } from "../kubernetes/declare/stateful-server.ts";
import { Protection } from "../kubernetes/durability.ts";
import { type Identity, imageVersion, labels, selector } from "../kubernetes/labels.ts";
import { objectMetadata } from "../kubernetes/metadata.ts";
import { allow } from "../kubernetes/network.ts";
import { configMapMount, secretMount } from "../kubernetes/pod.ts";
import { http, probes } from "../kubernetes/probes.ts";
import { sized } from "../kubernetes/resources.ts";
import { credentialsSecret } from "../site/credentials-secret.ts";
import type { Access, ObjectStore, SecretReference } from "../site/endpoints.ts";
import type { SecretPartArgs } from "../site/part.ts";
import { Purpose } from "../site/purposes.ts";
import { bucketPolicy, setupScript } from "./bucket.ts";
import { type MinioSettings, minioSettings } from "./settings.ts";

export interface MinioStorageArgs extends SecretPartArgs {
  /** Settings of the server. */
  readonly server: Arguments<typeof minioSettings>;
  /** Name of the bucket. @default <instance>-files */
  readonly bucket?: string;
}

/** The validated arguments with defaults. */
interface Minio extends SecretPartArgs, MinioSettings {}

const serverPort = 9000;
const rootUser = "root";
/** Resources of the Job that creates the bucket: it runs a few mc commands. */
const setupResources = sized("50m", "64Mi", "500m", "256Mi");

export class MinioStorage extends pulumi.ComponentResource {
  readonly store: ObjectStore;

  constructor(name: string, args: MinioStorageArgs, opts: pulumi.ComponentResourceOptions = {}) {
    const settings = checked(minioSettings, args.server, `${name}.server`);
    super("ckan:index:MinioStorage", name, {}, opts);
    const { namespace, instance, credentials, bucket = `${instance}-files` } = args;
    const minio: Minio = { ...args, ...settings };
    const identity: Identity = { instance, component: "files", software: "minio", version: imageVersion(minio.image) };
    const shared = { namespace, identity, credentials };

    const root = credentialsSecret(
      `${name}-root`,
      { ...shared, data: { user: rootUser, password: credentials.derive(Purpose.FilesAdministrator) } },
      { parent: this },
    );
    const key = credentialsSecret(
      `${name}-key`,
      { ...shared, data: { "access-key": bucket, "secret-key": credentials.derive(Purpose.Files) } },
      { parent: this },
    );
    const { host, access } = this.server(name, minio, identity, root.user.secretName);
    this.setup(`${name}-setup`, minio, { bucket, host, access, root, key });

    this.store = {
      protocol: "http",
      host,
      port: serverPort,
      region: "us-east-1",
      bucket,
      accessKey: key["access-key"],
      secretKey: key["secret-key"],
      reachableByBrowsers: false,
      access,
    };
    this.registerOutputs();
  }

  private server(name: string, minio: Minio, identity: Identity, rootSecret: pulumi.Input<string>) {
    const { namespace, image, storage, storageClass, resources, priorityClass, pods } = minio;
    const { protection = Protection.Protected } = minio;
    return declareServer(
      name,
      {
        namespace,
        pod: {
          identity,
          image,
          args: ["server", "/data", "--address", `:${serverPort}`],
          environment: [
            { name: "MINIO_ROOT_USER_FILE", value: "/run/secrets/minio/user" },
            { name: "MINIO_ROOT_PASSWORD_FILE", value: "/run/secrets/minio/password" },
            { name: "MINIO_BROWSER", value: "off" },
            { name: "MINIO_UPDATE", value: "off" },
            // No policy can forbid temporary keys (AssumeRole), which outlive a rotation. This is MinIO's minimum; it also overrides the
            // duration in a request. The default allows a year.
            { name: "MINIO_STS_DURATION", value: "15m" },
          ],
          probes: probes({
            ready: http("/minio/health/ready", serverPort),
            alive: http("/minio/health/live", serverPort),
          }),
          resources,
          priorityClass,
          settings: pods,
          mounts: [secretMount("root", "/run/secrets/minio", rootSecret)],
          terminationGracePeriodSeconds: 60,
        },
        port: serverPort,
        dataPath: "/data",
        storage,
        storageClass,
        protection,
      },
      { parent: this },
    );
  }

  /** A Job in the cluster creates the bucket and its key: the machine that runs Pulumi need not reach the store. */
  private setup(
    name: string,
    { namespace, instance, image, pods }: Minio,
    { bucket, host, access, root, key }: SetupArgs,
  ): void {
    const identity: Identity = { instance, component: "files-setup", software: "minio-client" };
    const data = { "policy.json": bucketPolicy(bucket), "setup.sh": setupScript };
    const script = configFiles(name, { namespace, identity, data }, { parent: this });
    new kubernetes.networking.v1.NetworkPolicy(
      name,
      {
        metadata: objectMetadata({ name, namespace, labels: labels(identity) }),
        spec: allow({ pods: selector(identity), to: [access], resolvers: pods?.dnsResolvers }),
      },
      { parent: this },
    );
    declareJob(
      name,
      {
        namespace,
        pod: {
          identity,
          image,
          command: ["sh", "/etc/setup/setup.sh"],
          environment: [
            { name: "STORE", value: `${host}:${serverPort}` },
            { name: "BUCKET", value: bucket },
          ],
          resources: setupResources,
          mounts: [
            configMapMount("setup", "/etc/setup", script),
            secretMount("root", "/run/secrets/root", root.user.secretName),
            secretMount("key", "/run/secrets/key", key["access-key"].secretName),
          ],
          clientLabels: access.clientLabels,
          settings: pods,
        },
        deadlineSeconds: 300,
      },
      { parent: this },
    );
  }
}

interface SetupArgs {
  readonly bucket: string;
  readonly host: string;
  readonly access: Access;
  readonly root: Readonly<Record<"user" | "password", SecretReference>>;
  readonly key: Readonly<Record<"access-key" | "secret-key", SecretReference>>;
}

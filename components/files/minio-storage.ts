/** An object store of the instance's own: MinIO with one bucket and a key that reaches nothing else. */
import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { configFiles } from "../kubernetes/declare/config-files.ts";
import { declareJob } from "../kubernetes/declare/job.ts";
import { declareServer } from "../kubernetes/declare/stateful-server.ts";
import { Protection } from "../kubernetes/durability.ts";
import { type Identity, imageVersion, labels, selector } from "../kubernetes/labels.ts";
import { objectMetadata } from "../kubernetes/metadata.ts";
import { allow } from "../kubernetes/network.ts";
import { configMapMount, type PodSettings, type Resources, secretMount } from "../kubernetes/pod.ts";
import { http, probes } from "../kubernetes/probes.ts";
import { sized } from "../kubernetes/resources.ts";
import type { Credentials } from "../site/credentials.ts";
import { credentialsSecret } from "../site/credentials-secret.ts";
import type { Access, ObjectStore, SecretReference } from "../site/endpoints.ts";
import { Purpose } from "../site/purposes.ts";
import { sizes } from "../site/sizes.ts";
import { bucketPolicy, setupScript } from "./bucket.ts";

export interface MinioStorageArgs {
  readonly namespace: pulumi.Input<string>;
  readonly credentials: Credentials;
  /** Image with `minio` and `mc`. The project behind MinIO is archived: images/minio builds one from its last source. */
  readonly image: string;
  /** Name of the bucket. @default <instance>-files */
  readonly bucket?: string;
  /** Size of the data volume. @default 20Gi */
  readonly storage?: string;
  /** StorageClass of the volume when it is made; one that exists keeps its own. @default the cluster's own */
  readonly storageClass?: string | undefined;
  /** @default 100m to 1 processor, 256Mi to 512Mi */
  readonly resources?: Resources;
  /** Name of a PriorityClass of the cluster. @default the cluster's own */
  readonly priorityClass?: string | undefined;
  /** What a destroy leaves. @default protected */
  readonly protection?: Protection;
  /** What is the same for every pod of the instance. @default a fixed user, images that anybody may pull */
  readonly pods?: PodSettings | undefined;
}

const serverPort = 9000;
const rootUser = "root";
/** Of the Job that makes the bucket: a few calls of mc. */
const setupResources = sized("50m", "64Mi", "500m", "256Mi");

export class MinioStorage extends pulumi.ComponentResource {
  readonly store: ObjectStore;

  constructor(name: string, args: MinioStorageArgs, opts: pulumi.ComponentResourceOptions = {}) {
    super("ckan:index:MinioStorage", name, {}, opts);
    const { credentials, namespace } = args;
    const { instance } = credentials;
    const bucket = args.bucket ?? `${instance}-files`;
    const identity: Identity = { instance, component: "files", software: "minio", version: imageVersion(args.image) };
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
    const { host, access } = this.server(name, args, identity, root.user.secretName);
    this.setup(`${name}-setup`, args, { bucket, host, access, root, key });

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

  private server(name: string, args: MinioStorageArgs, identity: Identity, rootSecret: pulumi.Input<string>) {
    return declareServer(
      name,
      {
        namespace: args.namespace,
        pod: {
          identity,
          image: args.image,
          args: ["server", "/data", "--address", `:${serverPort}`],
          environment: [
            { name: "MINIO_ROOT_USER_FILE", value: "/run/secrets/minio/user" },
            { name: "MINIO_ROOT_PASSWORD_FILE", value: "/run/secrets/minio/password" },
            { name: "MINIO_BROWSER", value: "off" },
            { name: "MINIO_UPDATE", value: "off" },
            // No policy can forbid temporary keys (AssumeRole), which outlive a rotation: this is the least that MinIO takes, and
            // whatever a request asks for instead of it counts no more. The default allows a year.
            { name: "MINIO_STS_DURATION", value: "15m" },
          ],
          probes: probes({
            ready: http("/minio/health/ready", serverPort),
            alive: http("/minio/health/live", serverPort),
          }),
          resources: args.resources ?? sizes.files.resources,
          priorityClass: args.priorityClass,
          settings: args.pods,
          mounts: [secretMount("root", "/run/secrets/minio", rootSecret)],
          terminationGracePeriodSeconds: 60,
        },
        port: serverPort,
        dataPath: "/data",
        storage: args.storage ?? sizes.files.storage,
        storageClass: args.storageClass,
        protection: args.protection ?? Protection.Protected,
      },
      { parent: this },
    );
  }

  /** The bucket and its key are made inside the cluster: the machine that runs Pulumi need not reach the store. */
  private setup(name: string, args: MinioStorageArgs, { bucket, host, access, root, key }: SetupArgs): void {
    const { namespace } = args;
    const identity: Identity = {
      instance: args.credentials.instance,
      component: "files-setup",
      software: "minio-client",
    };
    const data = { "policy.json": bucketPolicy(bucket), "setup.sh": setupScript };
    const script = configFiles(name, { namespace, identity, data }, { parent: this });
    new kubernetes.networking.v1.NetworkPolicy(
      name,
      {
        metadata: objectMetadata({ name, namespace, labels: labels(identity) }),
        spec: allow({ pods: selector(identity), to: [access], resolvers: args.pods?.dnsResolvers }),
      },
      { parent: this },
    );
    declareJob(
      name,
      {
        namespace,
        pod: {
          identity,
          image: args.image,
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
          settings: args.pods,
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

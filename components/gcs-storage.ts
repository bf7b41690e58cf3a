/** Buckets at Google Cloud, with who may do what there. */
import * as pulumi from "@pulumi/pulumi";
import { Purpose } from "../ckan/credentials.ts";
import type { ObjectStore, SecretReference } from "./contracts.ts";
import type { Credentials } from "./credentials.ts";
import { durable, Protection } from "./durability.ts";
import { backupBucket, roles, uploadsBucket } from "./manifests/cloud-storage.ts";
import type { Identity } from "./manifests/labels.ts";
import { toInternet } from "./manifests/network.ts";
import { cloudStorage } from "./sdk.ts";
import { credentialsSecret } from "./secret.ts";
import { type GoogleIdentity, googleIdentity } from "./workload-identity.ts";

export interface GcsStorageArgs {
  readonly namespace: pulumi.Input<string>;
  readonly credentials: Credentials;
  /** Google Cloud project of the buckets, of the accounts and of the cluster. */
  readonly project: string;
  /** Where the buckets are: a region such as EUROPE-WEST3, or EU, US, ASIA. */
  readonly location: string;
  /** Bucket for uploads; its name is taken in the whole world. */
  readonly bucket: string;
  /** Days for which a deleted or replaced file can be had back. @default 30 */
  readonly versionDays?: number;
  /** A second bucket, for backups. @default none */
  readonly backups?: { readonly bucket: string; readonly days: number } | undefined;
  /** Beginning of the ids of the service accounts that are made: `-web`, `-worker` and `-backup` follow. */
  readonly accounts: string;
  /** Others who may read the uploads, such as group:statistics@example.org. @default nobody */
  readonly readers?: readonly string[];
  /** Address of the site, whose pages may load files by scripts. */
  readonly siteUrl: string;
  /** What a destroy leaves. @default protected */
  readonly protection?: Protection;
}

const endpoint = { protocol: "https", host: "storage.googleapis.com", port: 443, region: "auto" } as const;

export class GcsStorage extends pulumi.ComponentResource {
  readonly store: ObjectStore;

  constructor(name: string, args: GcsStorageArgs, opts: pulumi.ComponentResourceOptions = {}) {
    super("ckan:index:GcsStorage", name, {}, opts);
    const protection = args.protection ?? Protection.Protected;
    const holding = { parent: this, ...durable(protection) };
    const { Bucket } = cloudStorage();

    const uploads = new Bucket(
      name,
      uploadsBucket({ ...args, disposable: protection === Protection.Disposable }),
      holding,
    );
    const web = this.identity(name, "web", args);
    const worker = this.identity(name, "worker", args);
    this.grant(`${name}-web`, uploads.name, web.member, roles.webOfUploads);
    this.grant(`${name}-worker`, uploads.name, worker.member, roles.readerOfUploads);
    for (const reader of args.readers ?? []) {
      this.grant(`${name}-reader-${reader}`, uploads.name, reader, roles.readerOfUploads);
    }
    const backups = args.backups && this.backups(name, args, args.backups, uploads.name, protection);
    const key = this.key(name, args, web);
    this.store = {
      ...endpoint,
      bucket: args.bucket,
      accessKey: key["access-key"],
      secretKey: key["secret-key"],
      reachableByBrowsers: true,
      identities: { web: web.serviceAccount, worker: worker.serviceAccount },
      readers: args.readers ?? [],
      backups,
      access: toInternet(endpoint.port),
    };
    this.registerOutputs();
  }

  /** A bucket for backups, and an account that writes there and reads what is to be backed up. */
  private backups(
    name: string,
    args: GcsStorageArgs,
    { bucket, days }: NonNullable<GcsStorageArgs["backups"]>,
    uploads: pulumi.Input<string>,
    protection: Protection,
  ): NonNullable<ObjectStore["backups"]> {
    const disposable = protection === Protection.Disposable;
    const { Bucket } = cloudStorage();
    const backups = new Bucket(`${name}-backups`, backupBucket({ ...args, bucket, days, disposable }), {
      parent: this,
      ...durable(protection),
    });
    const { member, email } = this.identity(name, "backup", args);
    this.grant(`${name}-backup`, backups.name, member, roles.writerOfBackups);
    this.grant(`${name}-backup-uploads`, uploads, member, roles.readerOfUploads);
    return { bucket, serviceAccount: email };
  }

  /** The pods of one part as an account of their own, so that none has another's rights. */
  private identity(name: string, part: "web" | "worker" | "backup", args: GcsStorageArgs): GoogleIdentity {
    const { namespace, project, credentials, accounts } = args;
    const identity: Identity = { instance: credentials.instance, component: `files-${part}`, software: "ckan" };
    const account = `${accounts}-${part}`;
    return googleIdentity(`${name}-${part}`, { namespace, identity, project, account }, { parent: this });
  }

  private grant(
    name: string,
    bucket: pulumi.Input<string>,
    member: pulumi.Input<string>,
    granted: readonly string[],
  ): void {
    for (const role of granted) {
      const { BucketIAMMember } = cloudStorage();
      new BucketIAMMember(`${name}-${role.split(".").at(-1)}`, { bucket, role, member }, { parent: this });
    }
  }

  /**
   * s3filestore speaks S3, for which Google has keys of a service account. One for each generation: the earlier one ends when all pods
   * have the new one.
   */
  private key(
    name: string,
    args: GcsStorageArgs,
    { email }: GoogleIdentity,
  ): Record<"access-key" | "secret-key", SecretReference> {
    const { namespace, project, credentials } = args;
    const generation = credentials.generation(Purpose.Files);
    const { HmacKey } = cloudStorage();
    const key = new HmacKey(
      `${name}-key-${generation}`,
      { project, serviceAccountEmail: email },
      { parent: this, additionalSecretOutputs: ["secret"] },
    );
    const identity: Identity = { instance: credentials.instance, component: "files", software: "gcs" };
    const data = { "access-key": key.accessId, "secret-key": key.secret };
    return credentialsSecret(`${name}-key`, { namespace, identity, credentials, data }, { parent: this });
  }
}

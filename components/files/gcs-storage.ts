/** Buckets at Google Cloud, with who may do what there. */
import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { type GoogleAccount, googleAccount, googleIdentity } from "../google/workload-identity.ts";
import { durable, Protection } from "../kubernetes/durability.ts";
import { type Identity, labels } from "../kubernetes/labels.ts";
import { objectMetadata } from "../kubernetes/metadata.ts";
import { toGoogleApis } from "../kubernetes/network.ts";
import { cloudStorage } from "../sdk.ts";
import type { Credentials } from "../site/credentials.ts";
import { credentialsSecret } from "../site/credentials-secret.ts";
import type { ObjectStore, StoreKey } from "../site/endpoints.ts";
import { Purpose } from "../site/purposes.ts";
import { backupBucket, roles, uploadsBucket } from "./cloud-storage.ts";

export interface GcsStorageArgs {
  readonly namespace: pulumi.Input<string>;
  readonly credentials: Credentials;
  /** Google Cloud project of the buckets and of the accounts; with `backups` of the cluster as well. */
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
  /** IPv4 networks of Google's APIs, where they are reached by Private Service Connect. @default the public internet */
  readonly apiNetworks?: readonly string[] | undefined;
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
    const web = this.account(name, "web", args);
    const worker = this.account(name, "worker", args);
    this.grant(`${name}-web`, uploads.name, web.member, roles.webOfUploads);
    this.grant(`${name}-worker`, uploads.name, worker.member, roles.workerOfUploads);
    for (const reader of args.readers ?? []) {
      this.grant(`${name}-reader-${reader}`, uploads.name, reader, roles.readerOfUploads);
    }
    const backups = args.backups && this.backups(name, args, args.backups, uploads.name, protection);
    this.store = {
      ...endpoint,
      bucket: args.bucket,
      ...this.key(`${name}-key`, args, web),
      readerKey: this.key(`${name}-worker-key`, args, worker),
      reachableByBrowsers: true,
      serviceAccounts: { web: this.podAccount(name, "web", args), worker: this.podAccount(name, "worker", args) },
      readers: args.readers ?? [],
      backups,
      access: toGoogleApis(args.apiNetworks),
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
    const { namespace } = args;
    const { member, email } = googleIdentity(
      `${name}-backup`,
      { namespace, ...this.accountArgs("backup", args) },
      { parent: this },
    );
    this.grant(`${name}-backup`, backups.name, member, roles.writerOfBackups);
    this.grant(`${name}-backup-uploads`, uploads, member, roles.readerOfUploads);
    return { bucket, serviceAccount: email };
  }

  private accountArgs(part: Part, { project, credentials, accounts }: GcsStorageArgs) {
    return { identity: identityOf(part, credentials), project, account: `${accounts}-${part}` };
  }

  /** An account for each part, so that none has another's rights. */
  private account(name: string, part: Part, args: GcsStorageArgs): GoogleAccount {
    return googleAccount(`${name}-${part}`, this.accountArgs(part, args), { parent: this });
  }

  /**
   * What pods of a part run as: an account without any right, here and at Google, where they are known by their keys. It stays all the
   * same: a Deployment does not give up an account that is no longer named, and starts no pod once that is gone
   * (kubernetes/kubernetes#76367).
   */
  private podAccount(name: string, part: Part, { namespace, credentials }: GcsStorageArgs): pulumi.Output<string> {
    const metadata = objectMetadata({
      name: `${name}-${part}`,
      namespace,
      labels: labels(identityOf(part, credentials)),
    });
    const args = { metadata, automountServiceAccountToken: false };
    return new kubernetes.core.v1.ServiceAccount(`${name}-${part}`, args, { parent: this }).metadata.name;
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
  private key(name: string, args: GcsStorageArgs, { email }: GoogleAccount): StoreKey {
    const { namespace, project, credentials } = args;
    const generation = credentials.generation(Purpose.Files);
    const { HmacKey } = cloudStorage();
    const key = new HmacKey(
      `${name}-${generation}`,
      { project, serviceAccountEmail: email },
      { parent: this, additionalSecretOutputs: ["secret"] },
    );
    const identity: Identity = { instance: credentials.instance, component: "files", software: "gcs" };
    const data = { "access-key": key.accessId, "secret-key": key.secret };
    const secret = credentialsSecret(name, { namespace, identity, credentials, data }, { parent: this });
    return { accessKey: secret["access-key"], secretKey: secret["secret-key"] };
  }
}

type Part = "web" | "worker" | "backup";

function identityOf(part: Part, { instance }: Credentials): Identity {
  return { instance, component: `files-${part}`, software: "ckan" };
}

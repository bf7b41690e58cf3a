/** Google Cloud Storage buckets, with the permissions on them. */
import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { type Arguments, checked } from "../../config/arguments.ts";
import { type GoogleAccount, googleAccount, googleIdentity } from "../google/workload-identity.ts";
import { durable, Protection } from "../kubernetes/durability.ts";
import { type Identity, labels } from "../kubernetes/labels.ts";
import { objectMetadata } from "../kubernetes/metadata.ts";
import { toGoogleApis } from "../kubernetes/network.ts";
import { cloudStorage } from "../sdk.ts";
import { credentialsSecret } from "../site/credentials-secret.ts";
import type { ObjectStore, StoreKey } from "../site/endpoints.ts";
import type { SecretPartArgs } from "../site/part.ts";
import { Purpose } from "../site/purposes.ts";
import { backupBucket, roles, uploadsBucket } from "./cloud-storage.ts";
import { type GcsSettings, gcsSettings } from "./settings.ts";

export interface GcsStorageArgs extends SecretPartArgs {
  /** The buckets to create, and the accounts that use them. */
  readonly server: Arguments<typeof gcsSettings>;
  /** URL of the site, whose pages may load files by script. */
  readonly siteUrl: string;
}

/** The validated arguments with defaults. */
interface Gcs extends SecretPartArgs, GcsSettings {}

const endpoint = { protocol: "https", host: "storage.googleapis.com", port: 443, region: "auto" } as const;

export class GcsStorage extends pulumi.ComponentResource {
  readonly store: ObjectStore;

  constructor(name: string, args: GcsStorageArgs, opts: pulumi.ComponentResourceOptions = {}) {
    const settings = checked(gcsSettings, args.server, `${name}.server`);
    super("ckan:index:GcsStorage", name, {}, opts);
    const { siteUrl, protection = Protection.Protected } = args;
    const { bucket, readers, apiNetworks } = settings;
    const gcs: Gcs = { ...args, ...settings };
    const holding = { parent: this, ...durable(protection) };
    const { Bucket } = cloudStorage();

    const uploads = new Bucket(
      name,
      uploadsBucket({ ...settings, siteUrl, disposable: protection === Protection.Disposable }),
      holding,
    );
    const web = this.account(name, "web", gcs);
    const worker = this.account(name, "worker", gcs);
    this.grant(`${name}-web`, uploads.name, web.member, roles.webOfUploads);
    this.grant(`${name}-worker`, uploads.name, worker.member, roles.workerOfUploads);
    for (const reader of readers) {
      this.grant(`${name}-reader-${reader}`, uploads.name, reader, roles.readerOfUploads);
    }
    const backups = settings.backups && this.backups(name, gcs, settings.backups, uploads.name, protection);
    this.store = {
      ...endpoint,
      bucket,
      ...this.key(`${name}-key`, gcs, web),
      readerKey: this.key(`${name}-worker-key`, gcs, worker),
      reachableByBrowsers: true,
      serviceAccounts: { web: this.podAccount(name, "web", gcs), worker: this.podAccount(name, "worker", gcs) },
      readers,
      backups,
      access: toGoogleApis(apiNetworks),
    };
    this.registerOutputs();
  }

  /** A bucket for backups, and an account that writes to it and reads what is to be backed up. */
  private backups(
    name: string,
    gcs: Gcs,
    { bucket, days }: NonNullable<GcsSettings["backups"]>,
    uploads: pulumi.Input<string>,
    protection: Protection,
  ): NonNullable<ObjectStore["backups"]> {
    const disposable = protection === Protection.Disposable;
    const { Bucket } = cloudStorage();
    const backups = new Bucket(`${name}-backups`, backupBucket({ ...gcs, bucket, days, disposable }), {
      parent: this,
      ...durable(protection),
    });
    const { namespace } = gcs;
    const { member, email } = googleIdentity(
      `${name}-backup`,
      { namespace, ...this.accountArgs("backup", gcs) },
      { parent: this },
    );
    this.grant(`${name}-backup`, backups.name, member, roles.writerOfBackups);
    this.grant(`${name}-backup-uploads`, uploads, member, roles.readerOfUploads);
    return { bucket, serviceAccount: email };
  }

  private accountArgs(part: Part, { project, instance, accounts }: Gcs) {
    return { identity: identityOf(part, instance), project, account: `${accounts}-${part}` };
  }

  /** One account per part, so that no part has another's permissions. */
  private account(name: string, part: Part, gcs: Gcs): GoogleAccount {
    return googleAccount(`${name}-${part}`, this.accountArgs(part, gcs), { parent: this });
  }

  /**
   * Service account of a part's pods, without permissions in the cluster or at Google, where the pods use keys. It must stay: a
   * Deployment keeps a service account that its manifest no longer names, and starts no pod once that account is gone
   * (kubernetes/kubernetes#76367).
   */
  private podAccount(name: string, part: Part, { namespace, instance }: Gcs): pulumi.Output<string> {
    const metadata = objectMetadata({
      name: `${name}-${part}`,
      namespace,
      labels: labels(identityOf(part, instance)),
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
   * s3filestore speaks S3, for which Google issues HMAC keys to service accounts. One key per generation: the earlier one is deleted once
   * all pods use the new one.
   */
  private key(name: string, { namespace, instance, credentials, project }: Gcs, { email }: GoogleAccount): StoreKey {
    const generation = credentials.generation(Purpose.Files);
    const { HmacKey } = cloudStorage();
    const key = new HmacKey(
      `${name}-${generation}`,
      { project, serviceAccountEmail: email },
      { parent: this, additionalSecretOutputs: ["secret"] },
    );
    const identity: Identity = { instance, component: "files", software: "gcs" };
    const data = { "access-key": key.accessId, "secret-key": key.secret };
    const secret = credentialsSecret(name, { namespace, identity, credentials, data }, { parent: this });
    return { accessKey: secret["access-key"], secretKey: secret["secret-key"] };
  }
}

type Part = "web" | "worker" | "backup";

function identityOf(part: Part, instance: string): Identity {
  return { instance, component: `files-${part}`, software: "ckan" };
}

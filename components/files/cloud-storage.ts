/** Google Cloud Storage buckets and the IAM roles on them. */

interface BucketArgs {
  readonly project: string;
  readonly location: string;
  readonly bucket: string;
  /** Whether a destroy deletes a bucket with its content. */
  readonly disposable: boolean;
}

/** The narrowest roles that suffice. */
export const roles = {
  /** Objects, and the bucket's existence, which an S3 client checks first; neither its settings nor its permissions. */
  webOfUploads: ["roles/storage.objectUser", "roles/storage.legacyBucketReader"],
  /** Reads objects and checks the bucket, which is how the bootstrap knows that uploads will work. */
  workerOfUploads: ["roles/storage.objectViewer", "roles/storage.legacyBucketReader"],
  readerOfUploads: ["roles/storage.objectViewer"],
  /** Writes backups and deletes old ones. */
  writerOfBackups: ["roles/storage.objectUser"],
} as const;

const day = 86_400;

/** Bucket-level permissions only, and no public access, whatever is granted later. */
function closedBucket({ project, location, bucket, disposable }: BucketArgs) {
  return {
    project,
    location,
    name: bucket,
    uniformBucketLevelAccess: true,
    publicAccessPrevention: "enforced",
    forceDestroy: disposable,
    // Deleted objects can be restored for seven days. This is Google's default, set explicitly so that nobody turns it off unnoticed.
    softDeletePolicy: { retentionDurationSeconds: 7 * day },
  };
}

/** Parts of abandoned uploads cost money until they are deleted. */
const unfinished = { action: { type: "AbortIncompleteMultipartUpload" }, condition: { age: 1 } };

export function uploadsBucket(args: BucketArgs & { readonly versionDays: number; readonly siteUrl: string }) {
  return {
    ...closedBucket(args),
    versioning: { enabled: true },
    lifecycleRules: [
      {
        action: { type: "Delete" },
        condition: { daysSinceNoncurrentTime: args.versionDays, withState: "ARCHIVED" },
      },
      unfinished,
    ],
    // Previews in a page load the file from Google's domain.
    cors: [
      {
        origins: [args.siteUrl],
        methods: ["GET", "HEAD"],
        responseHeaders: ["Content-Type", "Content-Length", "Content-Range", "ETag"],
        maxAgeSeconds: 3600,
      },
    ],
  };
}

export function backupBucket(args: BucketArgs & { readonly days: number }) {
  return {
    ...closedBucket(args),
    lifecycleRules: [{ action: { type: "Delete" }, condition: { age: args.days, withState: "ANY" } }, unfinished],
  };
}

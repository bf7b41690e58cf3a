/** Buckets of Google's, and the roles that there are for them. */

interface BucketArgs {
  readonly project: string;
  readonly location: string;
  readonly bucket: string;
  /** Whether a destroy takes a bucket with everything in it. */
  readonly disposable: boolean;
}

/** The narrowest roles that do it. */
export const roles = {
  /** Objects, and the bucket's own existence, of which an S3 client asks first; not its settings, nor who else may what. */
  webOfUploads: ["roles/storage.objectUser", "roles/storage.legacyBucketReader"],
  /** Reads, and asks for the bucket, by which the bootstrap sees that uploads will work. */
  workerOfUploads: ["roles/storage.objectViewer", "roles/storage.legacyBucketReader"],
  readerOfUploads: ["roles/storage.objectViewer"],
  /** Backups are also cleared away. */
  writerOfBackups: ["roles/storage.objectUser"],
} as const;

const day = 86_400;

/** Rights by the bucket alone, and to nobody unknown, whatever somebody grants later. */
function closedBucket({ project, location, bucket, disposable }: BucketArgs) {
  return {
    project,
    location,
    name: bucket,
    uniformBucketLevelAccess: true,
    publicAccessPrevention: "enforced",
    forceDestroy: disposable,
    // Seven days, Google's own default, in which a deleted object can be restored; written down so that nobody turns it off unseen.
    softDeletePolicy: { retentionDurationSeconds: 7 * day },
  };
}

/** Parts of uploads that nobody finished are paid for until somebody deletes them. */
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
    // Previews in a page load the file from Google's address.
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

/** What makes one bucket and one key for it on a MinIO server. */

/**
 * The rights of CKAN's key: to work with the objects of this bucket. Not to change the bucket, to see another, or to make further
 * keys.
 */
export function bucketPolicy(bucket: string): string {
  const policy = {
    Version: "2012-10-17",
    Statement: [
      {
        Effect: "Allow",
        Action: ["s3:ListBucket", "s3:GetBucketLocation", "s3:ListBucketMultipartUploads"],
        Resource: [`arn:aws:s3:::${bucket}`],
      },
      {
        Effect: "Allow",
        // Get* and not GetObject alone: s3filestore asks for an object's ACL before it signs a link, and MinIO decides that by the
        // right GetBucketPolicy on the object, which no policy can name.
        Action: [
          "s3:Get*",
          "s3:PutObject",
          "s3:DeleteObject",
          "s3:AbortMultipartUpload",
          "s3:ListMultipartUploadParts",
        ],
        Resource: [`arn:aws:s3:::${bucket}/*`],
      },
      // MinIO lets everybody make further keys for himself unless told otherwise: those would outlive a rotation.
      { Effect: "Deny", Action: ["admin:*"] },
    ],
  };
  return `${JSON.stringify(policy, null, 2)}\n`;
}

/**
 * Can be repeated: every step leaves the declared state, whatever it finds. Secrets come as files and go to mc by environment and
 * standard input, never as arguments. An attached policy is an error to mc, so the last step asks what is attached.
 */
export const setupScript = `set -eu
trap 'cat /tmp/refusal; exit 143' TERM
# mc's own way to name a server without a file or an argument.
MC_HOST_store="http://$(cat /run/secrets/root/user):$(cat /run/secrets/root/password)@$STORE"
export MC_HOST_store
ACCESS_KEY=$(cat /run/secrets/key/access-key)
# Asked as root: while that is rotated, the server that answers first may be the one that is about to end.
until mc admin info store >/dev/null 2>/tmp/refusal; do sleep 1; done
mc mb --ignore-existing "store/$BUCKET"
mc anonymous set none "store/$BUCKET"
mc admin policy create store "$BUCKET" /etc/setup/policy.json
printf '%s\\n%s\\n' "$ACCESS_KEY" "$(cat /run/secrets/key/secret-key)" | mc admin user add store
mc admin policy attach store "$BUCKET" --user "$ACCESS_KEY" ||
  mc admin policy entities store --user "$ACCESS_KEY" | grep -q "$BUCKET"
echo "bucket $BUCKET and its key are as declared"
`;

/** Creates one bucket, and one key for it, on a MinIO server. */

/**
 * Permissions of CKAN's key: it may work with the objects of this bucket, but not change the bucket, access another one or create further
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
        // Get* instead of GetObject: s3filestore reads an object's ACL before it signs a link. MinIO checks that as GetBucketPolicy on
        // the object, which no policy can name.
        Action: [
          "s3:Get*",
          "s3:PutObject",
          "s3:DeleteObject",
          "s3:AbortMultipartUpload",
          "s3:ListMultipartUploadParts",
        ],
        Resource: [`arn:aws:s3:::${bucket}/*`],
      },
      // By default MinIO lets every user create further keys of their own, which would outlive a rotation.
      { Effect: "Deny", Action: ["admin:*"] },
    ],
  };
  return `${JSON.stringify(policy, null, 2)}\n`;
}

/**
 * Idempotent: every step leads to the declared state, whatever it finds. Secrets come from files and reach mc by environment and standard
 * input, never as arguments. Attaching an attached policy is an error in mc, so the last step checks what is attached.
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

import { spawnSync } from "node:child_process";
import { describe, expect, test } from "vitest";
import { bucketPolicy, setupScript } from "../../../components/manifests/bucket.ts";

test("CKAN's key may work with the objects of its bucket, and nothing else", () => {
  expect(JSON.parse(bucketPolicy("files"))).toEqual({
    Version: "2012-10-17",
    Statement: [
      {
        Effect: "Allow",
        Action: ["s3:ListBucket", "s3:GetBucketLocation", "s3:ListBucketMultipartUploads"],
        Resource: ["arn:aws:s3:::files"],
      },
      {
        Effect: "Allow",
        Action: [
          "s3:Get*",
          "s3:PutObject",
          "s3:DeleteObject",
          "s3:AbortMultipartUpload",
          "s3:ListMultipartUploadParts",
        ],
        Resource: ["arn:aws:s3:::files/*"],
      },
      { Effect: "Deny", Action: ["admin:*"] },
    ],
  });
});

describe("the setup script", () => {
  test("is one that a POSIX shell can read", () => {
    const { status, stderr } = spawnSync("sh", ["-n"], { input: setupScript, encoding: "utf8" });
    expect([status, stderr]).toEqual([0, ""]);
  });

  test("gives mc no secret as an argument", () => {
    const withSecret = setupScript.split("\n").filter((line) => /secret-key|password/.test(line));
    expect(withSecret).toEqual([
      'MC_HOST_store="http://$(cat /run/secrets/root/user):$(cat /run/secrets/root/password)@$STORE"',
      `printf '%s\\n%s\\n' "$ACCESS_KEY" "$(cat /run/secrets/key/secret-key)" | mc admin user add store`,
    ]);
  });
});

import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { bucketPolicy, setupScript } from "../../../components/files/bucket.ts";

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

  test("waits for the server that knows the password, whatever answers before", () => {
    const folder = mkdtempSync(join(tmpdir(), "setup-"));
    try {
      for (const name of ["root", "key", "bin"]) mkdirSync(join(folder, name));
      for (const name of ["root/user", "root/password", "key/access-key", "key/secret-key"]) {
        writeFileSync(join(folder, name), "x");
      }
      // Healthy, but with another password until it was asked twice.
      const mc = `echo "$*" >>calls
[ "$*" = "admin info store" ] && [ "$(grep -c info calls)" -lt 3 ] && exit 1
exit 0`;
      for (const [name, script] of Object.entries({ mc, sleep: "exit 0" })) {
        writeFileSync(join(folder, "bin", name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
      }
      const input = setupScript.replaceAll("/run/secrets", folder).replaceAll("/tmp/refusal", "refusal");
      const env = { PATH: `${folder}/bin:/usr/bin:/bin`, STORE: "files:9000", BUCKET: "files" };
      expect(spawnSync("sh", { input, cwd: folder, env }).status).toBe(0);
      expect(readFileSync(join(folder, "calls"), "utf8").split("\n").slice(0, 4)).toEqual([
        "admin info store",
        "admin info store",
        "admin info store",
        "mb --ignore-existing store/files",
      ]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  test("gives mc no secret as an argument", () => {
    const withSecret = setupScript.split("\n").filter((line) => /secret-key|password/.test(line));
    expect(withSecret).toEqual([
      'MC_HOST_store="http://$(cat /run/secrets/root/user):$(cat /run/secrets/root/password)@$STORE"',
      `printf '%s\\n%s\\n' "$ACCESS_KEY" "$(cat /run/secrets/key/secret-key)" | mc admin user add store`,
    ]);
  });
});

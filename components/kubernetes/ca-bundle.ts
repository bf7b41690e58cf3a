/** CA certificates that pods trust instead of those of the image. */
import type { CkanRuntime, DatabaseServer, EnvironmentVariable } from "../site/endpoints.ts";
import { configMapMount, type Mount } from "./pod.ts";

/** Name of the file in the ConfigMap. */
export const caBundleFile = "bundle.pem";

const folder = "/etc/ckan-ca";

/** Each makes one of Python's ssl, requests and botocore use this bundle instead of its own. */
const lists = ["SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "AWS_CA_BUNDLE"];

/** libpq's bundle. With a bundle even `sslmode=require` verifies certificates, so it is set only for modes that verify. */
const libpqList = "PGSSLROOTCERT";

/** Variables that a pod with the bundle may have. */
export const caBundleVariables: readonly string[] = [...lists, libpqList];

export function caBundleEnvironment({ sslMode }: Pick<DatabaseServer, "sslMode">): readonly EnvironmentVariable[] {
  const names = sslMode === "verify-full" ? caBundleVariables : lists;
  return names.map((name) => ({ name, value: `${folder}/${caBundleFile}` }));
}

/** Mounts the bundle, if there is one. */
export function caBundleMounts({ caBundle }: Pick<CkanRuntime, "caBundle">): readonly Mount[] {
  return caBundle === undefined ? [] : [configMapMount("ca-bundle", folder, caBundle)];
}

/** The certificates of those whom pods trust, where these are not the image's own. */
import type { CkanRuntime, DatabaseServer, EnvironmentVariable } from "../site/endpoints.ts";
import { configMapMount, type Mount } from "./pod.ts";

/** Name of the file in the ConfigMap. */
export const caBundleFile = "bundle.pem";

const folder = "/etc/ckan-ca";

/** Variables by which Python's ssl, requests and botocore each take a list in place of their own. */
const lists = ["SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "AWS_CA_BUNDLE"];

/** libpq's. Where there is a list, its `sslmode=require` checks certificates as well: only for those who ask for that. */
const libpqList = "PGSSLROOTCERT";

/** Variables of which a pod with the bundle has some or all. */
export const caBundleVariables: readonly string[] = [...lists, libpqList];

export function caBundleEnvironment({ sslMode }: Pick<DatabaseServer, "sslMode">): readonly EnvironmentVariable[] {
  const names = sslMode === "verify-full" ? caBundleVariables : lists;
  return names.map((name) => ({ name, value: `${folder}/${caBundleFile}` }));
}

/** The file, where there is one. */
export function caBundleMounts({ caBundle }: Pick<CkanRuntime, "caBundle">): readonly Mount[] {
  return caBundle === undefined ? [] : [configMapMount("ca-bundle", folder, caBundle)];
}

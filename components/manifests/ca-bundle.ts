/** The certificates of those whom pods trust, where these are not the image's own. */
import type { CkanRuntime, EnvironmentVariable } from "../contracts.ts";
import { configMapMount, type Mount } from "./pod.ts";

/** Name of the file in the ConfigMap. */
export const caBundleFile = "bundle.pem";

const folder = "/etc/ckan-ca";

/** Variables by which Python's ssl, requests and botocore each take a list in place of their own. */
export const caBundleVariables: readonly string[] = ["SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "AWS_CA_BUNDLE"];

export const caBundleEnvironment: readonly EnvironmentVariable[] = caBundleVariables.map((name) => ({
  name,
  value: `${folder}/${caBundleFile}`,
}));

/** The file, where there is one. */
export function caBundleMounts({ caBundle }: Pick<CkanRuntime, "caBundle">): readonly Mount[] {
  return caBundle === undefined ? [] : [configMapMount("ca-bundle", folder, caBundle)];
}

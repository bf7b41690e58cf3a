/** Certificates for tests. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ensurePrograms } from "../../toolchain/packages.ts";

/** Both as PEM. */
export interface Certificate {
  readonly certificate: string;
  readonly key: string;
}

/** A new one for a server at an IPv4 address, which vouches for itself. */
export async function selfSigned(address: string): Promise<Certificate> {
  await ensurePrograms({ openssl: "openssl" });
  const folder = mkdtempSync(join(tmpdir(), "ckan-certificate-"));
  try {
    const [certificate, key] = [join(folder, "tls.crt"), join(folder, "tls.key")];
    const request = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "7", "-subj", "/CN=outside"];
    const names = ["-addext", `subjectAltName=IP:${address}`];
    const { status, stderr, error } = spawnSync(
      "openssl",
      [...request, ...names, "-out", certificate, "-keyout", key],
      {
        encoding: "utf8",
      },
    );
    if (error) throw error;
    if (status !== 0) throw new Error(`openssl ended with ${status}: ${stderr}`);
    return { certificate: readFileSync(certificate, "utf8"), key: readFileSync(key, "utf8") };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** A certificate of nobody's, whose key was thrown away. */
export const certificate = `-----BEGIN CERTIFICATE-----
MIIBtDCCAVmgAwIBAgIUNyiPqkQGjBd+TBEHZIj+g5j/lPowCgYIKoZIzj0EAwIw
LjEaMBgGA1UEAwwRRXhhbXBsZSBhdXRob3JpdHkxEDAOBgNVBAoMB0V4YW1wbGUw
IBcNMjYxMTIxMjE0MzIxWhgPMjEyNjEwMjgyMTQzMjFaMC4xGjAYBgNVBAMMEUV4
YW1wbGUgYXV0aG9yaXR5MRAwDgYDVQQKDAdFeGFtcGxlMFkwEwYHKoZIzj0CAQYI
KoZIzj0DAQcDQgAEWzZFeF54G+MP8LT5pI1lwBRhTqF5Sgp3U+cH0o+kKmOR3TAk
HKwFQriUICPzCX+GvOZi/310ZMQhHQaSzM8sWqNTMFEwHQYDVR0OBBYEFGEA8Xo0
/WFCNxCr8UQI6TRG7RqyMB8GA1UdIwQYMBaAFGEA8Xo0/WFCNxCr8UQI6TRG7Rqy
MA8GA1UdEwEB/wQFMAMBAf8wCgYIKoZIzj0EAwIDSQAwRgIhAKB/rRMFpwTFFF+L
vn6zrCf08uwgxvhOWxZfw/uJwrMnAiEAhL0pLLn/PVV1CSr9VTNM/uOloG363gqY
g8rbotZNi+Q=
-----END CERTIFICATE-----
`;

/** What it looks like when somebody pastes the wrong file. */
export const privateKey = certificate.replaceAll("CERTIFICATE", "PRIVATE KEY");

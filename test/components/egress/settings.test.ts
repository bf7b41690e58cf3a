import { expect, test } from "vitest";
import { bundleMistake, egressSettings } from "../../../components/egress/settings.ts";
import { certificate, privateKey } from "../../support/certificates.ts";

const unreadable = (number: number, count: number) =>
  `expected certificates as PEM text, of which number ${number} of ${count} cannot be read`;
const broken = certificate.replace("MIIB", "AAAA");

test.each([
  ["one certificate", certificate, undefined],
  ["two with words between them", `# ours\n${certificate}# theirs\n${certificate}`, undefined],
  ["lines that end as on Windows", certificate.replaceAll("\n", "\r\n"), undefined],
  ["nothing", "", "expected certificates as PEM text: -----BEGIN CERTIFICATE----- and so on"],
  ["a path", "/etc/ssl/ca.pem", "expected certificates as PEM text: -----BEGIN CERTIFICATE----- and so on"],
  [
    "a certificate that was cut off",
    certificate.slice(0, -40),
    "expected certificates as PEM text: -----BEGIN CERTIFICATE----- and so on",
  ],
  ["a private key", privateKey, "expected certificates only, got a private key: take it out, and make a new one"],
  [
    "a private key of another kind, cut off, behind a certificate",
    `${certificate}-----BEGIN RSA PRIVATE KEY-----\nMIIE`,
    "expected certificates only, got a private key: take it out, and make a new one",
  ],
  ["a certificate that is none", broken, unreadable(1, 1)],
  ["the last of three is none", `${certificate}${certificate}${broken}`, unreadable(3, 3)],
  ["a request for a certificate", certificate.replaceAll("CERTIFICATE", "CERTIFICATE REQUEST"), unreadable(1, 1)],
  ["too much", certificate.repeat(1600), "expected at most 1000000 characters: a ConfigMap holds no more"],
])("a bundle of %s", (_name, text, mistake) => {
  expect(bundleMistake(text)).toBe(mistake);
});

const example = "expected a proxy's URL such as http://proxy.example.org:3128";
const plain = `${example}, without user and password: they would stand in plain text in every pod; let the proxy know the cluster by its address`;

test.each([
  ["http://proxy.example.org:3128", undefined],
  ["http://proxy.example.org:3128/", undefined],
  ["https://10.20.0.9", undefined],
  ["proxy.example.org:3128", example],
  ["socks5://proxy.example.org:1080", example],
  ["http://proxy.example.org:3128/path", example],
  ["http://proxy.example.org:3128?a=b", example],
  ["http://proxy example:3128", example],
  ["http://user:password@proxy.example.org:3128", plain],
  ["http://user@proxy.example.org:3128", plain],
])("the proxy %s", (http, mistake) => {
  expect(egressSettings.safeParse({ proxy: { http } }).error?.issues.map(({ message }) => message)).toEqual(
    mistake === undefined ? undefined : [mistake],
  );
});

test("what is left out lets pods send to the proxy anywhere, and nowhere else", () => {
  expect(egressSettings.parse({ proxy: { http: "http://p:1" } })).toEqual({
    proxy: { http: "http://p:1", noProxy: [], networks: ["0.0.0.0/0"] },
    outgoing: [],
  });
});

/**
 * How this machine reaches Debian's packages, PyPI and Maven Central: mirrors, certificates and timeouts. A build sees them in two
 * folders mounted over /etc/apt and /root, so that they never get into an image.
 */
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { cacheRoot } from "../paths.ts";

const suites = ["bookworm", "bookworm-updates", "bookworm-security"];
const keyring = "/usr/share/keyrings/debian-archive-keyring.gpg";
const javaTruststore = "/etc/ssl/certs/java/cacerts";

// pip settings about reaching an index; the others concern this machine's own installations.
const pipSettings = ["index-url", "extra-index-url", "trusted-host", "timeout", "retries", "proxy"];

interface AptSource {
  readonly uri: string;
  readonly suite: string;
}

export interface MachineSettings {
  /** Options for `buildah build`. Rewrites the folders, because a package may add its own settings to /etc/apt. */
  volumes(): string[];
}

export function machineSettings(): MachineSettings {
  const folder = join(cacheRoot, "images", "machine");
  return {
    volumes() {
      // pip and Maven keep their download caches here between builds.
      const home = join(folder, "root");
      writeHome(home);
      const volumes = ["--volume", `${home}:/root`];
      const sources = aptSources();
      // Not a Debian: use the base image's own sources.
      if (sources.length === 0) return volumes;
      const apt = join(folder, "apt");
      writeApt(apt, sources);
      return [...volumes, "--volume", `${apt}:/etc/apt`];
    },
  };
}

/** The machine's Debian mirror; undefined elsewhere. */
export function debianMirror(): string | undefined {
  return aptSources().find(({ suite }) => suite === "bookworm")?.uri;
}

function writeApt(folder: string, sources: readonly AptSource[]): void {
  rmSync(folder, { recursive: true, force: true });
  for (const name of ["apt.conf.d", "preferences.d", "sources.list.d", "trusted.gpg.d"]) {
    mkdirSync(join(folder, name), { recursive: true });
  }
  const lines = sources.map(({ uri, suite }) => `deb [signed-by=${keyring}] ${uri} ${suite} main\n`);
  writeFileSync(join(folder, "sources.list"), lines.join(""));
  const settings = filesIn("/etc/apt/apt.conf.d", "")
    .flatMap((file) => readFileSync(file, "utf8").split("\n"))
    .filter((line) => line.startsWith("Acquire::"));
  const certificates = certificateBundle();
  if (certificates) {
    copyFileSync(certificates, join(folder, "certificates.pem"));
    settings.push('Acquire::https::CaInfo "/etc/apt/certificates.pem";');
  }
  writeFileSync(join(folder, "apt.conf.d", "machine"), [...settings, 'Acquire::Languages "none";', ""].join("\n"));
}

function aptSources(): AptSource[] {
  const oneLine = ["/etc/apt/sources.list", ...filesIn("/etc/apt/sources.list.d", ".list")]
    .filter((file) => existsSync(file))
    .flatMap((file) => readFileSync(file, "utf8").split("\n"))
    .map((line) => /^deb\s+(?:\[[^\]]*\]\s+)?(\S+)\s+(\S+)\s+.*\bmain\b/.exec(line))
    .map((match) => ({ uri: match?.[1] ?? "", suite: match?.[2] ?? "" }));
  const stanzas = filesIn("/etc/apt/sources.list.d", ".sources")
    .flatMap((file) => readFileSync(file, "utf8").split(/\n\s*\n/))
    .filter((stanza) => /^Components:.*\bmain\b/m.test(stanza))
    .flatMap((stanza) => words(stanza, "URIs").map((uri) => ({ uri, stanza })))
    .flatMap(({ uri, stanza }) => words(stanza, "Suites").map((suite) => ({ uri, suite })));
  return [...oneLine, ...stanzas].filter(({ suite }) => suites.includes(suite));
}

function words(stanza: string, field: string): string[] {
  return new RegExp(`^${field}:(.*)$`, "m").exec(stanza)?.[1]?.trim().split(/\s+/) ?? [];
}

function writeHome(folder: string): void {
  mkdirSync(join(folder, ".config", "pip"), { recursive: true });
  mkdirSync(join(folder, ".m2"), { recursive: true });
  const pip = pipConfiguration();
  const certificates = certificateBundle();
  if (certificates) {
    copyFileSync(certificates, join(folder, "certificates.pem"));
    pip.push("cert = /root/certificates.pem");
  }
  writeFileSync(join(folder, ".config", "pip", "pip.conf"), ["[global]", ...pip, ""].join("\n"));
  if (existsSync(javaTruststore)) {
    copyFileSync(javaTruststore, join(folder, "cacerts"));
    writeFileSync(join(folder, ".mavenrc"), 'MAVEN_OPTS="$MAVEN_OPTS -Djavax.net.ssl.trustStore=/root/cacerts"\n');
  }
  const maven = [join(homedir(), ".m2", "settings.xml"), "/etc/maven/settings.xml"].find((file) => existsSync(file));
  if (maven) copyFileSync(maven, join(folder, ".m2", "settings.xml"));
}

/** Environment variables take precedence over files, as in pip. */
function pipConfiguration(): string[] {
  const files = ["/etc/pip.conf", join(homedir(), ".pip", "pip.conf"), join(homedir(), ".config", "pip", "pip.conf")];
  const text = files.filter((file) => existsSync(file)).map((file) => readFileSync(file, "utf8"));
  return pipSettings.flatMap((name) => {
    const inFile = [...text.join("\n").matchAll(new RegExp(`^${name}\\s*=\\s*(.+)$`, "gm"))].at(-1)?.[1];
    const value = process.env[`PIP_${name.toUpperCase().replaceAll("-", "_")}`] ?? inFile;
    return value ? [`${name} = ${value}`] : [];
  });
}

function certificateBundle(): string | undefined {
  const { PIP_CERT, SSL_CERT_FILE, REQUESTS_CA_BUNDLE } = process.env;
  const candidates = [PIP_CERT, SSL_CERT_FILE, REQUESTS_CA_BUNDLE, "/etc/ssl/certs/ca-certificates.crt"];
  return candidates.find((file) => file !== undefined && existsSync(file));
}

function filesIn(folder: string, ending: string): string[] {
  if (!existsSync(folder)) return [];
  const names = readdirSync(folder).filter((name) => name.endsWith(ending));
  return names.sort().map((name) => join(folder, name));
}

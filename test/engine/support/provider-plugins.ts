/** The real plugin of a provider wherever one is found, and a fake elsewhere; which one it is, every run says. */
import { existsSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../..", import.meta.url));

export interface ProviderPlugin {
  /** A folder that holds pulumi-resource-<name>. */
  readonly path: string;
  readonly real: boolean;
}

/** Those whose service is there for a real one: real as PostgreSQL, played as the APIs of Cloudflare and Google. */
const withServices = ["postgresql", "cloudflare", "gcp"];

/** Looks in the folder that CKAN_PROVIDER_PLUGINS names, then where Pulumi keeps what it downloads. */
export function providerPlugin(name: string): ProviderPlugin {
  const named = process.env["CKAN_PROVIDER_PLUGINS"];
  const pulumi = process.env["PULUMI_HOME"] ?? join(homedir(), ".pulumi");
  const downloaded = join(pulumi, "plugins", `resource-${name}-v${sdkVersion(name)}`);
  const places = [...(named === undefined ? [] : [named]), downloaded];
  const found = withServices.includes(name)
    ? places.find((folder) => existsSync(join(folder, `pulumi-resource-${name}`)))
    : undefined;
  const path = found ?? join(root, "test", "fakes", name);
  const kind = found === undefined ? "A FAKE, since no real plugin is found" : `the real plugin, in ${found}`;
  console.log(`Pulumi's provider ${name} is ${kind}`);
  return { path, real: found !== undefined };
}

function sdkVersion(name: string): string {
  return JSON.parse(readFileSync(join(root, "node_modules", "@pulumi", name, "package.json"), "utf8")).version;
}

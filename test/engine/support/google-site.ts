/** The dev stack with its databases and files at Google. */
import { type Engine, readStackFile, rootSecret } from "./engine.ts";

export const project = "example-prod";

export const database = {
  kind: "cloud-sql",
  project,
  region: "europe-west3",
  name: "ckan-opendata",
  tier: "db-custom-2-7680",
  privateNetwork: "projects/example-prod/global/networks/default",
  connection: {
    kind: "auth-proxy",
    image: "gcr.io/cloud-sql-connectors/cloud-sql-proxy:2.18.2",
    account: "ckan-opendata-sql",
  },
  importBuckets: ["example-opendata-files"],
};

export const files = {
  kind: "gcs",
  project,
  location: "EUROPE-WEST3",
  bucket: "example-opendata-files",
  backups: { bucket: "example-opendata-backups" },
  accounts: "ckan-opendata",
  readers: ["group:statistics@example.org"],
};

export function configure(engine: Engine, changes: object = {}, more: object = {}): void {
  const config = readStackFile("dev");
  const defaults = config["ckan:defaults"] as Record<string, unknown>;
  engine.write({
    ...config,
    "gcp:disableGlobalProjectWarning": "true",
    "ckan:defaults": { ...defaults, database, files, ...changes },
    ...more,
  });
  engine.setSecret("rootSecret", rootSecret);
}

/** What the CLI printed when it failed; nothing otherwise. */
export function up(engine: Engine, ...options: readonly string[]): string {
  const { code, output } = engine.pulumi("up", "--yes", "--skip-preview", ...options);
  return code === 0 ? "" : output;
}

/** What a preview would do at Google. */
export function atGoogleWould(engine: Engine): readonly string[] {
  return engine
    .operations()
    .filter(({ urn }) => /\$gcp:/.test(urn))
    .map(short)
    .sort();
}

/** An operation without the path of its URN; names of kinds that Google has twice say which. */
function short({ op, urn }: { readonly op: string; readonly urn: string }): string {
  const [, , types = "", name = ""] = urn.split("::");
  const [, module = "", kind = ""] = (types.split("$").at(-1) ?? "").split(":");
  const place = /^(?:Account|IAMMember)$/.test(kind) ? `${module.split("/")[0]} ` : "";
  return `${op} ${place}${kind} ${name}`;
}

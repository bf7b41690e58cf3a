/** Place of a resource, read from its URN: the site, and the part of the site. */

export interface Place {
  /** Name of the site; undefined for resources of the environment as a whole. */
  readonly instance: string | undefined;
  /** Such as "web" or "database". */
  readonly part: string;
}

/** Components of an instance: the part's name for readers, and the suffix of the component's name after the instance's. */
const parts: Readonly<Record<string, { readonly part: string; readonly suffix: string }>> = {
  CkanWeb: { part: "web", suffix: "web" },
  XLoaderWorker: { part: "worker", suffix: "worker" },
  PostgresDb: { part: "database", suffix: "database" },
  SolrCore: { part: "search", suffix: "search" },
  RedisQueue: { part: "queue", suffix: "queue" },
  MinioStorage: { part: "files", suffix: "files" },
  GcsStorage: { part: "files", suffix: "files" },
  S3Storage: { part: "files", suffix: "files" },
  CkanConfiguration: { part: "settings", suffix: "configuration" },
  CkanBootstrap: { part: "bootstrap", suffix: "bootstrap" },
  CkanExposure: { part: "ingress", suffix: "exposure" },
  XLoaderRecovery: { part: "load recovery", suffix: "recovery" },
  DataPusher: { part: "DataPusher", suffix: "datapusher" },
};

const patterns = new Map(
  Object.entries(parts).map(([kind, { suffix }]) => [kind, new RegExp(`^(.+?)-${suffix}(?:-(.+))?$`)] as const),
);

/** Order of the parts in a report: what visitors see first. Others follow by name. */
export const partOrder = [...new Set(["site", ...Object.values(parts).map(({ part }) => part), "DNS and rules"])];

/** Type of the component that represents a site. */
export const siteType = "ckan:index:CkanStack";

/** The last part of a type: `Deployment` of `kubernetes:apps/v1:Deployment`. */
export function kindOf(type: string): string {
  return type.split(":").at(-1) ?? type;
}

export function nameOf(urn: string): string {
  return urn.split("::").slice(3).join("::");
}

/** `parent` is the URN of the resource's parent component. */
export function placeOf(urn: string, parent: string): Place {
  const types = (urn.split("::")[2] ?? "").split("$");
  const own = types.at(-1) ?? "";
  const component = own.startsWith("ckan:index:") ? own : (types.at(-2) ?? "");
  const name = component === own ? nameOf(urn) : nameOf(parent);
  if (component === siteType) return { instance: name, part: "site" };
  if (kindOf(component) === "CloudflareZone") return { instance: undefined, part: "DNS and rules" };
  const known = parts[kindOf(component)];
  if (known === undefined) return { instance: undefined, part: component === "" ? "environment" : kindOf(component) };
  // A group of workers is named at the end: opendata-worker-bulk.
  const [, instance = name, group] = patterns.get(kindOf(component))?.exec(name) ?? [];
  return { instance, part: group === undefined ? known.part : `${known.part} ${group}` };
}

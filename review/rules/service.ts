/** Rules about availability: interruptions, new images, migrations. */
import { type Change, Operation } from "../changes.ts";
import type { PropertyChange } from "../difference.ts";
import { kindOf } from "../place.ts";
import { type Risk, RiskClass } from "../risk.ts";

/** Kinds that serve under a name of their own: while one is gone, something is unreachable. */
const serving = [
  "Deployment",
  "StatefulSet",
  "DaemonSet",
  "Service",
  "Gateway",
  "HTTPRoute",
  "Ingress",
  "Route",
  "Cluster",
  "Pooler",
];

/** Settings of a managed database server that need a restart (Cloud SQL's documentation of instance settings). */
const restarting = /^settings\.(?:tier|edition|availabilityType|databaseFlags)\b/;

const imagePath = /(?:^|\.)(?:image|imageName)$/;

export function interruption(change: Change): Risk | undefined {
  const text = interruptionText(change);
  return text === undefined ? undefined : { class: RiskClass.Interruption, text };
}

function interruptionText(change: Change): string | undefined {
  const { operation, type, properties, site } = change;
  const kind = kindOf(type);
  if (site === "gone")
    return kind === "Deployment" || kind === "StatefulSet" ? "is deleted: the site is gone" : undefined;
  if (serving.includes(kind) && operation === Operation.Deleted) return "is deleted: what it does stops";
  if (serving.includes(kind) && operation === Operation.Replaced)
    return "is deleted and made again: it is away meanwhile";
  if (operation !== Operation.Updated) return undefined;
  const none = properties.find(
    (property) => property.kind === "value" && property.path === "spec.replicas" && property.next === "0",
  );
  if (none !== undefined) return "has no pod any more";
  if (kind === "StatefulSet" && movesPods(change)) {
    const pods = (change.old?.["spec"] as { replicas?: number } | undefined)?.replicas ?? 1;
    return pods === 1 ? "its only pod restarts: it does not answer until that is done" : undefined;
  }
  const restart = properties.filter(({ path }) => restarting.test(path));
  return restart.length > 0
    ? `the database server restarts (${restart.map(({ path }) => path).join(", ")})`
    : undefined;
}

function movesPods({ properties, follows }: Change): boolean {
  return follows.length > 0 || properties.some(({ path }) => path.startsWith("spec.template."));
}

/** Software that migrates its data when it starts. */
export function migration(change: Change): Risk | undefined {
  const text = migrationText(change);
  return text === undefined ? undefined : { class: RiskClass.Migration, text };
}

function migrationText({ type, part, properties, site }: Change): string | undefined {
  if (site !== "kept") return undefined;
  const kind = kindOf(type);
  const version = properties.find(({ path }) => /(?:^|\.)labels\["app\.kubernetes\.io\/version"\]$/.test(path));
  const image = properties.find(({ path }) => imagePath.test(path));
  if (kind === "Job" && part === "bootstrap" && version?.kind === "value" && image !== undefined) {
    return `CKAN ${version.old} becomes ${version.next}: its migrations change the databases, and only a restore undoes them`;
  }
  const managed = properties.find(({ path }) => path === "databaseVersion");
  if (managed?.kind === "value")
    return `PostgreSQL ${managed.old} becomes ${managed.next}: there is no way back but a restore`;
  if (
    image?.kind === "value" &&
    (kind === "StatefulSet" || kind === "Cluster") &&
    (part === "database" || part === "search")
  ) {
    const software = part === "database" ? "PostgreSQL" : "Solr";
    return `${software} is another (${image.old} becomes ${image.next}): a new major version does not read the old one's data by itself`;
  }
  return properties.some(changesPlugins)
    ? "the list of plugins changes: their migrations run with the bootstrap"
    : undefined;
}

function changesPlugins(change: PropertyChange): boolean {
  return change.kind === "text" && change.lines.some((line) => /^[+-]ckan\.plugins\s*=/.test(line));
}

export function otherImage({ properties, site }: Change): Risk | undefined {
  if (site !== "kept") return undefined;
  const images = properties.flatMap((change) =>
    change.kind === "value" && imagePath.test(change.path) && change.old !== undefined && change.next !== undefined
      ? [`\`${change.old}\` becomes \`${change.next}\``]
      : [],
  );
  return images.length === 0 ? undefined : { class: RiskClass.Image, text: [...new Set(images)].join(", ") };
}

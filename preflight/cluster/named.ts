/** Existing objects that the stack names: classes, issuers, Gateways and Secrets. */
import type { Named, Needs } from "../needs.ts";
import { met, missing, notKnown, type Row } from "../row.ts";
import { isRecord, list, record, text } from "../values.ts";
import { type Answer, type Cluster, withList } from "./api.ts";
import { pathOf } from "./kinds.ts";

const plurals: Readonly<Record<string, string>> = {
  StorageClass: "storageclasses",
  GatewayClass: "gatewayclasses",
  IngressClass: "ingressclasses",
  PriorityClass: "priorityclasses",
  Gateway: "gateways",
  Secret: "secrets",
  Issuer: "issuers",
  ClusterIssuer: "clusterissuers",
};

const remedies: Readonly<Record<string, string>> = {
  StorageClass: "name one that the cluster has (storageClass), or leave it out",
  GatewayClass: "install the controller of that class, or name another (exposure.className)",
  IngressClass: "install the controller of that class, or name another (exposure.className)",
  PriorityClass: "make it, or leave priorityClass out",
  Gateway: "its team has to make it first, or another exposure names one of the site's own",
  Secret: "put the certificate there as a Secret of type kubernetes.io/tls",
  Issuer: "make it, or name another (exposure.tls.issuer)",
  ClusterIssuer: "make it, or name another (exposure.tls.issuer)",
};

export async function askNamed(
  cluster: Cluster,
  { named, defaultStorageClass }: Pick<Needs, "named" | "defaultStorageClass">,
): Promise<readonly Row[]> {
  const rows: Row[] = [];
  if (defaultStorageClass.length > 0) {
    rows.push(
      defaultClassRow(
        defaultStorageClass,
        withList(await cluster.read(`${pathOf("storage.k8s.io/v1")}/storageclasses`), "items"),
      ),
    );
  }
  for (const one of named) rows.push(namedRow(one, await cluster.read(pathTo(one))));
  return rows;
}

function pathTo({ apiVersion, kind, namespace, name }: Named): string {
  const where = namespace === undefined ? "" : `/namespaces/${namespace}`;
  return `${pathOf(apiVersion)}${where}/${plurals[kind] ?? `${kind.toLowerCase()}s`}/${name}`;
}

const isDefault = "storageclass.kubernetes.io/is-default-class";

/** The class of volumes that name none. */
function defaultClassRow(askers: readonly string[], answer: Answer): Row {
  const need = "a default StorageClass";
  if (answer.kind !== "found") return unreadable(need, answer);
  const classes = list(answer.body["items"]);
  const chosen = classes.find(({ metadata }) => record(record(metadata)["annotations"])[isDefault] === "true");
  if (chosen !== undefined) return met(need, `${nameOf(chosen)}${growth(chosen)}`);
  const names = classes.map(nameOf).join(", ") || "none at all";
  return missing(
    need,
    `the cluster has ${names}; ${askers.join(", ")} would wait`,
    "name one: ckan:cluster.storageClass",
  );
}

function namedRow(named: Named, answer: Answer): Row {
  const { kind, name, namespace, by } = named;
  const need = `${kind} ${name}${namespace === undefined ? "" : ` in ${namespace}`}`;
  const remedy = remedies[kind] ?? "make it first";
  if (answer.kind === "unknown") return unreadable(need, answer);
  if (answer.kind === "absent") return missing(need, `not there; ${by} names it`, remedy);
  if (!isRecord(answer.body["metadata"])) {
    return unreadable(need, { kind: "unknown", reason: `answered without the object: ${JSON.stringify(answer.body)}` });
  }
  const wrong = flaw(named, answer.body);
  return wrong === undefined
    ? met(need, `there${kind === "StorageClass" ? growth(answer.body) : ""}`)
    : missing(need, wrong, remedy);
}

/** Why an existing object is unusable. */
function flaw({ kind, by }: Named, body: Readonly<Record<string, unknown>>): string | undefined {
  switch (kind) {
    case "GatewayClass":
      return unless(body, "Accepted");
    case "Issuer":
    case "ClusterIssuer":
      return unless(body, "Ready");
    case "Gateway":
      return unless(body, "Programmed");
    case "Secret":
      return body["type"] === "kubernetes.io/tls"
        ? undefined
        : `${by} needs type kubernetes.io/tls, it has ${text(body["type"])}`;
    default:
      return undefined;
  }
}

function unless(body: Readonly<Record<string, unknown>>, type: string): string | undefined {
  const condition = list(record(body["status"])["conditions"]).find((each) => each["type"] === type);
  if (condition?.["status"] === "True") return undefined;
  const said = text(condition?.["message"]) ?? "nobody looks after it";
  return `there, but not ${type}: ${said}`;
}

/** A volume that cannot grow must have its final size from the start. */
function growth(storageClass: Readonly<Record<string, unknown>>): string {
  return storageClass["allowVolumeExpansion"] === true ? "" : "; its volumes cannot grow later";
}

function nameOf(object: Readonly<Record<string, unknown>>): string {
  return String(record(object["metadata"])["name"]);
}

function unreadable(need: string, answer: Exclude<Answer, { kind: "found" }>): Row {
  const seen = answer.kind === "unknown" ? answer.reason : "the API server has no such list";
  return notKnown(need, seen, "ask with an account that may read it, or look yourself");
}

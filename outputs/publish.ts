/** Maps a declared site to the contract. */
import * as pulumi from "@pulumi/pulumi";
import type { Access, CkanStack, Credentials, ObjectStore, SecretReference } from "../components/index.ts";
import { Purpose } from "../components/index.ts";
import type { AccessDocument, BucketDocument, CredentialsDocument, InstanceDocument } from "./contract.ts";

/** Part of the document before all values are known: clouds report addresses and accounts later. */
export type Published<T> =
  | pulumi.Output<T>
  | (T extends readonly (infer Item)[]
      ? readonly Published<Item>[]
      : T extends object
        ? { readonly [Key in keyof T]: Published<T[Key]> }
        : T);

/** The plugin that provides the datastore. */
const datastorePlugin = "datastore";

/** `dashboards` are external pages by name; only the stack file knows them. */
export function publishInstance(
  site: CkanStack,
  dashboards: Readonly<Record<string, string>>,
): Published<InstanceDocument> {
  const { url, namespace, ckan, search, queue, store, jobLists: lists } = site;
  // The Service listens on port 80, so the URL needs no port.
  const internalUrl = `${site.internalUrl}.${namespace}.svc`;
  const searchHost = complete(search, namespace);
  return {
    url,
    apiUrl: `${url}/api/3`,
    internal: { url: internalUrl, healthUrl: `${internalUrl}/api/3/action/status_show` },
    address: site.address.apply((address) => address ?? null),
    namespace,
    ckan,
    datastore: ckan.plugins.includes(datastorePlugin) ? datastore(site) : null,
    search: {
      url: pulumi.interpolate`${search.tls ? "https" : "http"}://${searchHost}:${search.port}/solr/${search.core}`,
      host: searchHost,
      port: search.port,
      core: search.core,
      login: search.login === undefined ? null : login(search.login),
      access: access(search.access),
    },
    queue: {
      host: complete(queue, namespace),
      port: queue.port,
      index: queue.index,
      lists,
      tls: queue.tls ?? "disable",
      user: queue.user?.name ?? null,
      passwordSecret: secretKey(queue.password),
      access: access(queue.access),
    },
    buckets: buckets(store, namespace),
    dashboards,
  };
}

/** Separate from the rest: a secret makes the whole output around it secret. */
export function publishCredentials(
  { ckan }: Pick<CkanStack, "ckan">,
  credentials: Credentials,
): Published<CredentialsDocument> {
  const reads = ckan.plugins.includes(datastorePlugin);
  return { datastorePassword: reads ? credentials.derive(Purpose.DatastoreReader).secret : null };
}

function login({ user, password }: NonNullable<CkanStack["search"]["login"]>) {
  return { user, passwordSecret: secretKey(password) };
}

function secretKey({ secretName, key }: SecretReference) {
  return { name: pulumi.output(secretName), key };
}

function datastore({ database, namespace }: CkanStack): Published<NonNullable<InstanceDocument["datastore"]>> {
  const { datastoreReader, access: way } = database;
  const { port, user, sslMode } = datastoreReader;
  const host = complete({ host: datastoreReader.host, access: way }, namespace);
  return { host, port, database: datastoreReader.database, user, sslMode, access: access(way) };
}

function buckets(store: ObjectStore | undefined, namespace: string): Published<InstanceDocument["buckets"]> {
  if (store === undefined) return { uploads: null, backups: null };
  const { bucket, readers = [], backups } = store;
  const uploads = { name: bucket, readers, serviceAccount: null, ...bucketPlace(store, namespace) };
  if (backups === undefined) return { uploads, backups: null };
  const account = pulumi.output(backups.serviceAccount);
  const place = bucketPlace(store, namespace);
  return { uploads, backups: { name: backups.bucket, readers: [], serviceAccount: account, ...place } };
}

function bucketPlace(
  store: ObjectStore,
  namespace: string,
): Published<Pick<BucketDocument, "endpoint" | "region" | "access">> {
  const { protocol, port, region } = store;
  const standard = (protocol === "http" && port === 80) || (protocol === "https" && port === 443);
  const host = complete(store, namespace);
  return {
    endpoint: pulumi.interpolate`${protocol}://${host}${standard ? "" : `:${port}`}`,
    region,
    access: access(store.access),
  };
}

interface Place {
  readonly host: pulumi.Input<string>;
  readonly access: Access;
}

/** The instance's own parts use the bare Service name, which does not resolve, or resolves to another Service, in other namespaces. */
function complete({ host, access: { destination } }: Place, namespace: string): pulumi.Output<string> {
  return destination.kind === "pods" ? pulumi.interpolate`${host}.${namespace}.svc` : pulumi.output(host);
}

function access({ clientLabels, destination }: Access): Published<AccessDocument> {
  switch (destination.kind) {
    case "pods":
      return { kind: "pods", clientLabels, serverLabels: destination.labels };
    case "networks":
      return { kind: "networks", networks: destination.networks, except: destination.except ?? [] };
  }
}

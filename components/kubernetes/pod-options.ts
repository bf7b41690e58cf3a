/**
 * Where pods run and what they carry besides their own: said once for all pods of a site, and for a single part over it. Parts know
 * nothing of it: whoever renders a pod asks here.
 */

/** A taint of nodes that pods put up with, as in Kubernetes. */
export interface Toleration {
  /** @default every taint, with operator Exists */
  readonly key?: string | undefined;
  /** @default Equal */
  readonly operator?: "Exists" | "Equal" | undefined;
  readonly value?: string | undefined;
  /** @default every effect */
  readonly effect?: "NoSchedule" | "PreferNoSchedule" | "NoExecute" | undefined;
  /** Seconds for which a pod stays on a node that gets the taint, with effect NoExecute. @default for ever */
  readonly tolerationSeconds?: number | undefined;
}

export interface PodOptions {
  /** Labels of the nodes that pods may run on. @default any node */
  readonly nodeSelector?: Readonly<Record<string, string>> | undefined;
  /** @default none */
  readonly tolerations?: readonly Toleration[] | undefined;
  /** Further labels; those by which parts and network policies know a pod are not to be had. @default none */
  readonly labels?: Readonly<Record<string, string>> | undefined;
  /** Further annotations. @default none */
  readonly annotations?: Readonly<Record<string, string>> | undefined;
  /** Further environment variables of every container: no secrets, and none that a part sets. @default none */
  readonly environment?: Readonly<Record<string, string>> | undefined;
}

export interface SitePodOptions extends PodOptions {
  /** What a single part has over it, by the component in its labels, such as web, search or worker-bulk. @default nothing */
  readonly parts?: Readonly<Record<string, PodOptions>> | undefined;
}

type Options = { readonly [Key in keyof PodOptions]-?: NonNullable<PodOptions[Key]> };

/** What holds for the pods of one part: maps key by key, tolerations as a whole. */
export function podOptions({ parts = {}, ...site }: SitePodOptions, component: string): Options {
  const part = parts[component] ?? {};
  return {
    nodeSelector: { ...site.nodeSelector, ...part.nodeSelector },
    tolerations: part.tolerations ?? site.tolerations ?? [],
    labels: { ...site.labels, ...part.labels },
    annotations: { ...site.annotations, ...part.annotations },
    environment: { ...site.environment, ...part.environment },
  };
}

/** Where the pods may run, as it stands in a pod's spec; nothing where nothing is said. */
export function placement({ nodeSelector, tolerations }: Pick<Options, "nodeSelector" | "tolerations">) {
  return {
    ...(Object.keys(nodeSelector).length > 0 && { nodeSelector: { ...nodeSelector } }),
    ...(tolerations.length > 0 && { tolerations: tolerations.map(said) }),
  };
}

function said({ key, operator, value, effect, tolerationSeconds }: Toleration) {
  return {
    ...(key !== undefined && { key }),
    ...(operator !== undefined && { operator }),
    ...(value !== undefined && { value }),
    ...(effect !== undefined && { effect }),
    ...(tolerationSeconds !== undefined && { tolerationSeconds }),
  };
}

/** What Kubernetes, the operators and this program know pods by. */
const ownedLabel =
  /^(?:[^/]+\.)?(?:kubernetes\.io|k8s\.io|cnpg\.io|pulumi\.com)\/|^(?:pod-template-hash|controller-revision-hash|controller-uid|job-name|[^/]+-client)$/;

/** Whether a label is not the user's: with a client's label a pod would pass the network policy of a server. */
export function isOwnedLabel(key: string): boolean {
  return ownedLabel.test(key);
}

const ownedAnnotation = /^(?:(?:[^/]+\.)?(?:cnpg\.io|pulumi\.com)|kubectl\.kubernetes\.io)\//;

/** Whether an annotation is the program's, kubectl's or an operator's. */
export function isOwnedAnnotation(key: string): boolean {
  return ownedAnnotation.test(key);
}

/** Variables that parts set, or that change what a part is told elsewhere, each kind with the place for what is meant. */
const ownedVariables: readonly (readonly [pattern: RegExp, instead: string])[] = [
  [/^CKAN/, "write ckan.settings, or ckan.secretSettings: CKAN takes this variable for a setting"],
  [/^(?:HTTPS?|NO|ALL)_PROXY$/i, "write proxy"],
  [/^(?:SSL_CERT_(?:FILE|DIR)|REQUESTS_CA_BUNDLE|CURL_CA_BUNDLE|AWS_CA_BUNDLE)$/, "write caBundle"],
  // libpq and uWSGI take each of their settings from variables, CloudNativePG keeps these for itself (its webhook refuses them).
  [/^(?:PG|POSTGRES_|CNPG_|UWSGI_)|^(?:POD_NAME|NAMESPACE|CLUSTER_NAME)$/i, "the part has its own"],
  [/^(?:DATABASE|DATASTORE|ADMINISTRATOR|QUEUE|SEARCH)(?:_|$)/, "the part sets it itself"],
  [/^(?:SOLR_(?:HEAP|OPTS)|MINIO_(?:ROOT_.*|BROWSER|UPDATE|STS_DURATION))$/, "the part sets it itself"],
  [/^DATAPUSHER_(?:SQLALCHEMY_DATABASE_URI|MAX_CONTENT_LENGTH|TOKEN_ID)$/, "the part sets it itself"],
  [/^AWS_(?:REQUEST_CHECKSUM_CALCULATION|RESPONSE_CHECKSUM_VALIDATION)$/, "the part sets it itself"],
  [
    /^(?:API_TOKEN_KEY|XLOADER_TOKEN_ID|STORE|STORE_ENDPOINT|BUCKET|SITE|SITE_ID|WAIT_FOR|WAIT_SECONDS)$/,
    "the part sets it itself",
  ],
  [
    /(?:PASSWORD|PASSWD|SECRET|TOKEN|API_KEY|ACCESS_KEY|PRIVATE_KEY)$/i,
    "it would stand in plain text in every pod; write ckan.secretSettings",
  ],
];

/** Why a variable is not the user's, and where what is meant is written; undefined where nothing speaks against it. */
export function ownedVariable(name: string): string | undefined {
  return ownedVariables.find(([pattern]) => pattern.test(name))?.[1];
}

/**
 * Placement and extra metadata of pods: set once for all pods of a site, and overridable per part. Parts know nothing of it; the code
 * that renders a pod reads it here.
 */

/** A taint that pods tolerate, as in Kubernetes. */
export interface Toleration {
  /** @default every key, with operator Exists */
  readonly key?: string | undefined;
  /** @default Equal */
  readonly operator?: "Exists" | "Equal" | undefined;
  readonly value?: string | undefined;
  /** @default every effect */
  readonly effect?: "NoSchedule" | "PreferNoSchedule" | "NoExecute" | undefined;
  /** Seconds for which a pod stays on a node that gets the taint, with effect NoExecute. @default forever */
  readonly tolerationSeconds?: number | undefined;
}

export interface PodOptions {
  /** Labels of eligible nodes. @default any node */
  readonly nodeSelector?: Readonly<Record<string, string>> | undefined;
  /** @default none */
  readonly tolerations?: readonly Toleration[] | undefined;
  /** Further labels; those that parts and network policies select by are reserved. @default none */
  readonly labels?: Readonly<Record<string, string>> | undefined;
  /** Further annotations. @default none */
  readonly annotations?: Readonly<Record<string, string>> | undefined;
  /** Further environment variables of every container: no secrets, and none that a part sets. @default none */
  readonly environment?: Readonly<Record<string, string>> | undefined;
}

export interface SitePodOptions extends PodOptions {
  /** Overrides per part, by the value of its component label, such as web, search or worker-bulk. @default none */
  readonly parts?: Readonly<Record<string, PodOptions>> | undefined;
}

type Options = { readonly [Key in keyof PodOptions]-?: NonNullable<PodOptions[Key]> };

/** The options of one part: maps are merged by key, tolerations replaced as a whole. */
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

/** The placement fields of a pod's spec; empty without settings. */
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

/** Labels by which Kubernetes, the operators and this program identify pods. */
const ownedLabel =
  /^(?:[^/]+\.)?(?:kubernetes\.io|k8s\.io|cnpg\.io|pulumi\.com)\/|^(?:pod-template-hash|controller-revision-hash|controller-uid|job-name|[^/]+-client)$/;

/** Whether a label is reserved: with a client label a pod would pass a server's network policy. */
export function isOwnedLabel(key: string): boolean {
  return ownedLabel.test(key);
}

const ownedAnnotation = /^(?:(?:[^/]+\.)?(?:cnpg\.io|pulumi\.com)|kubectl\.kubernetes\.io)\//;

/** Whether an annotation is reserved for the program, kubectl or an operator. */
export function isOwnedAnnotation(key: string): boolean {
  return ownedAnnotation.test(key);
}

/** Reserved variables: parts set them, or they would override another setting. Each pattern says what to write instead. */
const ownedVariables: readonly (readonly [pattern: RegExp, instead: string])[] = [
  [/^CKAN/, "write ckan.settings, or ckan.secretSettings: CKAN takes this variable for a setting"],
  [/^(?:HTTPS?|NO|ALL)_PROXY$/i, "write proxy"],
  [/^(?:SSL_CERT_(?:FILE|DIR)|REQUESTS_CA_BUNDLE|CURL_CA_BUNDLE|AWS_CA_BUNDLE)$/, "write caBundle"],
  // libpq and uWSGI take every setting from variables; CloudNativePG reserves these names (its webhook rejects them).
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

/** Why a variable is reserved, and what to write instead; undefined where it is allowed. */
export function ownedVariable(name: string): string | undefined {
  return ownedVariables.find(([pattern]) => pattern.test(name))?.[1];
}

/** Labels and selectors: the only place that spells them. */

/** What an object belongs to. */
export interface Identity {
  /** Name of the instance, such as opendata. */
  readonly instance: string;
  /** Its part: web, worker, search, ... */
  readonly component: string;
  /** The software that runs there, such as solr. */
  readonly software: string;
  /** Version of that software. Never part of a selector: selectors cannot change. */
  readonly version?: string | undefined;
}

/** The labels that Kubernetes recommends, for every object of a part. */
export function labels(identity: Identity): Record<string, string> {
  return {
    ...selector(identity),
    ...(identity.version === undefined ? {} : { "app.kubernetes.io/version": identity.version }),
    ...instanceLabels(identity.instance),
  };
}

/** The labels of what belongs to an instance as a whole, such as its namespace. */
export function instanceLabels(instance: string): Record<string, string> {
  return {
    "app.kubernetes.io/instance": instance,
    "app.kubernetes.io/part-of": "ckan",
    "app.kubernetes.io/managed-by": "pulumi",
  };
}

/** What selects the pods of a part, for ever. */
export function selector({ instance, component, software }: Identity): Record<string, string> {
  return {
    "app.kubernetes.io/name": software,
    "app.kubernetes.io/instance": instance,
    "app.kubernetes.io/component": component,
  };
}

/** The label by which a pod says that it talks to a server, and by which that server's network policy lets it in. */
export function clientLabel(server: string): Record<string, string> {
  return { [`${server}-client`]: "true" };
}

/** The version in an image's tag, such as 9.10.1 in solr:9.10.1-2; undefined for a digest or a tag without one. */
export function imageVersion(image: string): string | undefined {
  return /:v?(\d+(?:\.\d+)*)[^/]*$/.exec(image.replace(/@.*/, ""))?.[1];
}

/** Labels and selectors, spelled only here. */

/** The part that an object belongs to. */
export interface Identity {
  /** Name of the instance, such as opendata. */
  readonly instance: string;
  /** Name of the part: web, worker, search, ... */
  readonly component: string;
  /** The software of the part, such as solr. */
  readonly software: string;
  /** Version of that software. Never part of a selector, because selectors are immutable. */
  readonly version?: string | undefined;
}

/** Kubernetes' recommended labels, for every object of a part. */
export function labels(identity: Identity): Record<string, string> {
  return {
    ...selector(identity),
    ...(identity.version === undefined ? {} : { "app.kubernetes.io/version": identity.version }),
    ...instanceLabels(identity.instance),
  };
}

/** Labels of objects that belong to a whole instance, such as its namespace. */
export function instanceLabels(instance: string): Record<string, string> {
  return {
    "app.kubernetes.io/instance": instance,
    "app.kubernetes.io/part-of": "ckan",
    "app.kubernetes.io/managed-by": "pulumi",
  };
}

/** Selector of a part's pods. It must never change. */
export function selector({ instance, component, software }: Identity): Record<string, string> {
  return {
    "app.kubernetes.io/name": software,
    "app.kubernetes.io/instance": instance,
    "app.kubernetes.io/component": component,
  };
}

/** Label of a server's clients, which the server's network policy admits. */
export function clientLabel(server: string): Record<string, string> {
  return { [`${server}-client`]: "true" };
}

/** The version in an image's tag, such as 9.10.1 in solr:9.10.1-2; undefined for a digest or a tag without one. */
export function imageVersion(image: string): string | undefined {
  return /:v?(\d+(?:\.\d+)*)[^/]*$/.exec(image.replace(/@.*/, ""))?.[1];
}

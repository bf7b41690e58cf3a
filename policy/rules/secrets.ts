/** Secret values belong in Secrets only. Findings contain paths, never values. */
import { containersOf, kindOf, podOf } from "../kubernetes.ts";
import { Level, type Resource, type ResourceRule, type StackRule } from "../rule.ts";
import { RuleName } from "../rule-names.ts";
import { isAtOrBelow, list, type PlacedText, placedTexts, read } from "../values.ts";

export const plainSecrets: ResourceRule = {
  name: RuleName.PlainSecrets,
  level: Level.Mandatory,
  demand: "No secret in a ConfigMap, in a pod's own text, in a label or an annotation.",
  reason: "whoever may list objects reads it there, and it is copied into logs, backups and dashboards",
  remedy: "put it into a Secret, and let the pod take it by secretKeyRef or a mounted file",
  check: (resource) => {
    const places = openPlaces(resource);
    const marked = resource.secrets
      .map(({ path }) => path)
      .filter((path) => places.some((place) => isAtOrBelow(path, place) || isAtOrBelow(place, path)))
      .map((path) => `${path} holds a value that Pulumi keeps as a secret`);
    const looking = textsAt(resource, places)
      .filter(({ path }) => !isKept(resource, path))
      .flatMap(({ path, text }) => shapeOf(text).map((shape) => `${path} holds ${shape}`));
    return [...marked, ...looking, ...namedAsSecret(resource)];
  },
};

export const secretValues: StackRule = {
  name: RuleName.SecretValues,
  level: Level.Mandatory,
  demand: "No value of a secret stands in plain text in an output of the stack or in an object.",
  reason: "outputs are read by every stack that refers to this one, and printed by every up",
  remedy: "keep the value a secret all the way: pulumi.secret, and no toString or JSON.parse on the way",
  checkStack: (resources) => {
    const values = new Set(resources.flatMap(valuesOf));
    return resources.flatMap((resource) => {
      const places = resource.type === stackType ? [""] : openPlaces(resource);
      return textsAt(resource, places)
        .filter(({ path }) => !isKept(resource, path))
        .flatMap(({ path, text }) => {
          if ([...values].some((value) => text.includes(value))) return [`${path} holds the value of a secret`];
          return resource.type === stackType ? shapeOf(text).map((shape) => `${path} holds ${shape}`) : [];
        })
        .map((text) => ({ resource, text }));
    });
  },
};

const stackType = "pulumi:pulumi:Stack";

/** Places that everybody who may list objects can read. */
function openPlaces(resource: Resource): readonly string[] {
  const kind = kindOf(resource);
  if (kind === undefined) return [];
  const pod = podOf(resource);
  return [
    ...["annotations", "labels"].map((key) => `metadata.${key}`),
    ...(kind === "ConfigMap" ? ["data", "binaryData"] : []),
    ...(pod === undefined ? [] : [pod.path]),
  ];
}

/** Whether Pulumi keeps the value at a path secret. */
function isKept({ secrets }: Resource, path: string): boolean {
  return secrets.some((secret) => isAtOrBelow(path, secret.path));
}

function textsAt({ properties }: Resource, places: readonly string[]): readonly PlacedText[] {
  return places.flatMap((place) => {
    const value = place === "" ? properties : read(properties, ...place.split("."));
    return placedTexts(value, place);
  });
}

const shapes = [
  ["a private key", /-----BEGIN [A-Z ]*PRIVATE KEY-----/],
  ["a key of Amazon's", /\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/],
  ["a token", /\beyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]{10,}/],
  // Excludes references such as $(PASSWORD), ${PASSWORD} or {password}.
  ["an address with a password", /\b[a-z][a-z0-9+.-]*:\/\/[^\s:/@]+:(?![${%<*[])[^\s:/@]{3,}@/],
] as const;

function shapeOf(text: string): readonly string[] {
  return shapes.filter(([, pattern]) => pattern.test(text)).map(([shape]) => shape);
}

const secretName = /(?:PASSWORD|PASSWD|SECRET|SECRET_KEY|TOKEN|API_?KEY|ACCESS_?KEY|PRIVATE_?KEY)$/i;
/** References to other variables, paths, booleans and numbers are not secrets. */
const harmless = /\$\(|^(?:$|\/|file:|true$|false$|\d+$)/i;

/** Variables with a secret-like name and a literal value. */
function namedAsSecret(resource: Resource): readonly string[] {
  const pod = podOf(resource);
  if (pod === undefined) return [];
  return containersOf(pod).flatMap(({ title, spec }) =>
    list(read(spec, "env"))
      .filter((entry) => {
        const [name, value] = [read(entry, "name"), read(entry, "value")];
        return typeof name === "string" && typeof value === "string" && secretName.test(name) && !harmless.test(value);
      })
      .map((entry) => `the variable ${String(read(entry, "name"))} of ${title} holds its value as plain text`),
  );
}

/** Shorter values and plain words match by chance: a user's name is in a Secret, too. */
const leastLength = 16;

/**
 * Secret values, as a program would use them. Values in open places are excluded: plainSecrets reports those, and Pulumi marks a whole
 * list secret because of one value in it.
 */
function valuesOf(resource: Resource): readonly string[] {
  const inBase64 = kindOf(resource) === "Secret";
  const places = openPlaces(resource);
  const hidden = resource.secrets.filter(({ path }) => !places.some((place) => isAtOrBelow(path, place)));
  return hidden.flatMap(({ path, value }) =>
    placedTexts(value, path)
      .map((found) => (inBase64 && isAtOrBelow(found.path, "data") ? decoded(found.text) : found.text))
      .filter((text) => text.length >= leastLength && /\d/.test(text) && /[A-Za-z]/.test(text) && !/\s/.test(text)),
  );
}

function decoded(text: string): string {
  return Buffer.from(text, "base64").toString("utf8");
}

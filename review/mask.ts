/**
 * Masks secrets in values. The engine masks what the program marked as secret. This also masks anything that looks like a secret, because
 * a report has more readers than a state. It rather masks too much than too little.
 */

/** Replaces a secret; the engine writes the same text. */
export const masked = "[secret]";

/** The engine's placeholder for a value that is known only after the update (`plugin.UnknownStringValue` of Pulumi). */
const unknownValue = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
export const knownLater = "(known after the update)";

/** Names whose values are secret. Matches only the end of a name: `passwordFrom` and `secretName` are references. */
const secretName =
  /(?:password|passwd|passphrase|passcode|secret|secret[-_ ]?key|secret[-_ ]?string|private[-_ ]?key|api[-_ ]?key|access[-_ ]?key|root[-_ ]?secret|client[-_ ]?secret|token|credentials?|authorization|cookie|salt|signature|jwt|dsn)$/i;

/** Keys whose values are all secret: the `data` of a Kubernetes Secret, recognised by the `kind` beside it. */
const secretData = ["data", "stringData"];

const privateKey = /-----BEGIN ([A-Z ]*PRIVATE KEY)-----[\s\S]*?(?:-----END \1-----|$)/g;
/** Up to the last `@` before a slash or space: passwords may contain an `@`. */
const urlCredentials = /(\b[a-z][a-z0-9+.-]*:\/\/[^\s/:@]*:)([^\s/]+)@/gi;
const jwt = /\beyJ[\w-]{8,}\.[\w-]{8,}(?:\.[\w-]*)?/g;
const bearer = /\b(bearer|basic)\s+[\w.~+/=-]{8,}/gi;
const assignment = /^(\s*[+-]?\s*["']?)([\w.:-]+)(["']?\s*[=:]\s*)(\S.*)$/;
/** Inside a text: `token=...`, `"token": "..."`. Not `token: ...`, which occurs in sentences. */
const inlineAssignment = /(["']?)\b([\w.-]+)(\s*=\s*["']?|"\s*:\s*")([^\s"',;&)\]}]+)/g;
/** Any alphabet of keys: base64, URL-safe base64, and mixtures. */
const keyLike = /[A-Za-z0-9_+/=-]{20,}/g;

/** Whether a property with this name is secret. */
export function namesSecret(name: string): boolean {
  return secretName.test(name);
}

/** Masks everything that looks like a secret. References such as `$(PASSWORD)` stay: they say where a secret comes from. */
export function maskText(text: string): string {
  if (text.length < 8) return text;
  return text
    .replaceAll(unknownValue, knownLater)
    .replace(privateKey, masked)
    .replace(urlCredentials, (whole, before: string, password: string) =>
      isReference(password) ? whole : `${before}${masked}@`,
    )
    .replace(jwt, masked)
    .replace(bearer, (_, scheme: string) => `${scheme} ${masked}`)
    .replace(inlineAssignment, (whole, before: string, name: string, sign: string, value: string) =>
      namesSecret(name) && !isReference(value) && value !== masked ? `${before}${name}${sign}${masked}` : whole,
    )
    .replace(keyLike, maskWord);
}

/** Masks a line of a file; the value of a secret-like name is masked as a whole. */
export function maskLine(line: string): string {
  const [, before, name, sign, value] = assignment.exec(line) ?? [];
  if (name === undefined || value === undefined || !namesSecret(name) || isReference(value)) return maskText(line);
  return `${before}${name}${sign}${masked}`;
}

/** Masks everything in a value that looks like a secret; `name` is the property's. */
export function maskValue(value: unknown, name = ""): unknown {
  switch (typeof value) {
    case "string":
      if (value === masked || value === unknownValue || isReference(value)) return maskText(value);
      if (namesSecret(name) && value !== "") return masked;
      return value.includes("\n") ? maskLines(value) : maskText(value);
    case "number":
      return namesSecret(name) ? masked : value;
    case "object":
      if (value === null) return value;
      if (Array.isArray(value)) return value.map((item) => maskValue(item, name));
      return maskObject(value as Readonly<Record<string, unknown>>, name);
    default:
      return value;
  }
}

function maskLines(text: string): string {
  return text.replace(privateKey, masked).split("\n").map(maskLine).join("\n");
}

function maskObject(object: Readonly<Record<string, unknown>>, name: string): unknown {
  const isSecret = object["kind"] === "Secret";
  // An entry such as { name: "DB_PASSWORD", value: "..." }: its `name` decides about its `value`.
  const entryName = typeof object["name"] === "string" && "value" in object ? object["name"] : undefined;
  return Object.fromEntries(
    Object.entries(object).map(([key, value]) => {
      if (isSecret && secretData.includes(key)) return [key, masked];
      return [key, maskValue(value, key === "value" && entryName !== undefined ? entryName : nameOf(key, name))];
    }),
  );
}

/** Below an object such as `credentials` every text is secret, except for keys that are references. */
function nameOf(key: string, parent: string): string {
  const says = /^(?:name|key|kind|type|namespace|path|optional|secretName|secretKeyRef|valueFrom|items?)$/.test(key);
  return namesSecret(parent) && !says ? parent : key;
}

function isReference(text: string): boolean {
  return /^(?:[A-Za-z]+:)?\$\([A-Za-z_]\w*\)$/.test(text.trim());
}

/** A slash may be part of base64, or separate the parts of a path, which are checked one by one. */
function maskWord(word: string): string {
  const pieces = word.split("/");
  if (pieces.length > 1 && !word.startsWith("/") && isKeyLike(word, 0.4)) return masked;
  return pieces.map((piece) => (piece.length >= 20 && isKeyLike(piece, 0.33) ? masked : piece)).join("/");
}

/**
 * Detects random characters: long, mixing lower case, upper case and digits. Hex digests, names and paths have only one case. Mixed-case
 * identifiers rarely change from one character class to the next; for random characters the share of changes is 0.64.
 */
function isKeyLike(word: string, share: number): boolean {
  if (!/[a-z]/.test(word) || !/[A-Z]/.test(word)) return false;
  const changes = [...word].filter((character, index) => index > 0 && classOf(character) !== classOf(word[index - 1]));
  return changes.length >= word.length * share;
}

function classOf(character = ""): string {
  if (/[a-z]/.test(character)) return "small";
  if (/[A-Z]/.test(character)) return "capital";
  return /\d/.test(character) ? "digit" : "sign";
}

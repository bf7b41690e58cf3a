/**
 * Takes out of values what must not be seen. The engine masks what the program marked as secret; this masks what looks like a secret
 * besides, because a report is read by more people than a state. Too much is masked rather than too little.
 */

/** What stands in place of a secret; the engine writes the same. */
export const masked = "[secret]";

/** What the engine writes for a value that only the update will know (`plugin.UnknownStringValue` of Pulumi). */
const unknownValue = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
export const knownLater = "(known after the update)";

/** Names whose values are secrets. Ends of names only: `passwordFrom` and `secretName` say where one is. */
const secretName =
  /(?:password|passwd|passphrase|passcode|secret|secret[-_ ]?key|secret[-_ ]?string|private[-_ ]?key|api[-_ ]?key|access[-_ ]?key|root[-_ ]?secret|client[-_ ]?secret|token|credentials?|authorization|cookie|salt|signature|jwt|dsn)$/i;

/** Objects whose every value is a secret: `data` of a Kubernetes Secret, which the parent's `kind` tells. */
const secretData = ["data", "stringData"];

const privateKey = /-----BEGIN ([A-Z ]*PRIVATE KEY)-----[\s\S]*?(?:-----END \1-----|$)/g;
/** Up to the last `@` before a slash or space: passwords may hold an `@` themselves. */
const urlCredentials = /(\b[a-z][a-z0-9+.-]*:\/\/[^\s/:@]*:)([^\s/]+)@/gi;
const jwt = /\beyJ[\w-]{8,}\.[\w-]{8,}(?:\.[\w-]*)?/g;
const bearer = /\b(bearer|basic)\s+[\w.~+/=-]{8,}/gi;
const assignment = /^(\s*[+-]?\s*["']?)([\w.:-]+)(["']?\s*[=:]\s*)(\S.*)$/;
/** In the middle of a text: `token=...`, `"token": "..."`. Not `token: ...`, which is how a sentence goes on. */
const inlineAssignment = /(["']?)\b([\w.-]+)(\s*=\s*["']?|"\s*:\s*")([^\s"',;&)\]}]+)/g;
/** Everything that keys are written in: base64, base64 for URLs, and whatever lies between. */
const keyLike = /[A-Za-z0-9_+/=-]{20,}/g;

/** Whether a property of this name holds a secret. */
export function namesSecret(name: string): boolean {
  return secretName.test(name);
}

/** Text without what looks like a secret. References such as `$(PASSWORD)` stay: they say where a secret comes from. */
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

/** A line of a file: as text, and when it gives a value to a name of a secret, without the value. */
export function maskLine(line: string): string {
  const [, before, name, sign, value] = assignment.exec(line) ?? [];
  if (name === undefined || value === undefined || !namesSecret(name) || isReference(value)) return maskText(line);
  return `${before}${name}${sign}${masked}`;
}

/** A value with everything in it that looks like a secret masked; `name` is the property's. */
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
  // An entry such as { name: "DB_PASSWORD", value: "..." }: its name is that of the value.
  const entryName = typeof object["name"] === "string" && "value" in object ? object["name"] : undefined;
  return Object.fromEntries(
    Object.entries(object).map(([key, value]) => {
      if (isSecret && secretData.includes(key)) return [key, masked];
      return [key, maskValue(value, key === "value" && entryName !== undefined ? entryName : nameOf(key, name))];
    }),
  );
}

/** Below an object that is called `credentials` every text counts as one, unless it only says where to look. */
function nameOf(key: string, parent: string): string {
  const says = /^(?:name|key|kind|type|namespace|path|optional|secretName|secretKeyRef|valueFrom|items?)$/.test(key);
  return namesSecret(parent) && !says ? parent : key;
}

function isReference(text: string): boolean {
  return /^(?:[A-Za-z]+:)?\$\([A-Za-z_]\w*\)$/.test(text.trim());
}

/** A slash may be one of base64, or part a path, whose pieces count by themselves. */
function maskWord(word: string): string {
  const pieces = word.split("/");
  if (pieces.length > 1 && !word.startsWith("/") && isKeyLike(word, 0.4)) return masked;
  return pieces.map((piece) => (piece.length >= 20 && isKeyLike(piece, 0.33) ? masked : piece)).join("/");
}

/**
 * Random characters: long, with small and capital letters and digits mixed. Digests in hexadecimal, names and paths have one case
 * of letters; identifiers in mixed case have few changes from one class of characters to the next, of which random ones have 0.64.
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

/** Calls as Google's REST APIs take them, and refusals in the shape in which they answer. */

export type Properties = Readonly<Record<string, unknown>>;

export interface Call {
  /** Parts of the path that the route names. */
  readonly names: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  readonly body: Properties;
}

export interface Route {
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** Path with its names in braces, such as /storage/v1/b/{bucket}/iam. */
  readonly path: string;
  readonly answer: (call: Call) => object;
}

/** https://cloud.google.com/apis/design/errors#http_mapping, with the reason of the older APIs beside it. */
export class Refusal extends Error {
  readonly code: number;
  readonly reason: string;

  constructor(code: number, message: string, reason: string) {
    super(message);
    this.code = code;
    this.reason = reason;
  }

  body(): object {
    const { code, message, reason } = this;
    return { error: { code, message, errors: [{ message, domain: "global", reason }] } };
  }
}

export function refuse(refused: boolean, code: number, message: string, reason: string): void {
  if (refused) throw new Refusal(code, message, reason);
}

/** What is there under a name, or the refusal. */
export function existing<Value>(value: Value | undefined, message: string, reason = "notFound"): Value {
  if (value === undefined) throw new Refusal(404, message, reason);
  return value;
}

/** A part of the path. */
export function named({ names }: Call, name: string): string {
  return decodeURIComponent(names[name] ?? "");
}

export function asProperties(value: unknown): Properties {
  return typeof value === "object" && value !== null ? (value as Properties) : {};
}

/** As a PATCH changes what is there: objects within are merged, lists replaced, and null takes away. */
export function patched(before: Properties, changes: Properties): Properties {
  const changed = Object.entries(changes).map(([name, value]) => {
    const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
    return [name, isObject ? patched(asProperties(before[name]), asProperties(value)) : value] as const;
  });
  return Object.fromEntries(
    Object.entries({ ...before, ...Object.fromEntries(changed) }).filter(([, v]) => v !== null),
  );
}

/** Requests to a cloud's API, with a timeout; a failed request is an answer, too. */
import { parsedRecord } from "../values.ts";

export interface Api {
  /** Without a trailing slash. */
  readonly url: string;
  readonly token: string;
  /** Timeout for the complete response, in milliseconds. @default 20000 */
  readonly timeout?: number | undefined;
  /** Milliseconds before the single retry. @default 500 */
  readonly pause?: number | undefined;
}

export interface Question {
  /** Path below the API's URL. */
  readonly path: string;
  /** Makes it a POST. No request here changes anything. */
  readonly body?: object;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A JSON response, or why there is none: callers never have to handle a busy or broken API. */
export type Answer =
  | { readonly kind: "answered"; readonly status: number; readonly body: unknown }
  | { readonly kind: "silent"; readonly why: string };

type Attempt = Answer | { readonly kind: "broken"; readonly why: string };

/** Never throws. Retries once when the API fails or is unreachable. */
export async function ask(api: Api, question: Question): Promise<Answer> {
  const first = await attempt(api, question);
  if (first.kind !== "broken") return first;
  await new Promise((resolve) => setTimeout(resolve, api.pause ?? 500));
  const second = await attempt(api, question);
  return second.kind === "broken" ? { kind: "silent", why: second.why } : second;
}

async function attempt(api: Api, { path, body, headers }: Question): Promise<Attempt> {
  const { url, token, timeout = 20_000 } = api;
  try {
    const response = await fetch(`${url}${path}`, {
      method: body === undefined ? "GET" : "POST",
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json", ...headers },
      signal: AbortSignal.timeout(timeout),
      // A redirect must not carry the token to another host.
      redirect: "manual",
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    // Rows quote the API's text, which may repeat the request.
    const text = (await response.text()).replaceAll(token, "[token]");
    const target = response.headers.get("location");
    return target === null ? judged(url, response.status, text) : redirected(url, response.status, target);
  } catch (error) {
    return noAnswer(url, timeout, error);
  }
}

/** A redirect to a login page, or by a proxy on the way. */
function redirected(url: string, status: number, target: string): Attempt {
  const { host } = URL.parse(target, url) ?? { host: "somewhere" };
  return { kind: "silent", why: `${url} answered ${status}: it leads to ${host}, where nobody here follows` };
}

function judged(url: string, status: number, text: string): Attempt {
  if (status >= 500) return { kind: "broken", why: `${url} answered ${status}` };
  if (status === 429) return { kind: "silent", why: `${url} is asked too often (429)` };
  const body = parsedRecord(text);
  // A proxy's page, for example: not a response of the API.
  return body === undefined
    ? { kind: "silent", why: `${url} answered ${status} without a JSON object` }
    : { kind: "answered", status, body };
}

/** Names the error or its code only: its message may contain the header, and so the token. */
function noAnswer(url: string, timeout: number, error: unknown): Attempt {
  const { name, cause } = error instanceof Error ? error : { name: typeof error, cause: undefined };
  if (name === "TimeoutError") return { kind: "silent", why: `${url} did not answer within ${timeout / 1_000} s` };
  const code = typeof cause === "object" && cause !== null && "code" in cause ? String(cause.code) : name;
  return { kind: "broken", why: `${url} is not to be reached (${code})` };
}

/** An API's text, on one line for a table's cell. */
export function inOneLine(text: string): string {
  return text.replaceAll(/\s+/g, " ").trim();
}

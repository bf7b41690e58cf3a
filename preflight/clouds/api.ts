/** Questions to a cloud's API: bounded in time, and with a result also where nobody answers. */
import { parsedRecord } from "../values.ts";

export interface Api {
  /** Without a slash at its end. */
  readonly url: string;
  readonly token: string;
  /** Milliseconds until the whole answer has to be there. @default 20000 */
  readonly timeout?: number | undefined;
  /** Milliseconds before the one further try. @default 500 */
  readonly pause?: number | undefined;
}

export interface Question {
  /** Below the API's address. */
  readonly path: string;
  /** Makes it a POST; none of those that are asked here changes anything. */
  readonly body?: object;
  readonly headers?: Readonly<Record<string, string>>;
}

/** JSON that says yes or no, or why there is none: whoever judges an answer never sees a busy or broken API. */
export type Answer =
  | { readonly kind: "answered"; readonly status: number; readonly body: unknown }
  | { readonly kind: "silent"; readonly why: string };

type Attempt = Answer | { readonly kind: "broken"; readonly why: string };

/** Never throws. An API that is broken, or not to be reached, is asked once more. */
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
      // The token goes with the request, and to nobody else.
      redirect: "manual",
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    // Rows quote what an API says, and an API may quote what it was asked with.
    const text = (await response.text()).replaceAll(token, "[token]");
    const target = response.headers.get("location");
    return target === null ? judged(url, response.status, text) : redirected(url, response.status, target);
  } catch (error) {
    return noAnswer(url, timeout, error);
  }
}

/** To a login, or by a proxy on the way. */
function redirected(url: string, status: number, target: string): Attempt {
  const { host } = URL.parse(target, url) ?? { host: "somewhere" };
  return { kind: "silent", why: `${url} answered ${status}: it leads to ${host}, where nobody here follows` };
}

function judged(url: string, status: number, text: string): Attempt {
  if (status >= 500) return { kind: "broken", why: `${url} answered ${status}` };
  if (status === 429) return { kind: "silent", why: `${url} is asked too often (429)` };
  const body = parsedRecord(text);
  // Such as the page of a proxy on the way: nothing that the API has said.
  return body === undefined
    ? { kind: "silent", why: `${url} answered ${status} without a JSON object` }
    : { kind: "answered", status, body };
}

/** By name or code: the message may hold the header, and so the token. */
function noAnswer(url: string, timeout: number, error: unknown): Attempt {
  const { name, cause } = error instanceof Error ? error : { name: typeof error, cause: undefined };
  if (name === "TimeoutError") return { kind: "silent", why: `${url} did not answer within ${timeout / 1_000} s` };
  const code = typeof cause === "object" && cause !== null && "code" in cause ? String(cause.code) : name;
  return { kind: "broken", why: `${url} is not to be reached (${code})` };
}

/** What an API says, for a table's cell. */
export function inOneLine(text: string): string {
  return text.replaceAll(/\s+/g, " ").trim();
}

/** Requests to a forge's REST API, with limited retries and time, and errors that say what to do. */
import { PipelineError } from "./error.ts";

/** An API and its token. */
export interface Api {
  /** Without a trailing slash. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Required permissions of the token, for the message when it is refused. */
  readonly rights: string;
  /** Milliseconds before the first retry; doubled for each further one. @default 1000 */
  readonly pause?: number | undefined;
}

export const Method = { Get: "GET", Post: "POST", Patch: "PATCH", Put: "PUT" } as const;
export type Method = (typeof Method)[keyof typeof Method];

const tries = 5;
const longestPause = 60_000;
const timeout = 30_000;
const mostPages = 50;

/** A creating request without a clear response: it may have succeeded, so the caller must check before it retries. */
export class UncertainError extends PipelineError {}

/** Sends one request; retries everything but POST while the API is busy or failing. */
export async function send(api: Api, method: Method, path: string, body?: object): Promise<unknown> {
  return (await answer(api, method, `${api.url}${path}`, body)).json();
}

/** All pages of a list. Only links to the API itself are followed, because the token goes with each request. */
export async function sendForAll(api: Api, path: string): Promise<readonly unknown[]> {
  const found: unknown[] = [];
  let next: string | undefined = `${api.url}${path}`;
  for (let page = 0; next !== undefined; page++) {
    if (page === mostPages) throw new PipelineError(`${path} has more than ${mostPages} pages`, "delete old entries");
    const response = await answer(api, Method.Get, next);
    const entries = await response.json();
    if (!Array.isArray(entries)) throw new PipelineError(`${path} is no list`, "check the address of the API");
    found.push(...entries);
    next = nextPage(response.headers.get("link") ?? "");
    if (next !== undefined && !next.startsWith(`${api.url}/`)) {
      throw new PipelineError(`the next page of ${path} is not below ${api.url}`, "check the address of the API");
    }
  }
  return found;
}

function nextPage(link: string): string | undefined {
  return /<([^>]+)>;\s*rel="next"/.exec(link)?.[1];
}

async function answer(api: Api, method: Method, url: string, body?: object): Promise<Response> {
  for (let attempt = 1; ; attempt++) {
    const outcome = await attemptRequest(api, method, url, body);
    if (outcome instanceof Response && outcome.ok) return outcome;
    const pause = pauseBefore(outcome, (api.pause ?? 1_000) * 2 ** (attempt - 1));
    if (pause === undefined || attempt === tries || method === Method.Post) throw failure(api, method, url, outcome);
    // Otherwise the connection stays in use until the response is garbage-collected.
    if (outcome instanceof Response) await outcome.body?.cancel();
    await new Promise((resolve) => setTimeout(resolve, pause));
  }
}

/** The API's response, or the error. */
async function attemptRequest(api: Api, method: Method, url: string, body?: object): Promise<Response | Error> {
  try {
    return await fetch(url, {
      method,
      headers: { "content-type": "application/json", ...api.headers },
      signal: AbortSignal.timeout(timeout),
      redirect: "error",
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

/** Milliseconds to wait before a retry; undefined when a retry is pointless. */
export function pauseBefore(outcome: Response | Error, usual: number): number | undefined {
  if (outcome instanceof Error) return usual;
  const asked = askedPause(outcome.headers);
  const limited = outcome.status === 429 || (outcome.status === 403 && asked !== undefined);
  if (!limited && outcome.status < 500) return undefined;
  const pause = asked ?? usual;
  return pause <= longestPause ? pause : undefined;
}

/** Retry-After, or the end of the rate limit by the server's clock. */
function askedPause(headers: Headers): number | undefined {
  const after = Number(headers.get("retry-after") ?? Number.NaN);
  if (Number.isFinite(after)) return after * 1_000;
  if (headers.get("x-ratelimit-remaining") !== "0") return undefined;
  const reset = Number(headers.get("x-ratelimit-reset") ?? Number.NaN) * 1_000;
  const now = Date.parse(headers.get("date") ?? "");
  return Number.isFinite(reset - now) ? Math.max(0, reset - now) : undefined;
}

/** The message contains neither token nor body: both may hold secrets, which must not get into a log. */
function failure(api: Api, method: Method, url: string, outcome: Response | Error): PipelineError {
  const what = `${method} ${url}`;
  if (outcome instanceof Error) return uncertain(method, `${what}: no answer (${outcome.name})`);
  const { status } = outcome;
  const message = `${what}: the forge answered ${status}`;
  if (status >= 500) return uncertain(method, message);
  if (status === 429 || pauseBefore(outcome, 0) !== undefined || askedPause(outcome.headers) !== undefined) {
    return new PipelineError(message, "the token's rate limit is used up; run the job again in an hour");
  }
  return new PipelineError(message, remedyFor(status, api.rights));
}

function uncertain(method: Method, message: string): PipelineError {
  const remedy = "the forge is away; run the job again when it is back";
  return method === Method.Post ? new UncertainError(message, remedy) : new PipelineError(message, remedy);
}

function remedyFor(status: number, rights: string): string {
  switch (status) {
    case 401:
      return "the token is wrong or has run out: set it anew, as docs/pipelines.md says";
    case 403:
    case 404:
      return `look whether the repository and the number are right, and whether the token may do this: ${rights}`;
    case 413:
    case 422:
      return "the text is refused: it may be too long; a lower --limit makes it shorter";
    default:
      return "look at the forge's API documentation for this status";
  }
}

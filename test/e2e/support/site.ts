/** A CKAN site as its users see it: pages, forms and the action API, from this machine. */
import { setTimeout as sleep } from "node:timers/promises";
import { pulumi, succeed } from "./commands.ts";

export interface SiteOutput {
  readonly url: string;
  readonly namespace: string;
  readonly adminName: string;
  readonly adminPassword: string;
}

/** What the stack publishes about the site. */
export function siteOutput(name: string): SiteOutput {
  const outputs = JSON.parse(succeed(pulumi("stack", "output", "--json", "--show-secrets"))) as {
    readonly instances: Readonly<Record<string, { readonly url: string; readonly namespace: string }>>;
    readonly administrators: Readonly<Record<string, { readonly name: string; readonly password: string }>>;
  };
  const { [name]: instance } = outputs.instances;
  const { [name]: administrator } = outputs.administrators;
  if (instance === undefined || administrator === undefined) throw new Error(`the stack publishes no instance ${name}`);
  const { url, namespace } = instance;
  return { url, namespace, adminName: administrator.name, adminPassword: administrator.password };
}

/** The answer of an action: `result`, or the error with its HTTP status. */
export interface Answer<T> {
  readonly status: number;
  readonly result: T;
  readonly error: unknown;
}

export class Client {
  readonly url: string;
  readonly #token: string | undefined;

  constructor(url: string, token?: string) {
    this.url = url;
    this.#token = token;
  }

  /** Calls an action with JSON, or with a form when it uploads a file. */
  async try<T>(action: string, input: object | FormData = {}): Promise<Answer<T>> {
    const form = input instanceof FormData;
    const response = await fetch(`${this.url}/api/3/action/${action}`, {
      method: "POST",
      headers: { ...this.headers(), ...(form ? {} : { "content-type": "application/json" }) },
      body: form ? input : JSON.stringify(input),
    });
    const text = await response.text();
    const answer = text.startsWith("{") ? JSON.parse(text) : { error: text.slice(0, 500) };
    return { status: response.status, result: answer.result, error: answer.error };
  }

  /** Calls an action that has to succeed. */
  async call<T>(action: string, input: object | FormData = {}): Promise<T> {
    const { status, result, error } = await this.try<T>(action, input);
    if (status !== 200) throw new Error(`${action} answered ${status}: ${JSON.stringify(error)}`);
    return result;
  }

  get(path: string, options: RequestInit = {}): Promise<Response> {
    const url = path.startsWith("http") ? path : `${this.url}${path}`;
    return fetch(url, { ...options, headers: { ...this.headers(), ...options.headers } });
  }

  private headers(): Record<string, string> {
    return this.#token === undefined ? {} : { authorization: this.#token };
  }
}

/** Logs in through the form, as a person does, and returns the cookies of the new session. */
export async function newSession(url: string, name: string, password: string): Promise<string> {
  const form = await fetch(`${url}/user/login`);
  const before = cookies(form);
  const fields = new URLSearchParams({ _csrf_token: csrfToken(await form.text()), login: name, password });
  const login = await fetch(`${url}/user/login`, {
    method: "POST",
    body: fields,
    headers: { cookie: before, referer: url },
    redirect: "manual",
  });
  if (login.status !== 302) throw new Error(`login answered ${login.status}`);
  return cookies(login);
}

/** Logs in and returns a new API token made with that session. */
export async function logIn(url: string, name: string, password: string): Promise<string> {
  const session = await newSession(url, name, password);
  const page = await fetch(`${url}/user/${name}/api-tokens`, { headers: { cookie: session } });
  if (page.status !== 200) throw new Error(`the page of API tokens answered ${page.status}`);
  const answer = await fetch(`${url}/api/3/action/api_token_create`, {
    method: "POST",
    headers: {
      cookie: session,
      "content-type": "application/json",
      "x-csrftoken": csrfToken(await page.text()),
      referer: url,
    },
    body: JSON.stringify({ user: name, name: "e2e" }),
  });
  const { result } = (await answer.json()) as { result: { token: string } };
  return result.token;
}

/** Asks again until the answer is what is waited for; fails with the last answer after `seconds`. */
export async function eventually<T>(
  ask: () => Promise<T>,
  isReached: (answer: T) => boolean,
  seconds: number,
): Promise<T> {
  const deadline = Date.now() + seconds * 1000;
  for (;;) {
    const answer = await ask();
    if (isReached(answer)) return answer;
    if (Date.now() > deadline) throw new Error(`not reached within ${seconds} s; last: ${JSON.stringify(answer)}`);
    await sleep(500);
  }
}

function cookies(response: Response): string {
  return response.headers
    .getSetCookie()
    .map((cookie) => cookie.split(";")[0])
    .join("; ");
}

function csrfToken(page: string): string {
  const token = /name="_csrf_token"[^>]*(?:content|value)="([^"]+)"/.exec(page)?.[1];
  if (token === undefined) throw new Error("the page carries no CSRF token");
  return token;
}

/** GitHub's and GitLab's API for comments and issues, on loopback: as much as the pipelines use, strict about the rest. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export interface Entry {
  readonly id: number;
  readonly author: string;
  text: string;
  state: "open" | "closed";
}

/** What the next request is answered with instead. `done`: after it was carried out. */
export interface Trouble {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly done?: boolean;
}

export const token = "token-of-the-forge-that-nobody-may-see";
export const bot = "github-actions[bot]";

export class FakeForge {
  readonly comments: Entry[] = [];
  readonly issues: Entry[] = [];
  readonly troubles: Trouble[] = [];
  /** Method and path of each request, and every body. */
  readonly requests: string[] = [];
  readonly bodies: string[] = [];
  /** Entries of one page. */
  pageSize = 100;
  readonly #server: Server;

  constructor() {
    this.#server = createServer((request, response) => {
      this.#answer(request, response).catch((error: unknown) => response.writeHead(500).end(String(error)));
    });
  }

  async start(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(0, "127.0.0.1", resolve));
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  add(list: Entry[], author: string, text: string): Entry {
    const entry: Entry = { id: 1 + this.comments.length + this.issues.length, author, text, state: "open" };
    list.push(entry);
    return entry;
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const text = Buffer.concat(chunks).toString();
    const line = `${request.method} ${request.url}`;
    this.requests.push(line);
    if (text !== "") this.bodies.push(text);
    const trouble = this.troubles.shift();
    if (trouble !== undefined && trouble.done !== true) {
      response.writeHead(trouble.status, trouble.headers).end("{}");
      return;
    }
    const { authorization, "private-token": privateToken } = request.headers;
    const known = authorization === `Bearer ${token}` || privateToken === token;
    const [status, body, headers] = known ? this.#carryOut(line, text) : [401, {}];
    response.writeHead(trouble?.status ?? status, headers).end(JSON.stringify(body));
  }

  #carryOut(line: string, text: string): readonly [number, unknown, Record<string, string>?] {
    const input = text === "" ? {} : (JSON.parse(text) as Record<string, string>);
    const written = input["body"] ?? input["description"];
    const change = (list: Entry[], id: string) => {
      const entry = list.find((one) => one.id === Number(id));
      if (entry === undefined) return [404, {}] as const;
      if (written !== undefined) entry.text = written;
      if (input["state"] === "closed" || input["state_event"] === "close") entry.state = "closed";
      return [200, shown(entry)] as const;
    };
    for (const [pattern, action] of this.#routes(written ?? "", change)) {
      const match = pattern.exec(line);
      if (match !== null) return action(match);
    }
    return [404, {}];
  }

  #routes(written: string, change: (list: Entry[], id: string) => readonly [number, unknown]) {
    const made = (list: Entry[]) => () => [201, shown(this.add(list, bot, written))] as const;
    const open = () => this.issues.filter(({ state }) => state === "open");
    type Action = (match: RegExpExecArray) => readonly [number, unknown, Record<string, string>?];
    const routes: readonly (readonly [RegExp, Action])[] = [
      [/^GET \/user$/, () => [200, { login: bot, username: bot }]],
      [/^GET (\/repos\/o\/r\/issues\/7\/comments)\?.*?(?:&page=(\d+))?$/, (match) => this.#page(this.comments, match)],
      [
        /^GET (\/projects\/42\/merge_requests\/7\/notes)\?.*?(?:&page=(\d+))?$/,
        (match) => this.#page(this.comments, match),
      ],
      [/^GET (\/repos\/o\/r\/issues)\?state=open&labels=drift&per_page=100()$/, (match) => this.#page(open(), match)],
      [
        /^GET (\/projects\/42\/issues)\?state=opened&labels=drift&per_page=100()$/,
        (match) => this.#page(open(), match),
      ],
      [/^POST \/(?:repos\/o\/r\/issues|projects\/42\/merge_requests)\/7\/(?:comments|notes)$/, made(this.comments)],
      [/^POST \/(?:repos\/o\/r|projects\/42)\/issues$/, made(this.issues)],
      [/^POST \/(?:repos\/o\/r|projects\/42)\/issues\/\d+\/(?:comments|notes)$/, made(this.comments)],
      [/^PATCH \/repos\/o\/r\/issues\/comments\/(\d+)$/, ([, id = ""]) => change(this.comments, id)],
      [/^PUT \/projects\/42\/merge_requests\/7\/notes\/(\d+)$/, ([, id = ""]) => change(this.comments, id)],
      [/^(?:PATCH \/repos\/o\/r|PUT \/projects\/42)\/issues\/(\d+)$/, ([, id = ""]) => change(this.issues, id)],
    ];
    return routes;
  }

  #page(list: readonly Entry[], match: RegExpExecArray): readonly [number, unknown, Record<string, string>] {
    const [, path, number] = match;
    const page = Number(number ?? 1) || 1;
    const end = page * this.pageSize;
    const next = `<${this.url}${path}?per_page=100&page=${page + 1}>; rel="next"`;
    return [200, list.slice(end - this.pageSize, end).map(shown), list.length > end ? { link: next } : {}];
  }
}

/** With the names that both forges use. */
function shown({ id, author, text }: Entry): object {
  const by = { login: author, username: author };
  return { id, number: id, iid: id, body: text, description: text, user: by, author: by };
}

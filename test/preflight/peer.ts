/** A cloud's API on loopback: it says what a test has written down, and nothing else. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { expect } from "vitest";
import type { Row } from "../../preflight/row.ts";
import { found, spellings } from "../support/secret-leaks.ts";

export const token = "token-of-the-cloud-that-nobody-may-see";

export interface Asked {
  /** Method and path with its query. */
  readonly line: string;
  readonly body: unknown;
  readonly quotaProject: string | undefined;
}

/** Status and JSON; a text is sent as it is. `hang`: nothing is ever said, `close`: the connection ends. */
export type Reply = readonly [status: number, body: unknown] | "hang" | "close";

export class Peer {
  readonly asked: Asked[] = [];
  /** By method and path; what is not listed is asked of nobody. */
  readonly replies = new Map<string, Reply>();
  /** In place of every reply that is not listed. */
  others: Reply | undefined;
  /** What is said to whom names no project that pays. @default the same as to others */
  unpaid: Reply | undefined;
  /** Where answers below 400 and from 300 lead. */
  location: string | undefined;
  /** What is said once, before everything else. */
  readonly troubles: Reply[] = [];
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

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const text = Buffer.concat(chunks).toString();
    const line = `${request.method} ${request.url}`;
    const quotaProject = request.headers["x-goog-user-project"];
    this.asked.push({
      line,
      body: text === "" ? undefined : JSON.parse(text),
      quotaProject: typeof quotaProject === "string" ? quotaProject : undefined,
    });
    const unexpected: Reply = [418, { unexpected: line }];
    const known = request.headers.authorization === `Bearer ${token}`;
    const unpaid = quotaProject === undefined ? this.unpaid : undefined;
    const said = this.troubles.shift() ?? unpaid ?? this.replies.get(line) ?? this.others ?? unexpected;
    const reply = known ? said : unexpected;
    if (reply === "hang") return;
    if (reply === "close") {
      request.socket.destroy();
      return;
    }
    const [status, body] = reply;
    const leads = status >= 300 && status < 400 && this.location !== undefined;
    response
      .writeHead(status, leads ? { location: this.location } : {})
      .end(typeof body === "string" ? body : JSON.stringify(body));
  }
}

/** Rows, once it is known that the token is in none of them. */
export function withoutToken(rows: readonly Row[]): readonly Row[] {
  expect(found(JSON.stringify(rows), spellings([{ purpose: "token", value: token }]))).toEqual([]);
  return rows;
}

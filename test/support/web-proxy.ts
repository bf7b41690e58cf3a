/** A web pod's nginx on this machine, in front of a server that only looks like CKAN. */
import { once } from "node:events";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type IncomingHttpHeaders, type IncomingMessage, request, type ServerResponse } from "node:http";
import { connect, type Server } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { CspMode } from "../../components/web/headers.ts";
import { defaultLimits } from "../../components/web/limits.ts";
import { renderNginx } from "../../components/web/nginx.conf.ts";
import type { ProxyOptions } from "../../components/web/options.ts";
import { type RunningNginx, startNginx } from "./nginx.ts";

export const proxyOptions: ProxyOptions = {
  host: "data.example.org",
  maximumUploadMegabytes: 2,
  answerSeconds: 5,
  cacheSeconds: 5,
  tokenHeader: "Authorization",
  handsFilesOn: false,
  storagePath: "/var/lib/ckan",
  trustedProxies: [],
  limits: defaultLimits,
  headers: { hstsSeconds: 0, contentSecurityPolicy: { mode: CspMode.ReportOnly, policy: "default-src 'self'" } },
};

/** A request as a server got it. */
export interface Seen {
  readonly method: string;
  /** As it was sent: path and query. */
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface Question {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Without a length it is sent in chunks. */
  readonly body?: string | Buffer;
}

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** Names and values in turn, with every repetition. */
  readonly rawHeaders: readonly string[];
  readonly body: string;
}

export type Handler = (seen: Seen, response: ServerResponse, number: number) => unknown;

export type LogLine = Readonly<Record<string, string | number>>;

export interface WebProxy {
  readonly nginx: RunningNginx;
  /** What CKAN was asked so far. */
  readonly seen: Seen[];
  /** How CKAN answers from now on. */
  answers(handler: Handler): void;
  ask(path: string, question?: Question): Promise<Answer>;
  /** Puts a file into the pod. */
  write(path: string, text: string): void;
  /** The line of the access log for an answer, for which nginx needs a moment. */
  logged(answer: Answer): Promise<LogLine>;
  /** All lines of the access log so far. */
  log(): readonly LogLine[];
  /** Lets CKAN go, or come back. */
  ckan(there: boolean): Promise<void>;
  stop(): Promise<void>;
}

/** Answers each request by its number: `1 GET /dataset`. */
const numbered: Handler = ({ method, url }, response, number) => response.end(`${number} ${method} ${url}`);

export async function startWebProxy(options: Partial<ProxyOptions> = {}): Promise<WebProxy> {
  const folder = mkdtempSync(join(tmpdir(), "web-"));
  chmodSync(folder, 0o755);
  const socket = join(folder, "run/ckan/web.sock");
  mkdirSync(dirname(socket), { recursive: true });
  const seen: Seen[] = [];
  let handler = numbered;
  let server: Server | undefined = await serve(socket, seen, (...given) => handler(...given));
  const nginx = await startNginx(renderNginx({ ...proxyOptions, ...options }), { folder });
  return {
    nginx,
    seen,
    answers: (next) => {
      handler = next;
    },
    ask: (path, question) => ask(`${nginx.url}${path}`, question),
    write: (path, text) => {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), text);
    },
    logged: async ({ headers }) => {
      for (;;) {
        const line = linesOf(nginx).find(({ id }) => id === headers["x-request-id"]);
        if (line !== undefined) return line;
        await sleep(5);
      }
    },
    log: () => linesOf(nginx),
    ckan: async (there) => {
      server?.close();
      server = there ? await serve(socket, seen, (...given) => handler(...given)) : undefined;
    },
    stop: async () => {
      await nginx.stop();
      server?.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** The last line may be on its way. */
function linesOf(nginx: RunningNginx): readonly LogLine[] {
  const lines = nginx.log().split("\n").slice(0, -1);
  return lines.filter((line) => line.startsWith("{")).map((line) => JSON.parse(line));
}

/** A server that notes what it gets; at a path it is a socket's. */
export async function serve(at: string | number, seen: Seen[], handler: Handler): Promise<Server> {
  const server = createServer(async (incoming, response) => {
    const body = await textOf(incoming);
    const { method = "", url = "", headers } = incoming;
    const number = seen.push({ method, url, headers, body });
    handler({ method, url, headers, body }, response, number);
  });
  server.listen(typeof at === "number" ? { port: at, host: "127.0.0.1" } : { path: at });
  await once(server, "listening");
  return server;
}

/** The path goes out as it is written. A connection of its own for each question. */
export function ask(url: string, { method = "GET", headers = {}, body }: Question = {}): Promise<Answer> {
  const { hostname, port, origin } = new URL(url);
  const path = url.slice(origin.length) || "/";
  return new Promise((resolve, reject) => {
    const outgoing = request({ hostname, port, path, method, headers, agent: false });
    outgoing.once("error", reject);
    outgoing.once("response", (incoming) => {
      const { statusCode: status = 0, headers, rawHeaders } = incoming;
      textOf(incoming).then((text) => resolve({ status, headers, rawHeaders, body: text }), reject);
    });
    outgoing.end(body);
  });
}

/** A connection on which a request can be written bit by bit. */
export interface Line {
  write(text: string): void;
  /** What came back so far. */
  received(): string;
  /** Resolves with what came back once that holds this text. */
  until(text: string): Promise<string>;
  close(): void;
}

export async function openLine(url: string): Promise<Line> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  let text = "";
  socket.on("data", (piece) => {
    text += piece.toString();
  });
  // Whoever is refused writes on for a moment.
  socket.on("error", () => {});
  await once(socket, "connect");
  const until = async (wanted: string) => {
    while (!text.includes(wanted)) {
      if (socket.closed) throw new Error(`the connection ended before "${wanted}": ${text}`);
      await Promise.race([once(socket, "data"), once(socket, "close")]);
    }
    return text;
  };
  return { write: (more) => socket.write(more), received: () => text, until, close: () => socket.destroy() };
}

async function textOf(stream: IncomingMessage): Promise<string> {
  const pieces: Buffer[] = [];
  for await (const piece of stream) pieces.push(piece);
  return Buffer.concat(pieces).toString();
}

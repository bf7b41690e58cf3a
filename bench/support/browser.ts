/** What a browser loads for a page: bytes on the line, as compressed as the server sends them. */
import { get, type IncomingMessage } from "node:http";

interface Loaded {
  readonly bytes: number;
  readonly text: string;
  readonly headers: IncomingMessage["headers"];
}

export interface PageLoad {
  /** Bytes with nothing in the browser's cache. */
  readonly first: number;
  /** Bytes a moment later. */
  readonly again: number;
}

export async function loadPage(address: string, path: string): Promise<PageLoad> {
  const page = await load(`${address}${path}`, { accept: "text/html" });
  const plain = await (await fetch(`${address}${path}`, { headers: { accept: "text/html" } })).text();
  const assets = [...plain.matchAll(/(?:href|src)="(\/(?:webassets|base)\/[^"]+)"/g)].map(([, asset = ""]) => asset);
  if (assets.length === 0) throw new Error(`${path} names no asset`);
  let first = page.bytes;
  let again = page.bytes;
  for (const asset of new Set(assets)) {
    const loaded = await load(`${address}${asset}`);
    first += loaded.bytes;
    if (!isFresh(loaded)) again += (await load(`${address}${asset}`, conditions(loaded))).bytes;
  }
  return { first, again };
}

function isFresh({ headers }: Loaded): boolean {
  return Number(/max-age=(\d+)/.exec(headers["cache-control"] ?? "")?.[1] ?? 0) > 0;
}

/** What a browser asks of what it has already. */
function conditions({ headers: { etag, "last-modified": modified } }: Loaded): Record<string, string> {
  return {
    ...(etag !== undefined && { "if-none-match": etag }),
    ...(modified !== undefined && { "if-modified-since": modified }),
  };
}

function load(url: string, headers: Readonly<Record<string, string>> = {}): Promise<Loaded> {
  return new Promise((resolve, reject) => {
    get(url, { headers: { "accept-encoding": "gzip", ...headers } }, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("error", reject);
      response.on("end", () => {
        const body = Buffer.concat(chunks);
        if (response.statusCode !== 200 && response.statusCode !== 304) {
          reject(new Error(`${url} answered ${response.statusCode}`));
        }
        const head = response.rawHeaders.reduce((sum, text) => sum + text.length + 2, 0);
        resolve({ bytes: body.length + head, text: body.toString("latin1"), headers: response.headers });
      });
    }).on("error", reject);
  });
}

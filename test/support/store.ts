/** A store that behaves as MinIO does where that matters to nginx. */
import type { ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { type Seen, serve, type WebProxy } from "./web-proxy.ts";

const changed = "Fri, 27 Nov 2026 13:43:09 GMT";
const secrets = {
  "Strict-Transport-Security": "max-age=1",
  "Content-Security-Policy": "block-all-mixed-content",
  "X-Content-Type-Options": "nosniff",
  "X-XSS-Protection": "1; mode=block",
  "X-Amz-Request-Id": "17",
  "X-Amz-Id-2": "18",
  "X-Ratelimit-Limit": "19",
  "X-Ratelimit-Remaining": "20",
};
const state = { ...secrets, "Accept-Ranges": "bytes", ETag: '"etag"', "Last-Modified": changed };
export const csv = { "Content-Type": "text/csv", "Content-Disposition": "attachment; filename=a.csv" };
/** As it was signed. */
export const link = "/bucket/r/%D0%B4%20x.csv?X-Amz-Signature=a%2Fb&X-Amz-Date=2026";

export interface FakeStore {
  /** What it was asked so far. */
  readonly seen: Seen[];
  readonly url: string;
  /** What it keeps beside the file from now on. */
  keeps(headers: Readonly<Record<string, string>>): void;
  /** Has a CKAN hand its file on. */
  handOn(site: WebProxy, path?: string): void;
  stop(): void;
}

export async function startStore(): Promise<FakeStore> {
  const seen: Seen[] = [];
  let kept: Readonly<Record<string, string>> = csv;
  const server = await serve(0, seen, (asked, response) => minio(asked, kept, response));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    seen,
    url,
    keeps: (headers) => {
      kept = headers;
    },
    handOn: (site, path = link) => {
      const place = { "X-Accel-Redirect": "/_store", "X-Store-Link": `${url}${path}`, "X-Store-Host": "files:9000" };
      site.answers((_seen, response) => response.writeHead(200, place).end());
    },
    stop: () => server.close(),
  };
}

/** MinIO: no If-Range, both conditions about a newer file, 416 without the length, 304 without the type. */
function minio({ url, headers }: Seen, kept: Readonly<Record<string, string>>, response: ServerResponse): void {
  const refuse = (status: number) =>
    response
      .writeHead(status, { ...secrets, "Content-Type": "application/xml" })
      .end("<BucketName>bucket</BucketName>");
  const status = /status=(\d+)/.exec(url)?.[1];
  if (status !== undefined) return void refuse(Number(status));
  if (!url.includes("X-Amz-Signature")) return void refuse(403);
  if (headers["if-match"] !== undefined && headers["if-match"] !== '"etag"') return void refuse(412);
  if (headers["if-unmodified-since"] !== undefined && headers["if-unmodified-since"] !== changed)
    return void refuse(412);
  if (headers["if-none-match"] === '"etag"' || headers["if-modified-since"] === changed)
    return void response.writeHead(304, state).end();
  const [, from = "0", to = "4"] = /bytes=(\d+)-(\d*)/.exec(headers.range ?? "") ?? [];
  if (Number(from) > 4) return void refuse(416);
  const body = "hello".slice(Number(from), Number(to || 4) + 1);
  const length = { "Content-Length": String(body.length) };
  const part = headers.range === undefined ? {} : { "Content-Range": `bytes ${from}-${to || 4}/5` };
  response.writeHead(headers.range === undefined ? 200 : 206, { ...state, ...kept, ...length, ...part }).end(body);
}

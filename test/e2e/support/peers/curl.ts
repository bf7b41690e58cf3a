/** Requests by curl. */
import { runPeer } from "./tools.ts";

export interface Reply {
  /** curl's exit code: 0 is well, 28 too late, 52 no answer, 55 and 56 a connection that broke. */
  readonly code: number | null;
  /** Of the last answer; 0 is none. */
  readonly status: number;
  /** Of the last answer, names in small letters, several of one name joined. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  readonly seconds: number;
  /** Bytes of bodies that were sent. */
  readonly sent: number;
  /** Bytes of the body as they came, compressed or not. */
  readonly received: number;
  /** Connections that the last request needed. */
  readonly connections: number;
  /** What the request leads to after redirects. */
  readonly url: string;
}

export interface CurlOptions {
  /** API token, which no argument shows. */
  readonly token?: string | undefined;
  /** Seconds after which curl gives up. @default 120 */
  readonly patience?: number;
  /** Gets a function that sends curl a signal. */
  readonly started?: (signal: (name: NodeJS.Signals) => void) => void;
}

const mark = "<<<written out>>>";

export async function curl(args: readonly string[], options: CurlOptions = {}): Promise<Reply> {
  const { token, patience = 120, started } = options;
  const own = ["-sS", "--max-time", String(patience), "-w", `%{stderr}${mark}%{json}${mark}%{header_json}`];
  const header = token === undefined ? [] : ["-H", "@-"];
  const input = token === undefined ? "" : `Authorization: ${token}\n`;
  const { code, stdout, stderr } = await runPeer("curl", [...own, ...header, ...args], input, started);
  // After several addresses: what is said of the last.
  const [headerJson = "{}", json = "{}"] = stderr.split(mark).toReversed();
  const said = JSON.parse(json);
  const headers: Readonly<Record<string, readonly string[]>> = JSON.parse(headerJson);
  return {
    code,
    status: said.http_code,
    headers: Object.fromEntries(Object.entries(headers).map(([name, values]) => [name, values.join(", ")])),
    body: stdout,
    seconds: said.time_total,
    sent: said.size_upload,
    received: said.size_download,
    connections: said.num_connects,
    url: said.url_effective,
  };
}

/** Arguments that upload a file into a dataset as a new resource, under a name whose ending no loader looks at. */
export function uploadArguments(site: string, dataset: string, path: string, name = "bytes.bin"): readonly string[] {
  const fields = ["-F", `package_id=${dataset}`, "-F", `name=${name}`, "-F", `upload=@${path};filename=${name}`];
  return [...fields, `${site}/api/3/action/resource_create`];
}

/** What an action of CKAN's answered. */
export function resultOf<T>({ body }: Pick<Reply, "body">): T {
  return JSON.parse(body.toString()).result;
}

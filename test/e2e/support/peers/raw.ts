/** Bytes on a connection, for requests that no program would send. */
import { connect, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

export interface RawAnswer {
  readonly text: string;
  /** Statuses of all answers, in order. */
  readonly statuses: readonly number[];
  /** Whether the server ended the connection. */
  readonly ended: boolean;
  readonly seconds: number;
}

export interface RawOptions {
  /** Whether this side says that nothing more comes. @default false */
  readonly finish?: boolean;
  /** Seconds after which this side hangs up. @default 10 */
  readonly patience?: number;
  /** Whether this side hangs up after the first answer. @default false */
  readonly once?: boolean;
}

/** Sends the bytes and returns what comes until the server hangs up, or this side does. */
export async function exchange(site: string, bytes: string | Buffer, options: RawOptions = {}): Promise<RawAnswer> {
  const { finish = false, patience = 10, once = false } = options;
  const begun = Date.now();
  const socket = open(site);
  socket.write(typeof bytes === "string" ? Buffer.from(bytes, "latin1") : bytes);
  if (finish) socket.end();
  let text = "";
  let ended = false;
  await new Promise<void>((resolve) => {
    socket.setTimeout(patience * 1000, resolve);
    socket.on("data", (chunk: Buffer) => {
      text += chunk.toString("latin1");
      if (once && isWhole(text)) resolve();
    });
    for (const event of ["end", "close"])
      socket.on(event, () => {
        ended = true;
        resolve();
      });
  });
  socket.destroy();
  const statuses = [...text.matchAll(/HTTP\/1\.[01] (\d{3})/g)].map(([, status]) => Number(status));
  return { text, statuses, ended, seconds: (Date.now() - begun) / 1000 };
}

/** Sends the beginning of a request and nothing more. Returns the seconds after which the server ended it; `seconds` when it did not. */
export async function silence(site: string, beginning: string, seconds: number): Promise<number> {
  return (await exchange(site, beginning, { patience: seconds })).seconds;
}

/** Sends a beginning, and then a byte ten times a second, whatever comes back. Returns how to end that. */
export function drip(site: string, beginning: string): () => void {
  const socket = open(site);
  socket.write(beginning);
  socket.resume();
  const dripping = setInterval(() => socket.write("x"), 100);
  return () => {
    clearInterval(dripping);
    socket.destroy();
  };
}

/** Asks for something and reads nothing of it for some seconds. Returns how many bytes are there then. */
export async function unread(site: string, request: string, seconds: number): Promise<number> {
  const socket = open(site);
  socket.pause();
  socket.write(request);
  await sleep(seconds * 1000);
  let bytes = 0;
  const end = new Promise<void>((resolve) => {
    socket.setTimeout(10_000, resolve);
    socket.on("close", () => resolve());
    socket.on("end", () => resolve());
  });
  socket.on("data", (chunk: Buffer) => {
    bytes += chunk.length;
  });
  socket.resume();
  await end;
  socket.destroy();
  return bytes;
}

/** Whether all of an answer is there that says how long it is. */
function isWhole(text: string): boolean {
  const [head = "", body] = text.split("\r\n\r\n", 2);
  const length = /^content-length: *(\d+)/im.exec(head)?.[1];
  return body !== undefined && length !== undefined && body.length >= Number(length);
}

function open(site: string): Socket {
  const { hostname, port } = new URL(site);
  const socket = connect({ host: hostname, port: Number(port) });
  // A reset is an end like others.
  socket.on("error", () => {});
  return socket;
}

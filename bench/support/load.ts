/** As many requests as a server answers, from a few clients that each ask again as soon as they have their answer. */
import { Agent, get } from "node:http";

export interface Load {
  readonly perSecond: number;
  /** Milliseconds within which 95 of 100 requests were answered. */
  readonly p95: number;
}

/** Asks for `seconds`; an answer other than 200 fails the measurement. */
export async function load(
  url: string,
  clients: number,
  seconds: number,
  headers: Readonly<Record<string, string>> = {},
): Promise<Load> {
  const times: number[] = [];
  const begin = performance.now();
  const end = begin + seconds * 1000;
  const agent = new Agent({ keepAlive: true, maxSockets: clients });
  const client = async () => {
    while (performance.now() < end) {
      const asked = performance.now();
      await ask(url, headers, agent);
      times.push(performance.now() - asked);
    }
  };
  await Promise.all(Array.from({ length: clients }, client));
  agent.destroy();
  const elapsed = (performance.now() - begin) / 1000;
  const sorted = times.sort((a, b) => a - b);
  return { perSecond: sorted.length / elapsed, p95: sorted[Math.ceil(sorted.length * 0.95) - 1] ?? Number.NaN };
}

function ask(url: string, headers: Readonly<Record<string, string>>, agent: Agent): Promise<void> {
  return new Promise((resolve, reject) => {
    get(url, { agent, headers, timeout: 60_000 }, (response) => {
      response.resume();
      response.on("error", reject);
      response.on("end", () => {
        if (response.statusCode === 200) resolve();
        else reject(new Error(`${url} answered ${response.statusCode}`));
      });
    }).on("error", reject);
  });
}

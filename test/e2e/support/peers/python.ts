/** Clients that Python's standard library has, in the programs beside this file. */
import { fileURLToPath } from "node:url";
import { runPeer } from "./tools.ts";

export const PythonClient = {
  /** Posts a body of whose length it says nothing, in chunks. */
  Chunks: "chunks.py",
  /** Posts one byte after the other. */
  Drip: "drip.py",
  /** Asks for several paths on one connection. */
  OneConnection: "one_connection.py",
} as const;
export type PythonClient = (typeof PythonClient)[keyof typeof PythonClient];

/** Hands the input to a client and returns what it found. */
export async function python<T>(client: PythonClient, input: object): Promise<T> {
  const program = fileURLToPath(new URL(client, import.meta.url));
  const { code, stdout, stderr } = await runPeer("python3", [program], JSON.stringify(input));
  if (code !== 0) throw new Error(`${client} ended with ${code}: ${stderr}`);
  return JSON.parse(stdout.toString());
}

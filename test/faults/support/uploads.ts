/** A steady stream of uploads, and what became of them. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { Client } from "../../e2e/support/site.ts";
import { csvOf } from "./site-data.ts";

/** Rows of each table that is uploaded. */
export const uploadedRows = 3;

const loop = fileURLToPath(new URL("upload-loop.ts", import.meta.url));

export class Uploads {
  readonly #process: ChildProcess;
  #printed = "";

  /** Uploads into `dataset`, by somebody who may, until it is stopped. */
  constructor({ url }: Client, token: string, dataset: string) {
    this.#process = spawn(process.execPath, [loop, url, dataset, csvOf(uploadedRows)], {
      stdio: ["pipe", "pipe", "inherit"],
    });
    this.#process.stdin?.end(token);
    this.#process.stdout?.on("data", (text: Buffer) => {
      this.#printed += text.toString();
    });
  }

  /** Resources that CKAN said it had taken. */
  get accepted(): readonly string[] {
    return this.#lines.filter(([status]) => status === "200").map(([, resource = ""]) => resource);
  }

  /** Statuses or reasons of all others. */
  get refused(): readonly string[] {
    return this.#lines.filter(([status]) => status !== "200").map(([status = ""]) => status);
  }

  /** Ends the stream and waits for the last answer. */
  async stop(): Promise<void> {
    const ended = once(this.#process, "close");
    this.#process.kill("SIGTERM");
    await ended;
  }

  get #lines(): readonly (readonly string[])[] {
    return this.#printed
      .split("\n")
      .slice(0, -1)
      .map((line) => line.split(" "));
  }
}

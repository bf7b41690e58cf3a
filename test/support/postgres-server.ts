/** A real PostgreSQL for one test: Debian's, with data in a folder of its own, on a port of its own. */
import { spawnSync } from "node:child_process";
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Client } from "pg";
import { installPackages } from "../../toolchain/packages.ts";

export interface Login {
  readonly user: string;
  readonly password: string;
  readonly database: string;
}

const debian = "/usr/lib/postgresql";

export class PostgresServer {
  readonly port: number;
  readonly #folder: string;
  readonly #programs: string;
  readonly #superuser: Login;

  private constructor(port: number, folder: string, programs: string, superuser: Login) {
    this.port = port;
    this.#folder = folder;
    this.#programs = programs;
    this.#superuser = superuser;
  }

  /** Every connection needs a password. */
  static async start(): Promise<PostgresServer> {
    if (!existsSync(debian)) await installPackages(["postgresql"], `folder: ${debian}`);
    const version = readdirSync(debian)
      .sort((a, b) => Number(a) - Number(b))
      .at(-1);
    const programs = join(debian, String(version), "bin");
    const folder = mkdtempSync(join(tmpdir(), "ckan-postgres-"));
    const superuser = { user: "superuser", password: "password-of-the-superuser", database: "postgres" };
    const passwordFile = join(folder, "password");
    writeFileSync(passwordFile, superuser.password);
    const account = accountOf("postgres");
    for (const path of [folder, passwordFile]) chownSync(path, account.uid, account.gid);

    const server = new PostgresServer(await freePort(), folder, programs, superuser);
    server.#run(
      "initdb",
      "--pgdata",
      server.#data,
      "--username",
      superuser.user,
      "--pwfile",
      passwordFile,
      "--auth=scram-sha-256",
      "--encoding=UTF8",
      "--no-sync",
    );
    const options = `-c port=${server.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories=${folder} -c fsync=off`;
    server.#run(
      "pg_ctl",
      "start",
      "--wait",
      "--pgdata",
      server.#data,
      "--log",
      join(folder, "log"),
      "--options",
      options,
    );
    return server;
  }

  stop(): void {
    this.#run("pg_ctl", "stop", "--mode=immediate", "--pgdata", this.#data);
    rmSync(this.#folder, { recursive: true, force: true });
  }

  /** Rows of a statement; as the superuser unless told otherwise. */
  async query(statement: string, login: Login = this.#superuser): Promise<readonly Record<string, unknown>[]> {
    const client = new Client({ host: "127.0.0.1", port: this.port, ...login });
    await client.connect();
    try {
      return (await client.query(statement)).rows;
    } finally {
      await client.end();
    }
  }

  get #data(): string {
    return join(this.#folder, "data");
  }

  /** PostgreSQL refuses to run as root. */
  #run(program: string, ...args: readonly string[]): void {
    const account = process.getuid?.() === 0 ? accountOf("postgres") : {};
    const { status, stderr, error } = spawnSync(join(this.#programs, program), args, {
      cwd: this.#folder,
      encoding: "utf8",
      // What pg_ctl starts would keep these open, and this waiting.
      stdio: program === "pg_ctl" ? "ignore" : "pipe",
      ...account,
    });
    if (error) throw error;
    if (status !== 0) throw new Error(`${program} ended with ${status}: ${stderr ?? "see its log"}`);
  }
}

function accountOf(name: string): { uid: number; gid: number } {
  const number = (option: string) => Number(spawnSync("id", [option, name], { encoding: "utf8" }).stdout);
  return { uid: number("-u"), gid: number("-g") };
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.on("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === "object" && address !== null ? address.port : 0));
    });
  });
}

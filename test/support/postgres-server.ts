/** A real PostgreSQL for one test: Debian's, with data in a folder of its own, on a port of its own. */
import { spawnSync } from "node:child_process";
import { appendFileSync, chownSync, existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Client } from "pg";
import { installPackages } from "../../toolchain/packages.ts";
import type { Certificate } from "./certificates.ts";

export interface Login {
  readonly user: string;
  readonly password: string;
  readonly database: string;
}

const debian = "/usr/lib/postgresql";

export interface PostgresServerOptions {
  /** A further address of this machine to listen at. @default only 127.0.0.1 */
  readonly address?: string;
  /** Certificate and key, as PEM. @default no TLS */
  readonly tls?: Certificate;
}

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
  static async start({ address, tls }: PostgresServerOptions = {}): Promise<PostgresServer> {
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
    const settings = {
      port: server.port,
      listen_addresses: ["127.0.0.1", ...(address === undefined ? [] : [address])].join(),
      unix_socket_directories: folder,
      fsync: "off",
      ...(tls === undefined ? {} : server.#keepCertificate(tls, account)),
    };
    if (address !== undefined) appendFileSync(join(server.#data, "pg_hba.conf"), "host all all all scram-sha-256\n");
    const options = Object.entries(settings).map(([name, value]) => `-c ${name}=${value}`);
    server.#run(
      "pg_ctl",
      "start",
      "--wait",
      "--pgdata",
      server.#data,
      "--log",
      join(folder, "log"),
      "--options",
      options.join(" "),
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

  #keepCertificate({ certificate, key }: Certificate, account: { uid: number; gid: number }) {
    const files = { ssl_cert_file: join(this.#folder, "tls.crt"), ssl_key_file: join(this.#folder, "tls.key") };
    for (const [path, text] of [
      [files.ssl_cert_file, certificate],
      [files.ssl_key_file, key],
    ] as const) {
      writeFileSync(path, text, { mode: 0o600 });
      chownSync(path, account.uid, account.gid);
    }
    return { ssl: "on", ...files };
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

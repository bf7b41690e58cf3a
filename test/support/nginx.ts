/**
 * nginx on this machine, with a configuration that was written for a pod: its paths become those of a folder, and its ports free
 * ones of the loopback interface.
 */
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  closeSync,
  cpSync,
  lchownSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { ensureNginx, type Nginx, withLibraries } from "../../toolchain/nginx.ts";
import { ToolchainError } from "../../toolchain/steps.ts";

export interface NginxOptions {
  /** Stands for the pod's file system: the pod's /tmp is `<folder>/tmp`. @default a new one, deleted after use */
  readonly folder?: string;
  /** Beginnings of the pod's paths that lead elsewhere than into the folder, with what they become. */
  readonly paths?: Readonly<Record<string, string>>;
}

export interface RunningNginx {
  /** Of the first `listen` of the configuration, such as http://127.0.0.1:43121. */
  readonly url: string;
  /** What the ports of the configuration became. */
  readonly ports: Readonly<Record<number, number>>;
  readonly folder: string;
  /** Of the process that starts and ends the workers. */
  readonly pid: number;
  /** What it wrote to standard output and standard error so far. */
  log(): string;
  /** Ends it, and resolves when it has gone. SIGQUIT lets requests come to their end. @default SIGTERM */
  stop(signal?: "SIGTERM" | "SIGQUIT"): Promise<void>;
}

/** What a pod has. nginx makes the last folder of a path by itself, and none above it. */
const podFolders = ["/tmp", "/run/ckan", "/var/lib/ckan", "/etc/nginx", "/etc/ckan-web", "/etc/ckan-nginx"];
const configurationPath = "/etc/ckan-nginx/nginx.conf";

/** Root may write where a pod's user may not, and would not hear of it. */
const podUser = { uid: 10001, gid: 10001 };
const isRoot = process.getuid?.() === 0;

const startMilliseconds = 10_000;

let search: Promise<Nginx> | undefined;

/** What `nginx -t` says to a pod's user, with the pod's paths. Code 0: nginx would start; there may be warnings. */
export async function testConfiguration(
  text: string,
  options: NginxOptions = {},
): Promise<{ code: number; output: string }> {
  const nginx = await findNginx();
  const folder = options.folder ?? newFolder();
  try {
    await prepare(folder, text, options, nginx);
    // The pod's user has no way into the cache of root.
    const program = join(folder, "nginx");
    cpSync(nginx.program, program, { dereference: true });
    const libraries = nginx.libraries.map((path, index) => copied(path, join(folder, `libraries-${index}`)));
    const log = openLog(folder);
    if (isRoot) giveToPodUser(folder);
    const { status, error } = spawnSync(program, commandLine(folder, "daemon off;", "-t"), {
      env: withLibraries(libraries),
      stdio: ["ignore", log, log],
      ...(isRoot && podUser),
    });
    closeSync(log);
    if (error) throw error;
    return { code: status ?? 1, output: readLog(folder).replaceAll(folder, "") };
  } finally {
    if (options.folder === undefined) rmSync(folder, { recursive: true });
  }
}

/** Starts nginx as the user who runs the tests, and resolves when all of its ports answer. */
export async function startNginx(text: string, options: NginxOptions = {}): Promise<RunningNginx> {
  const nginx = await findNginx();
  const folder = options.folder ?? newFolder();
  const { ports, addresses } = await prepare(folder, text, options, nginx);
  // Root's workers would be nobody, who may not open what tests make.
  const directives = `daemon off;${isRoot ? " user root;" : ""}`;
  const log = openLog(folder);
  const env = withLibraries(nginx.libraries);
  const child = spawn(nginx.program, commandLine(folder, directives), { env, stdio: ["ignore", log, log] });
  closeSync(log);
  const gone = once(child, "exit");
  const end = () => child.kill();
  process.once("exit", end);
  const stop = async (signal: "SIGTERM" | "SIGQUIT" = "SIGTERM") => {
    child.kill(signal);
    await gone;
    process.off("exit", end);
    if (options.folder === undefined) rmSync(folder, { recursive: true, force: true });
  };
  try {
    const deadline = performance.now() + startMilliseconds;
    for (const address of addresses) {
      while (!(await answers(address))) {
        if (child.exitCode !== null) throw new Error(`nginx ended with ${child.exitCode}: ${readLog(folder)}`);
        if (performance.now() > deadline) throw new Error(`nginx does not answer: ${readLog(folder)}`);
        await sleep(20);
      }
    }
  } catch (error) {
    await stop();
    throw error;
  }
  const url = `http://${addresses[0]?.host}:${addresses[0]?.port}`;
  return { url, ports, folder, pid: child.pid ?? 0, log: () => readLog(folder), stop };
}

async function findNginx(): Promise<Nginx> {
  search ??= ensureNginx();
  try {
    return await search;
  } catch (error) {
    if (!(error instanceof ToolchainError)) throw error;
    throw new Error(`this test runs nginx: ${error.message}. What to do: ${error.remedy}`);
  }
}

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "nginx-"));
  chmodSync(folder, 0o755);
  return folder;
}

async function prepare(folder: string, text: string, { paths = {} }: NginxOptions, nginx: Nginx) {
  for (const path of podFolders) mkdirSync(join(folder, path), { recursive: true });
  cpSync(nginx.mimeTypes, join(folder, "etc/nginx/mime.types"));
  const here = Object.fromEntries(podFolders.map((path) => [path, join(folder, path)]));
  const listening = await onLoopback(text);
  writeFileSync(join(folder, configurationPath), withPaths(listening.text, { ...here, ...paths }));
  rmSync(logFile(folder), { force: true });
  return listening;
}

function commandLine(folder: string, directives: string, ...options: readonly string[]): string[] {
  return ["-p", folder, "-c", join(folder, configurationPath), "-e", "stderr", "-g", directives, ...options];
}

interface Address {
  readonly host: string;
  readonly port: number;
}

/** `listen 5000` becomes a free port of 127.0.0.1, `listen [::]:5000` the same one of ::1; a socket is a path. */
async function onLoopback(text: string) {
  const listen = /\b(listen\s+)(?!unix:)(\[[^\]\s]*\]:|[^\s;:]+:)?(\d+)(?=[\s;])/g;
  const ports: Record<number, number> = {};
  for (const [, , , port] of text.matchAll(listen)) ports[Number(port)] ??= await freePort();
  const addresses: Address[] = [];
  const replaced = text.replaceAll(listen, (_, word, host: string | undefined, port) => {
    const address = { host: host?.startsWith("[") ? "[::1]" : "127.0.0.1", port: ports[Number(port)] ?? 0 };
    addresses.push(address);
    return `${word}${address.host}:${address.port}`;
  });
  return { text: replaced, ports, addresses };
}

/** Only where a path begins, and by whole names: neither the middle of an expression nor /tmpl is a path below /tmp. */
function withPaths(text: string, paths: Readonly<Record<string, string>>): string {
  const longestFirst = Object.keys(paths).sort((a, b) => b.length - a.length);
  const beginnings = longestFirst.map((path) => path.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&")).join("|");
  const pattern = new RegExp(`(^|[\\s"'=]|\\bunix:)(${beginnings})(?=[/\\s;"':]|$)`, "gm");
  return text.replaceAll(pattern, (_, before, path) => `${before}${paths[path]}`);
}

/** nginx opens /dev/stdout as a file: that must not be a socket, which Node.js' pipes are. */
function openLog(folder: string): number {
  return openSync(logFile(folder), "a");
}

function readLog(folder: string): string {
  return readFileSync(logFile(folder), "utf8");
}

function logFile(folder: string): string {
  return join(folder, "nginx.log");
}

function copied(from: string, to: string): string {
  cpSync(from, to, { recursive: true });
  return to;
}

function giveToPodUser(folder: string): void {
  for (const path of ["", ...readdirSync(folder, { recursive: true, encoding: "utf8" })]) {
    lchownSync(join(folder, path), podUser.uid, podUser.gid);
  }
}

function answers({ host, port }: Address): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, host.replaceAll(/[[\]]/g, ""));
    socket.once("connect", () => resolve(true)).once("error", () => resolve(false));
    socket.once("connect", () => socket.destroy());
  });
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  const address = probe.address();
  probe.close();
  await once(probe, "close");
  return typeof address === "object" && address !== null ? address.port : 0;
}

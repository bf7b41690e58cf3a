/** The real CLI, provider and API server, with a state, a stack file and a secret of the test's own. */
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { inject } from "vitest";
import { parse, stringify } from "yaml";
import { ensureKubernetes } from "../../../cluster/binaries.ts";
import { type RunningControlPlane, startControlPlane } from "../../../cluster/control-plane.ts";
import { ensurePulumi, type PulumiTools } from "../../../toolchain/pulumi-cli.ts";
import { type CloudflareAccount, startCloudflare } from "./cloudflare-account.ts";
import { type GoogleProjects, startGoogle } from "./google-projects.ts";
import { writeProject } from "./project.ts";
import { providerPlugin } from "./provider-plugins.ts";

const root = fileURLToPath(new URL("../../..", import.meta.url));

/** Not the public one: the hunt for secrets must not find what everybody knows. */
export const rootSecret = "kJ7wqz1m0Hc5vT9xRbA3sLdE8uYgF2nPiZ6oWtXQMhC4jVrK";

/** What a stack file holds below `config:`. */
export type StackFile = Record<string, unknown>;

export interface Run {
  readonly code: number;
  /** Everything that the command printed. */
  readonly output: string;
}

export interface RunningCommand {
  readonly ended: Promise<Run>;
  readonly kill: () => void;
  /** As Ctrl+C does. */
  readonly interrupt: () => void;
}

/** One operation that a preview announces. */
export interface Operation {
  readonly op: string;
  readonly urn: string;
}

export class Engine {
  readonly folder: string;
  readonly #tools: PulumiTools;
  readonly #plane: RunningControlPlane;
  readonly #kubernetesBinary: string;
  #cloudflare: CloudflareAccount | undefined;
  #google: GoogleProjects | undefined;

  private constructor(folder: string, tools: PulumiTools, plane: RunningControlPlane, kubernetesBinary: string) {
    this.#kubernetesBinary = kubernetesBinary;
    this.folder = folder;
    this.#tools = tools;
    this.#plane = plane;
  }

  /**
   * `providers` are the names of those that may have to be stood in for. `program` is a path from the root of the project; the
   * product's own by default.
   */
  static async start(providers: readonly string[] = [], program = "index.ts"): Promise<Engine> {
    const folder = mkdtempSync(join(tmpdir(), "ckan-engine-"));
    const plane = await startControlPlane(join(folder, "cluster"), inject("kubernetesVersion"));
    const engine = new Engine(folder, await ensurePulumi(), plane, await ensureKubernetes());
    for (const path of [engine.state, join(folder, "fakes")]) mkdirSync(path, { recursive: true });
    const plugins = new Map(providers.map((name) => [name, providerPlugin(name)]));
    engine.#cloudflare = await startCloudflare(engine.fakeState("cloudflare"), plugins.get("cloudflare"));
    engine.#google = await startGoogle(engine.fakeState("gcp"), plugins.get("gcp"));
    writeProject(folder, plugins, program);
    writeFileSync(engine.passphrase, "a passphrase for one test run");
    engine.write(readStackFile("dev"));
    const init = engine.pulumi("stack", "init", "dev");
    if (init.code !== 0) throw new Error(init.output);
    return engine;
  }

  async stop(): Promise<void> {
    await this.#plane.stop();
    await this.#cloudflare?.stop();
    await this.#google?.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** For an engine that was started with Cloudflare's provider. */
  get cloudflare(): CloudflareAccount {
    if (this.#cloudflare === undefined) throw new Error("this engine was started without Cloudflare's provider");
    return this.#cloudflare;
  }

  /** For an engine that was started with Google's provider. */
  get google(): GoogleProjects {
    if (this.#google === undefined) throw new Error("this engine was started without Google's provider");
    return this.#google;
  }

  get state(): string {
    return join(this.folder, "state");
  }

  /** Replaces the stack file; the root secret goes in encrypted, as an operator would set it. */
  write(config: StackFile): void {
    const { "ckan:rootSecret": _, ...rest } = config;
    writeFileSync(this.stackFile, stringify({ config: rest, ...this.#salt() }));
  }

  setSecret(key: string, value: string): void {
    const result = this.pulumi("config", "set", "--secret", `ckan:${key}`, value);
    if (result.code !== 0) throw new Error(result.output);
  }

  /** The CLI. */
  get program(): string {
    return join(this.#tools.bin, "pulumi");
  }

  /** Runs the CLI on the test's stack. */
  pulumi(...args: readonly string[]): Run {
    const stack = args[1] === "init" ? [] : ["--stack", "dev"];
    return this.#run(this.program, [...args, ...stack, "--non-interactive"]);
  }

  /** Runs the CLI in another project, with the same backend and cluster. */
  pulumiIn(folder: string, ...args: readonly string[]): Run {
    return this.#run(this.program, [...args, "--non-interactive"], folder);
  }

  /** As `pulumiIn`, with a passphrase that decrypts nothing of this project's. */
  pulumiAsStranger(folder: string, ...args: readonly string[]): Run {
    const passphrase = join(this.folder, "passphrase-of-a-stranger");
    writeFileSync(passphrase, "a passphrase of somebody else");
    const environment = { ...this.environment(), PULUMI_CONFIG_PASSPHRASE_FILE: passphrase };
    return this.#run(this.program, [...args, "--non-interactive"], folder, environment);
  }

  /** Runs a command of this project's, such as toolchain/outputs.ts, with the test's backend. */
  command(...args: readonly string[]): Run {
    return this.#run(process.execPath, args, root);
  }

  /** Starts the CLI; `kill` ends it and everything that it started at once, as a lost machine would. */
  begin(...args: readonly string[]): RunningCommand {
    const child = spawn(this.program, [...args, "--stack", "dev", "--non-interactive"], {
      cwd: this.folder,
      env: this.environment(),
      stdio: ["ignore", "pipe", "pipe"],
      detached: true,
    });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.on("data", (text: Buffer) => {
        output += text.toString();
      });
    }
    const ended = once(child, "close").then(([code]): Run => ({ code: code ?? 1, output }));
    const kill = () => process.kill(-(child.pid ?? Number.NaN), "SIGKILL");
    return { ended, kill, interrupt: () => child.kill("SIGINT") };
  }

  /** The operations that `up` would perform, without those that change nothing. */
  operations(): readonly Operation[] {
    const { code, output } = this.pulumi("preview", "--json");
    if (code !== 0) throw new Error(output);
    const { steps } = JSON.parse(output.slice(output.indexOf("{"))) as { steps: readonly Operation[] };
    return steps.filter(({ op }) => op !== "same").map(({ op, urn }) => ({ op, urn }));
  }

  /** An object of the API server as JSON. */
  kubernetes(...args: readonly string[]): { readonly items: readonly KubernetesObject[] } {
    return JSON.parse(this.kubectl("get", ...args, "-o", "json"));
  }

  /** What the command prints. */
  kubectl(...args: readonly string[]): string {
    const { code, output } = this.#run(this.#kubernetesBinary, ["kubectl", ...args]);
    if (code !== 0) throw new Error(output);
    return output;
  }

  /** What the API server says of itself, such as `v1.36.3`. */
  serverVersion(): string {
    const { output } = this.#run(this.#kubernetesBinary, ["kubectl", "get", "--raw", "/version"]);
    return (JSON.parse(output) as { gitVersion: string }).gitVersion;
  }

  /** Locks of Pulumi's that somebody holds on the stack. */
  locks(): readonly string[] {
    const folder = join(this.state, ".pulumi", "locks");
    if (!existsSync(folder)) return [];
    return readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((path) => path.endsWith(".json"));
  }

  get stackFile(): string {
    return join(this.folder, "Pulumi.dev.yaml");
  }

  private get passphrase(): string {
    return join(this.folder, "passphrase");
  }

  /** What a fake keeps, which it shares with the test. */
  fakeState(name: string): string {
    return join(this.folder, "fakes", `${name}.json`);
  }

  #salt(): object {
    try {
      const { encryptionsalt } = parse(readFileSync(this.stackFile, "utf8"));
      return encryptionsalt === undefined ? {} : { encryptionsalt };
    } catch {
      return {};
    }
  }

  #run(program: string, args: readonly string[], folder = this.folder, env = this.environment()): Run {
    const { status, stdout, stderr, error } = spawnSync(program, args, {
      cwd: folder,
      encoding: "utf8",
      maxBuffer: 256 * 1024 * 1024,
      env,
    });
    if (error) throw error;
    return { code: status ?? 1, output: stdout + stderr };
  }

  /** In which the CLI, and a program that starts it, finds this test's state, cluster and fakes. */
  environment(): NodeJS.ProcessEnv {
    return {
      ...process.env,
      PATH: [this.#tools.bin, join(root, "node_modules", ".bin"), process.env["PATH"]].join(delimiter),
      PULUMI_HOME: this.#tools.home,
      PULUMI_BACKEND_URL: pathToFileURL(this.state).href,
      PULUMI_CONFIG_PASSPHRASE_FILE: this.passphrase,
      PULUMI_SKIP_UPDATE_CHECK: "true",
      KUBECONFIG: this.#plane.kubeconfig,
      FAKE_STATE: join(this.folder, "fakes"),
      ...this.#cloudflare?.environment,
      ...this.#google?.environment,
      NO_COLOR: "1",
    };
  }
}

export interface KubernetesObject {
  readonly kind: string;
  readonly spec?: unknown;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly uid: string;
    readonly deletionTimestamp?: string;
    readonly ownerReferences?: readonly unknown[];
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
}

/** The `config:` part of a committed stack file, for a test to change. */
export function readStackFile(stack: string): StackFile {
  return parse(readFileSync(join(root, `Pulumi.${stack}.yaml`), "utf8")).config;
}

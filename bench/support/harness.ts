/** A control plane with nodes that kwok plays, and programs that Pulumi's real CLI and provider bring up on it. */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { pathToFileURL } from "node:url";
import { parse, stringify } from "yaml";
import { ensureKubernetes } from "../../cluster/binaries.ts";
import { type RunningControlPlane, startControlPlane } from "../../cluster/control-plane.ts";
import { projectRoot } from "../../toolchain/paths.ts";
import { ensurePulumi, type PulumiTools } from "../../toolchain/pulumi-cli.ts";
import { usageOption } from "./program.ts";
import type { Config } from "./stack-files.ts";
import { withoutRootSecret } from "./stack-files.ts";

export interface Operation {
  readonly seconds: number;
  /** Processor seconds and memory of the Node.js program alone; zero where the operation does not run it. */
  readonly program: { readonly processor: number; readonly megabytes: number };
  /** What the CLI printed. */
  readonly output: string;
}

export class Harness {
  readonly folder: string;
  /** Whether Pulumi writes the state after each step; here that means all of it, again and again. */
  checkpoints = true;
  readonly #plane: RunningControlPlane;
  readonly #tools: PulumiTools;
  readonly #kubernetes: string;
  #volumes = 0;

  private constructor(folder: string, plane: RunningControlPlane, tools: PulumiTools, kubernetes: string) {
    this.folder = folder;
    this.#plane = plane;
    this.#tools = tools;
    this.#kubernetes = kubernetes;
  }

  static async start(): Promise<Harness> {
    const folder = mkdtempSync(join(tmpdir(), "ckan-bench-"));
    const tools = await ensurePulumi();
    const kubernetes = await ensureKubernetes();
    return new Harness(folder, await startControlPlane(join(folder, "cluster")), tools, kubernetes);
  }

  async stop(): Promise<void> {
    await this.#plane.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** Our program with a stack file. */
  ours(name: string, config: Config): Project {
    return this.#project(name, join(projectRoot, "index.ts"), config);
  }

  /** A program of one file; it gets the same configuration, which it does not read. */
  flat(name: string, text: string, config: Config): Project {
    const folder = join(this.folder, name);
    mkdirSync(folder);
    symlinkSync(join(projectRoot, "node_modules"), join(folder, "node_modules"));
    symlinkSync(join(projectRoot, "toolchain"), join(folder, "toolchain"));
    writeFileSync(join(folder, "package.json"), JSON.stringify({ type: "module" }));
    writeFileSync(join(folder, "index.ts"), text);
    return this.#project(name, join(folder, "index.ts"), config);
  }

  /** Runs kubectl with administrator's rights. */
  kubectl(args: readonly string[], input?: string): string {
    return this.run(this.#kubernetes, ["kubectl", ...args], this.folder, input);
  }

  /** Makes volumes for as many claims: a volume is not used twice. */
  addVolumes(count: number): void {
    const items = Array.from({ length: count }, () => {
      this.#volumes += 1;
      return volume(`bench-${this.#volumes}`);
    });
    this.kubectl(["apply", "--server-side", "-f", "-"], JSON.stringify({ apiVersion: "v1", kind: "List", items }));
  }

  /** A second node like the first, which has room for 500 pods. */
  addNode(): void {
    const node = JSON.parse(this.kubectl(["get", "node", "fake", "-o", "json"]));
    const { labels } = node.metadata;
    const second = { name: "fake-2", labels: { ...labels, "kubernetes.io/hostname": "fake-2" } };
    const { allocatable, capacity } = node.status;
    const item = { apiVersion: "v1", kind: "Node", metadata: second, status: { allocatable, capacity } };
    this.kubectl(["apply", "--server-side", "-f", "-"], JSON.stringify(item));
  }

  run(program: string, args: readonly string[], cwd: string, input?: string): string {
    const { status, stdout, stderr, error } = spawnSync(program, args, {
      cwd,
      encoding: "utf8",
      maxBuffer: 512 * 1024 * 1024,
      ...(input !== undefined && { input }),
      env: {
        ...process.env,
        PATH: [this.#tools.bin, join(projectRoot, "node_modules", ".bin"), process.env["PATH"]].join(delimiter),
        PULUMI_HOME: this.#tools.home,
        PULUMI_BACKEND_URL: pathToFileURL(this.folder).href,
        PULUMI_CONFIG_PASSPHRASE: "a passphrase for one benchmark",
        PULUMI_SKIP_UPDATE_CHECK: "true",
        KUBECONFIG: this.#plane.kubeconfig,
        BENCH_USAGE: join(cwd, "usage"),
        NO_COLOR: "1",
        ...(!this.checkpoints && { PULUMI_EXPERIMENTAL: "true", PULUMI_SKIP_CHECKPOINTS: "true" }),
      },
    });
    if (error) throw error;
    if (status !== 0) throw new Error(`${args.join(" ")} ended with ${status}\n${stdout}\n${stderr}`);
    return stdout;
  }

  #project(name: string, main: string, config: Config): Project {
    const folder = join(this.folder, name);
    mkdirSync(folder, { recursive: true });
    const product = parse(readFileSync(join(projectRoot, "Pulumi.yaml"), "utf8"));
    const { options } = product.runtime;
    const nodeargs = `${options.nodeargs ?? ""} ${usageOption}`.trim();
    const runtime = { ...product.runtime, options: { ...options, nodeargs } };
    writeFileSync(join(folder, "Pulumi.yaml"), stringify({ ...product, name, runtime, main }));
    return new Project(this, join(this.#tools.bin, "pulumi"), folder, name, config);
  }
}

export class Project {
  readonly #harness: Harness;
  readonly #cli: string;
  readonly #folder: string;

  constructor(harness: Harness, cli: string, folder: string, name: string, config: Config) {
    this.#harness = harness;
    this.#cli = cli;
    this.#folder = folder;
    this.#harness.run(cli, ["stack", "init", name, "--non-interactive"], folder);
    this.configure(config);
  }

  /** Replaces the stack file. */
  configure(config: Config): void {
    const path = join(this.#folder, `Pulumi.${this.#stack}.yaml`);
    const { encryptionsalt } = existsSync(path) ? parse(readFileSync(path, "utf8")) : {};
    writeFileSync(path, stringify({ config: withoutRootSecret(config), encryptionsalt }));
    const secret = String(config["ckan:rootSecret"]);
    this.#harness.run(this.#cli, ["config", "set", "--secret", "ckan:rootSecret", secret], this.#folder);
  }

  /** Runs an operation of the CLI, such as `preview`, and measures it. */
  operate(...args: readonly string[]): Operation {
    const usage = join(this.#folder, "usage");
    rmSync(usage, { force: true });
    const begin = performance.now();
    const output = this.#harness.run(this.#cli, [...args, "--non-interactive"], this.#folder);
    const seconds = (performance.now() - begin) / 1000;
    const program = existsSync(usage) ? JSON.parse(readFileSync(usage, "utf8")) : { processor: 0, megabytes: 0 };
    return { seconds, program, output };
  }

  get #stack(): string {
    return this.#folder.split("/").at(-1) ?? "";
  }
}

function volume(name: string): object {
  return {
    apiVersion: "v1",
    kind: "PersistentVolume",
    metadata: { name },
    spec: {
      storageClassName: "standard",
      capacity: { storage: "1Ti" },
      accessModes: ["ReadWriteOnce"],
      hostPath: { path: `/var/empty/${name}` },
    },
  };
}

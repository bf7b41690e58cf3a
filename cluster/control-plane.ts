/**
 * A control plane for the engine tests: real etcd, API server, controllers and scheduler on free ports of 127.0.0.1, without root. kwok
 * simulates its one node: pods become ready and Jobs complete as soon as they are scheduled, and no container ever runs.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { randomInt } from "node:crypto";
import { closeSync, copyFileSync, mkdirSync, openSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { run, tryRun, which } from "../toolchain/process.ts";
import { ToolchainError } from "../toolchain/steps.ts";
import { type EngineKubernetesVersion, kubernetesVersion } from "../toolchain/versions.ts";
import { ensureControlPlane, ensureKubernetes, ensureKwok } from "./binaries.ts";
import { apiServer, type ControlPlane, controllerManager, etcd, scheduler } from "./control-plane-programs.ts";
import { fakeNode } from "./fake-node.ts";
import { ensurePki, kubeconfigPath } from "./pki.ts";
import type { Program } from "./processes.ts";
import { node } from "./settings.ts";
import { waitFor } from "./wait.ts";

export interface RunningControlPlane {
  /** File with one context, `ckan-local`. */
  readonly kubeconfig: string;
  /** Stops every program. The folder stays, so that the logs can be read. */
  stop(): Promise<void>;
}

const stages = fileURLToPath(new URL("kwok-stages.yaml", import.meta.url));

/**
 * Starts a control plane with its files under `folder`, which no other control plane may use.
 *
 * @param version Kubernetes version of API server, controllers and scheduler; etcd, kubeadm and kubectl are the local cluster's.
 */
export async function startControlPlane(
  folder: string,
  version: EngineKubernetesVersion = kubernetesVersion,
): Promise<RunningControlPlane> {
  const [kubernetes, kwok] = [await ensureKubernetes(), await ensureKwok()];
  mkdirSync(folder, { recursive: true });
  const [api = 0, etcdPort = 0, etcdPeer = 0, manager = 0, schedule = 0] = await freePorts(5);
  const plane: ControlPlane = {
    kubernetes: await ensureControlPlane(version),
    pki: join(folder, "pki"),
    etcdData: join(folder, "etcd"),
    address: "127.0.0.1",
    ports: { api, etcd: etcdPort, etcdPeer, controllerManager: manager, scheduler: schedule },
    durable: false,
  };
  // Certificates contain the port, so those of an earlier run are useless.
  for (const old of [plane.pki, plane.etcdData]) rmSync(old, { recursive: true, force: true });
  await ensurePki(kubernetes, plane.pki, `127.0.0.1:${api}`);
  const kubeconfig = join(folder, "kubeconfig");
  copyFileSync(kubeconfigPath(plane.pki, "admin"), kubeconfig);
  const children: ChildProcess[] = [];
  const stop = () => stopAll(children);
  try {
    const kwokArgs = ["--kubeconfig", kubeconfig, "--config", stages, "--manage-all-nodes", "--node-ip", node.address];
    // Without a lease the node counts as lost after 40 seconds, and kwok does not simulate the recovery of its pods.
    kwokArgs.push("--node-lease-duration-seconds", "40");
    children.push(...[etcd({ ...plane, kubernetes }), apiServer(plane)].map((program) => startChild(program, folder)));
    await waitUntilReady(kubernetes, kubeconfig, folder, children);
    const kwokProgram: Program = { name: "kwok", command: kwok, args: kwokArgs };
    const rest = [controllerManager(plane), scheduler(plane), kwokProgram];
    children.push(...rest.map((program) => startChild(program, folder)));
    await prepare(kubernetes, kubeconfig, folder);
  } catch (error) {
    await stop();
    throw error;
  }
  return { kubeconfig, stop };
}

async function waitUntilReady(
  kubernetes: string,
  kubeconfig: string,
  folder: string,
  children: readonly ChildProcess[],
): Promise<void> {
  await waitFor("the API server is ready", 60, folder, async () => {
    if (children.some((child) => child.exitCode !== null)) {
      throw new ToolchainError("etcd or the API server ended at once", `read the logs in ${folder}`);
    }
    const args = ["kubectl", "--kubeconfig", kubeconfig, "--request-timeout=2s", "get", "--raw", "/readyz"];
    return (await tryRun(kubernetes, args)).code === 0;
  });
}

/** Creates the node and its volumes, and waits until pods can be created in the default namespace. */
async function prepare(kubernetes: string, kubeconfig: string, folder: string): Promise<void> {
  const kubectl = ["kubectl", "--kubeconfig", kubeconfig];
  await run(kubernetes, [...kubectl, "apply", "--server-side", "-f", "-"], { input: JSON.stringify(fakeNode()) });
  await waitFor("the node is ready and namespaces have service accounts", 30, folder, async () => {
    const account = await tryRun(kubernetes, [...kubectl, "get", "serviceaccount", "default"]);
    const ready = "{.items[0].status.conditions[?(@.type=='Ready')].status}";
    const conditions = await tryRun(kubernetes, [...kubectl, "get", "nodes", "-o", `jsonpath=${ready}`]);
    return account.code === 0 && conditions.stdout === "True";
  });
}

function startChild({ name, command, args }: Program, folder: string): ChildProcess {
  const log = openSync(join(folder, `${name}.log`), "w");
  // The kernel kills the program when the test process dies, however it dies. util-linux' setpriv requests that.
  const guarded = which("setpriv") ? ["setpriv", "--pdeathsig", "KILL", "--", command, ...args] : [command, ...args];
  const child = spawn(guarded[0] ?? command, guarded.slice(1), { stdio: ["ignore", log, log] });
  closeSync(log);
  return child;
}

async function stopAll(children: readonly ChildProcess[]): Promise<void> {
  await Promise.all(
    children.map((child) => {
      if (child.exitCode !== null || child.signalCode !== null) return undefined;
      const ended = new Promise((resolve) => child.once("exit", resolve));
      child.kill("SIGKILL"); // nothing here needs a graceful shutdown
      return ended;
    }),
  );
}

/**
 * Finds free ports, all held open at once so that they differ. They lie below the kernel's ephemeral port range: otherwise an outgoing
 * connection could take one before the program binds it.
 */
async function freePorts(count: number): Promise<readonly number[]> {
  const servers: Server[] = [];
  const ports: number[] = [];
  for (let attempt = 0; ports.length < count; attempt += 1) {
    if (attempt > 100) throw new ToolchainError("no free ports between 20000 and 30000", "end what listens there");
    const server = createServer();
    const port = randomInt(20_000, 30_000);
    if (!(await listens(server, port))) continue;
    servers.push(server);
    ports.push(port);
  }
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}

function listens(server: Server, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    server.once("error", () => resolve(false));
    server.listen(port, "127.0.0.1", () => resolve(true));
  });
}

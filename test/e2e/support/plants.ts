/** Puts something where it must not be, in one place of each kind, so that a hunt that finds nothing else proves something. */
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type LivePod, list } from "./cluster.ts";
import { kubectl, succeed } from "./commands.ts";
import { eventually } from "./site.ts";

const namespace = "e2e-hunt";
const metadata = { name: "planted", namespace };

/** A ConfigMap, an event, and a pod that has it in its arguments and writes it to its log. */
export async function plantInCluster(value: string, image: string): Promise<void> {
  const items = [
    { apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } },
    { apiVersion: "v1", kind: "ConfigMap", metadata, data: { text: base64(`user default on >${value} ~* +@all`) } },
    {
      apiVersion: "v1",
      kind: "Event",
      metadata,
      involvedObject: { apiVersion: "v1", kind: "Pod", ...metadata },
      type: "Warning",
      reason: "Planted",
      message: `cannot connect to redis://:${value}@queue`,
    },
    pod(value, image),
  ];
  succeed(kubectl(["apply", "-f", "-"], JSON.stringify({ apiVersion: "v1", kind: "List", items })));
  await eventually(
    async () => list<LivePod>("pods", namespace).map(({ status }) => status.phase),
    (phases) => phases.includes("Running"),
    60,
  );
}

export function removeFromCluster(): void {
  succeed(kubectl(["delete", "namespace", "--ignore-not-found", namespace]));
}

/** An archive as images are saved: a layer, itself an archive, in which a file holds the value. */
export function plantInImage(value: string, use: (archive: string) => Promise<void>): Promise<void> {
  return inFolder(async (folder) => {
    mkdirSync(join(folder, "etc"));
    writeFileSync(join(folder, "etc", "planted.conf"), `password = ${base64(value)}\n`);
    execFileSync("tar", ["-C", folder, "-cf", join(folder, "layer.tar"), "etc"]);
    execFileSync("tar", ["-C", folder, "-cf", join(folder, "image.tar"), "layer.tar"]);
    await use(join(folder, "image.tar"));
  });
}

/** A folder in which git tracks a file that holds the value. */
export function plantInTree(value: string, use: (folder: string) => Promise<void>): Promise<void> {
  return inFolder(async (folder) => {
    writeFileSync(join(folder, "planted.ts"), `export const password = ${JSON.stringify(value)};\n`);
    execFileSync("git", ["-C", folder, "init", "--quiet"]);
    execFileSync("git", ["-C", folder, "add", "planted.ts"]);
    await use(folder);
  });
}

async function inFolder(use: (folder: string) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "ckan-planted-"));
  try {
    await use(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function pod(value: string, image: string): object {
  const script = 'echo "the password is $0" | base64 --wrap=0; echo; while true; do sleep 1; done';
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata,
    spec: {
      automountServiceAccountToken: false,
      terminationGracePeriodSeconds: 0,
      activeDeadlineSeconds: 900,
      securityContext: { runAsNonRoot: true, runAsUser: 10001, seccompProfile: { type: "RuntimeDefault" } },
      containers: [{ name: "planted", image, imagePullPolicy: "IfNotPresent", command: ["sh", "-c", script, value] }],
    },
  };
}

function base64(text: string): string {
  return Buffer.from(text).toString("base64");
}

/** Where a secret could lie that should be in Secrets, and in the pods that mount them, only. */
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse, stringify } from "yaml";
import { clusterRoot } from "../../../cluster/settings.ts";
import { localStateFolder } from "../../../toolchain/backend.ts";
import { cacheRoot, projectRoot } from "../../../toolchain/paths.ts";
import { type LiveObject, type LivePod, list } from "./cluster.ts";
import { kubectl, kubectlAtOnce, pulumi, run, succeed } from "./commands.ts";
import { filesBelow, type Place } from "./hunt.ts";

/** The state as Pulumi exports it, and, where it is a folder on this machine, all of that: histories and backups too. */
export function state(): readonly Place[] {
  const exported = { name: "the exported state", text: succeed(pulumi("stack", "export")) };
  const nameOf = (path: string) => (path.endsWith(".history.json") ? "the state's history" : `state ${path}`);
  return [exported, ...(existsSync(localStateFolder) ? filesBelow(localStateFolder, nameOf) : [])];
}

/** What Pulumi prints: previews of a stack file that says `description` of its first site, and outputs. */
export function printed(description: string): readonly Place[] {
  const file = parse(readFileSync(join(projectRoot, "Pulumi.dev.yaml"), "utf8"));
  const [site] = Object.values<{ site: { description: string } }>(file.config["ckan:instances"]);
  if (site === undefined) throw new Error("Pulumi.dev.yaml has no instance");
  site.site.description = description;
  const folder = mkdtempSync(join(tmpdir(), "ckan-hunt-"));
  try {
    const path = join(folder, "Pulumi.dev.yaml");
    writeFileSync(path, stringify(file));
    const all = ({ stdout, stderr }: ReturnType<typeof pulumi>) => `${stdout}\n${stderr}`;
    return [
      { name: "preview as JSON", text: all(pulumi("preview", "--json", "--config-file", path)) },
      {
        name: "preview",
        text: all(pulumi("preview", "--diff", "--show-sames", "--show-full-output", "--config-file", path)),
      },
      { name: "outputs", text: all(pulumi("stack", "output", "--json")) },
    ];
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The files that `npm run render` writes, after `plant` put something among them. */
export function rendered(plant: (folder: string) => void): readonly Place[] {
  const folder = mkdtempSync(join(tmpdir(), "ckan-hunt-"));
  try {
    succeed(run("npm", ["run", "--silent", "render", "--", "dev", folder]));
    plant(folder);
    return filesBelow(folder, (path) => `rendered ${path}`);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Every object of every kind that the API server lists, events included; of Secrets everything but their data. */
export function objects(): readonly Place[] {
  const kinds = succeed(kubectl(["api-resources", "--verbs=list", "--output=name"]))
    .trim()
    .split("\n");
  return list<LiveObject & { readonly data?: unknown }>(kinds.join()).map((object) => {
    const { data, ...rest } = object;
    const { kind, metadata } = object;
    const text = JSON.stringify(kind === "Secret" ? rest : { ...rest, data });
    return { name: [kind, metadata.namespace, metadata.name].filter((part) => part !== undefined).join(" "), text };
  });
}

/** The output of every container of every pod, of its run before as well, init containers included. */
export async function logs(): Promise<readonly Place[]> {
  const runs = list<LivePod>("pods").flatMap(({ metadata, status }) =>
    [...(status.initContainerStatuses ?? []), ...(status.containerStatuses ?? [])].flatMap(({ name, restartCount }) => {
      const run = { pod: metadata.name, namespace: metadata.namespace, container: name };
      return restartCount > 0 ? [run, { ...run, previous: true }] : [run];
    }),
  );
  const places = await Promise.all(
    runs.map(async ({ pod, namespace, container, ...previous }) => {
      const options = ["-n", namespace, "-c", container, ...("previous" in previous ? ["--previous"] : [])];
      const result = await kubectlAtOnce(["logs", pod, ...options]);
      // A CronJob has taken its oldest pod away since, and the log with it.
      if (result.stderr.includes(`pods "${pod}" not found`)) return undefined;
      // A run before the last start of the cluster may have left nothing.
      const text = "previous" in previous ? result.stdout : succeed(result);
      return { name: `log of ${pod} ${container}`, text };
    }),
  );
  return places.filter((place) => place !== undefined);
}

/** What the programs of the local cluster and the builds of its images wrote, where this machine runs or builds them. */
export function machineLogs(): readonly Place[] {
  const folders = [join(clusterRoot, "log"), join(cacheRoot, "log")].filter((folder) => existsSync(folder));
  // A pod's folder carries its uid.
  return folders.flatMap((folder) => filesBelow(folder, (path) => `machine log ${path.replace(/_[0-9a-f-]{36}/, "")}`));
}

/** Every file that git tracks in a folder. */
export function tree(folder: string = projectRoot): readonly Place[] {
  const paths = execFileSync("git", ["-C", folder, "ls-files", "-z"], { encoding: "utf8" }).split("\0");
  return paths
    .filter((path) => path !== "" && existsSync(join(folder, path)))
    .map((path) => ({ name: `tree ${path}`, text: readFileSync(join(folder, path), "latin1") }));
}

/** Arguments of every process on this machine, which runs the local cluster's containers as well. */
export function processes(): readonly Place[] {
  const running = readdirSync("/proc").filter((entry) => /^\d+$/.test(entry));
  return running.flatMap((id) => {
    try {
      return [{ name: "arguments of a process", text: readFileSync(`/proc/${id}/cmdline`, "latin1") }];
    } catch {
      return []; // it has ended
    }
  });
}

/** Programs that build images, behind one interface. */
import { mkdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { unmountBelow } from "../mounts.ts";
import { installPackages } from "../packages.ts";
import { cacheRoot } from "../paths.ts";
import { run, tryRun, which } from "../process.ts";
import { print, ToolchainError } from "../steps.ts";
import { machineSettings } from "./machine-settings.ts";

// The base image is 30 MB; a gateway that accepts the connection and never answers must not block the build.
const pullTimeout = "120s";

export interface Build {
  readonly name: string;
  readonly context: string;
  readonly args: Readonly<Record<string, string>>;
  readonly log: string;
}

export interface Engine {
  readonly title: string;
  has(name: string): Promise<boolean>;
  /** Pulls a public image and renames it. False: the image is unreachable. */
  pull(reference: string, name: string): Promise<boolean>;
  build(build: Build): Promise<void>;
  /** Loads an archive that `save` wrote as `reference`, under another name. */
  load(archive: string, reference: string, name: string): Promise<void>;
  /** Writes a docker-archive that contains the image as `reference`. */
  save(name: string, reference: string, archive: string): Promise<void>;
  /** Cleans up everything but the stored layers. */
  release(): Promise<void>;
}

/** A running Docker engine, otherwise buildah, which needs no daemon. On Debian, root gets buildah installed. */
export async function findEngine(): Promise<Engine> {
  if ((await tryRun("docker", ["info"])).code === 0) return docker();
  if (!which("buildah")) await installPackages(["buildah"], "the program buildah, or a Docker engine");
  return buildah();
}

/** debootstrap creates the base image when no image registry is reachable. */
export async function requireDebootstrap(): Promise<void> {
  if (!which("debootstrap")) await installPackages(["debootstrap"], "the program debootstrap, or the way to docker.io");
}

function docker(): Engine {
  return {
    title: "Docker",
    has: async (name) => (await tryRun("docker", ["image", "inspect", name])).code === 0,
    async pull(reference, name) {
      if ((await tryRun("timeout", [pullTimeout, "docker", "pull", reference])).code !== 0) return false;
      await run("docker", ["tag", reference, name]);
      return true;
    },
    async build({ name, context, args, log }) {
      await run(
        "docker",
        ["build", ...buildArguments(args), "-f", join(context, "Containerfile"), "-t", name, context],
        { log },
      );
    },
    async load(archive, reference, name) {
      await run("docker", ["load", "-i", archive]);
      await run("docker", ["tag", reference, name]);
    },
    async save(name, reference, archive) {
      await run("docker", ["tag", name, reference]);
      await run("docker", ["save", "-o", archive, reference]);
    },
    release: async () => {},
  };
}

async function buildah(): Promise<Engine> {
  const buildah = await buildahCommand();
  // The storage is ours alone: working containers in it are leftovers of a killed build.
  await tryRun("buildah", [...buildah, "rm", "--all"]);
  const settings = machineSettings();
  return {
    title: "buildah",
    has: async (name) => (await tryRun("buildah", [...buildah, "inspect", "--type", "image", name])).code === 0,
    async pull(reference, name) {
      const pull = [pullTimeout, "buildah", ...buildah, "pull", "--quiet", reference];
      if ((await tryRun("timeout", pull)).code !== 0) return false;
      await run("buildah", [...buildah, "tag", reference, name]);
      return true;
    },
    async build({ name, context, args, log }) {
      // chroot isolation works in containers and virtual machines and needs no runtime.
      const options = ["--isolation", "chroot", "--layers", "--pull-never", ...settings.volumes()];
      await run("buildah", [...buildah, "build", ...options, ...buildArguments(args), "-t", name, context], { log });
    },
    async load(archive, reference, name) {
      await run("buildah", [...buildah, "pull", "--quiet", `docker-archive:${archive}:${reference}`]);
      await run("buildah", [...buildah, "tag", reference, name]);
    },
    async save(name, reference, archive) {
      await run("buildah", [...buildah, "push", "--quiet", name, `docker-archive:${archive}:${reference}`]);
    },
    // buildah leaves its storage and the last layer mounted.
    release: () => unmountBelow(join(cacheRoot, "images")),
  };
}

/** Overlay shares layers between images; vfs copies each one in full, but works on any file system. */
async function buildahCommand(): Promise<readonly string[]> {
  for (const driver of ["overlay", "vfs"]) {
    const root = join(cacheRoot, "images", `buildah-${driver}`);
    const runRoot = join(tmpdir(), `ckan-environments-buildah-${driver}`);
    const command = ["--root", root, "--runroot", runRoot, "--storage-driver", driver];
    mkdirSync(root, { recursive: true });
    if ((await tryRun("buildah", [...command, "info"])).code === 0) return command;
    print(`buildah cannot use the storage driver ${driver} here`);
  }
  const { output } = await tryRun("buildah", ["info"]);
  throw new ToolchainError(`buildah does not work here: ${output.trim()}`, "run as root, or start a Docker engine");
}

function buildArguments(args: Readonly<Record<string, string>>): string[] {
  return Object.entries(args).flatMap(([name, value]) => ["--build-arg", `${name}=${value}`]);
}

/** The commands that a person would type: the project's own pulumi and kubectl scripts. */
import { spawn, spawnSync } from "node:child_process";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../..", import.meta.url));

export interface Result {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** `npm run pulumi -- <arguments> -s dev`, without npm's own lines. */
export function pulumi(...args: readonly string[]): Result {
  return run("npm", ["run", "--silent", "pulumi", "--", ...args, "--stack", "dev", "--non-interactive"]);
}

/** `npm run kubectl -- <arguments>`: kubectl on the local cluster. */
export function kubectl(args: readonly string[], input?: string): Result {
  return run("npm", ["run", "--silent", "kubectl", "--", ...args], input);
}

/** As `kubectl`, for several at the same time. */
export async function kubectlAtOnce(args: readonly string[], input = ""): Promise<Result> {
  const child = spawn("npm", ["run", "--silent", "kubectl", "--", ...args], { cwd: root });
  child.stdin.end(input);
  const [stdout, stderr, code] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    new Promise<number>((resolve, reject) => {
      child.on("error", reject);
      child.on("close", (status) => resolve(status ?? 1));
    }),
  ]);
  return { code, stdout, stderr };
}

/** The output of a command that has to succeed. */
export function succeed({ code, stdout, stderr }: Result): string {
  if (code !== 0) throw new Error(`exit code ${code}\n${stdout}\n${stderr}`);
  return stdout;
}

/** Runs a program to its end. */
export function run(program: string, args: readonly string[], input?: string): Result {
  const { status, stdout, stderr, error } = spawnSync(program, args, {
    cwd: root,
    encoding: "utf8",
    maxBuffer: 256 * 1024 * 1024,
    ...(input !== undefined && { input }),
  });
  if (error) throw error;
  return { code: status ?? 1, stdout, stderr };
}

/** The command as `npm run preflight` runs it, with a kubectl that is played. test/e2e/preflight.test.ts has a real cluster. */
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { parse, stringify } from "yaml";
import { readCall } from "../../preflight/options.ts";
import { type Clone, clone } from "../support/clone.ts";

let at: Clone;
let calls: string;
beforeAll(() => {
  at = clone();
  calls = join(at.folder, "calls");
  mkdirSync(join(at.folder, "bin"));
});
beforeEach(() => rmSync(calls, { force: true }));
afterAll(() => at.remove());

/** Answers to kubectl's calls, by a pattern of the shell each. */
function play(answers: Readonly<Record<string, string>>): void {
  const cases = Object.entries(answers).map(([pattern, script]) => `  ${pattern}) ${script} ;;`);
  const script = `#!/bin/sh\necho "$*" >> "${calls}"\ncase "$*" in\n${cases.join("\n")}\n  *) echo 'error: not played' >&2; exit 1 ;;\nesac\n`;
  writeFileSync(join(at.folder, "bin/kubectl"), script, { mode: 0o755 });
}

const environment = () => {
  const { GOOGLE_OAUTH_ACCESS_TOKEN: _1, GOOGLE_CREDENTIALS: _2, CLOUDFLARE_API_TOKEN: _3, ...others } = process.env;
  const { GOOGLE_APPLICATION_CREDENTIALS: _4, ...rest } = others;
  return { ...rest, PATH: `${join(at.folder, "bin")}:/usr/bin:/bin`, INIT_CWD: at.folder };
};

function preflight(...args: readonly string[]) {
  const command = [...at.command("preflight/main.ts"), ...args];
  const { status, stdout, stderr } = spawnSync(process.execPath, command, {
    cwd: at.project,
    encoding: "utf8",
    env: environment(),
  });
  return { code: status, stdout, stderr };
}

const rowsOf = (stdout: string) =>
  [...stdout.matchAll(/^ {2}(ok|MISSING|not known) +(.+?) {2,}/gm)].map(([, finding, need]) => `${finding} ${need}`);

/** Production's file, changed; its name as `--config-file` takes it from the folder of the caller. */
function production(name: string, change: (config: Record<string, unknown>) => void = () => {}): string {
  const file = parse(readFileSync(join(at.project, "Pulumi.prod.yaml"), "utf8"));
  file.config["ckan:rootSecret"] = { secure: "v1:encrypted" };
  change(file.config);
  writeFileSync(join(at.folder, name), stringify(file));
  return name;
}

test("--help is an answer: on standard output, with 0", () => {
  const { code, stdout, stderr } = preflight("--help");
  expect([code, stdout.split(" [")[0], stderr]).toEqual([0, "usage: npm run preflight -- <stack>", ""]);
});

test.each([
  [[], "a stack is needed"],
  [[""], "a stack is needed"],
  [["prod", "dev", "x"], "one stack is needed, got dev, x as well"],
  [["prod", "--config-file="], "--config-file needs the name of a file"],
  [["prod", "--image="], "--image needs the name of an image"],
  [["prod", "--config-file"], /--config-file <value>' argument missing/],
  [["prod", "--nothing"], /Unknown option '--nothing'/],
])("a call such as %j says what is wrong with it", (args, why) => {
  expect(readCall(args)).toEqual({ kind: "wrong", why: typeof why === "string" ? why : expect.stringMatching(why) });
});

test("a wrong call is told how the command is called, with 2", () => {
  const { code, stdout, stderr } = preflight();
  const [first, second] = stderr.split("\n");
  expect([code, stdout, first]).toEqual([2, "", "a stack is needed"]);
  expect(second).toMatch(/^usage: npm run preflight/);
});

test("a file that is not there is named by its whole path, from where the caller is, and as no stack", () => {
  const { code, stderr } = preflight("prod", "--config-file", "none.yaml");
  expect([code, stderr]).toEqual([1, `There is no file ${join(at.folder, "none.yaml")}\n`]);
});

test("a cluster that does not answer is one row, without what it must not say, and the clouds are asked", () => {
  const said = "your login has expired\\nAuthorization: Bearer PLANTED-TOKEN \\033[31m\\007";
  const failed = "Unable to connect to the server: getting credentials: exec: executable login failed with exit code 1";
  play({ "*/version": `printf '${said}\\n${failed}\\n' >&2; exit 1` });
  const { code, stdout, stderr } = preflight("prod", "--config-file", production("down.yaml"));
  expect([code, rowsOf(stdout)]).toEqual([
    1,
    ["MISSING the cluster of the context production", "not known credentials for Google", "not known API token"],
  ]);
  expect(stdout).toContain("your login has expired Authorization: Bearer [masked]");
  expect(`${stdout}${stderr}`).not.toMatch(/PLANTED-TOKEN|[^\P{Cc}\n]/u);
  expect(stderr).toContain("Looking for the cluster ...");
});

test("a stack file without a root secret gets a row for it, one with it none", () => {
  play({ "*/version": "exit 1" });
  const without = production("without.yaml", (config) => delete config["ckan:rootSecret"]);
  const { code, stdout } = preflight("prod", "--config-file", without);
  expect([code, rowsOf(stdout)[0]]).toEqual([1, "MISSING ckan:rootSecret"]);
  expect(stdout).toContain('-> pulumi config set --secret ckan:rootSecret "$(openssl rand -base64 48)"');
});

const answering = {
  "*/version": `echo '{"gitVersion":"v1.35.0"}'`,
  "*get?--raw*": "echo 'error: You must be logged in to the server (Unauthorized)' >&2; exit 1",
  "*get?namespaces*": `echo '{"items":[]}'`,
  "*create*": "exit 0",
  "*get?pods*": `echo 'Error from server (Forbidden): pods is forbidden' >&2; exit 1`,
  "*delete*": "exit 0",
  "*config?view*": "exit 0",
};

test("a cluster that shows its version alone has nothing missing, and a row for the rights that nobody could ask", () => {
  play(answering);
  const { code, stdout } = preflight("prod", "--config-file", production("closed.yaml"), "--only-read");
  expect(code).toBe(0);
  const rows = rowsOf(stdout);
  expect(rows[0]).toBe("ok Kubernetes 1.30 or newer");
  expect(rows).toContain("not known rights on the other kinds");
});

test.each(["2>&1", "2>/dev/null"])(
  "nobody reads the output any more (%s | head): the trial's namespace goes all the same",
  (where) => {
    play({ ...answering, "*create*": "sleep 1" });
    const file = production("piped.yaml");
    const words = [process.execPath, ...at.command("preflight/main.ts"), "prod", "--config-file", file];
    const line = `${words.map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(" ")} ${where} | head -n 1`;
    spawnSync("sh", ["-c", line], { cwd: at.project, env: environment() });
    expect(existsSync(calls) && readFileSync(calls, "utf8")).toMatch(
      /delete namespaces --selector=ckan-environments\/preflight=trial --field-selector=metadata.name=ckan-preflight-prod-[0-9a-f]{8} /,
    );
  },
);

/** What npm's shell runs once everything is installed. */
function scriptOf(name: string): string {
  const { scripts } = parse(readFileSync(join(at.project, "package.json"), "utf8"));
  return String(scripts[name]).split(" && ").slice(1).join(" && ");
}

function started(args: string, env: NodeJS.ProcessEnv = {}) {
  const path = `${dirname(process.execPath)}:${environment().PATH}`;
  return spawn("sh", ["-c", `${scriptOf("preflight")} ${args}`], {
    cwd: at.project,
    env: { ...environment(), PATH: `${join(at.folder, "bin")}:${path}`, ...env },
    stdio: "ignore",
  });
}

test.each([
  ["SIGTERM", 143],
  ["SIGHUP", 129],
] as const)("%s to npm's shell reaches the program, which takes the trial's namespace away", async (signal, code) => {
  play({ ...answering, "*get?pods*": `echo '{"items":[]}'` });
  const child = started(`prod --config-file ${production("stopped.yaml")}`);
  const ended = once(child, "close");
  await expect.poll(() => existsSync(calls) && readFileSync(calls, "utf8"), { timeout: 30_000 }).toContain("get pods");
  child.kill(signal);
  expect(await ended).toEqual([code, null]);
  expect(readFileSync(calls, "utf8")).toMatch(/ delete namespaces .*metadata\.name=ckan-preflight-prod-[0-9a-f]{8} /);
});

test("clouds are asked through the proxy of the environment", async () => {
  const asked: string[] = [];
  const proxy = createServer((socket) => {
    socket.on("error", () => {});
    socket.once("data", (data) => {
      asked.push(String(data).split("\r\n")[0] ?? "");
      socket.end("HTTP/1.1 502 Bad Gateway\r\n\r\n");
    });
  });
  proxy.listen(0, "127.0.0.1");
  await once(proxy, "listening");
  play({ "*/version": "exit 1" });
  const HTTPS_PROXY = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
  const args = `prod --config-file ${production("proxied.yaml")}`;
  await once(
    started(args, {
      HTTPS_PROXY,
      https_proxy: HTTPS_PROXY,
      NO_PROXY: "",
      no_proxy: "",
      CLOUDFLARE_API_TOKEN: "planted",
    }),
    "close",
  );
  proxy.close();
  expect([...new Set(asked)]).toEqual(["CONNECT api.cloudflare.com:443 HTTP/1.1"]);
});

test("render's program takes the place of npm's shell as well", () => {
  expect(scriptOf("render")).toMatch(/^exec node .*render\/main\.ts$/);
});

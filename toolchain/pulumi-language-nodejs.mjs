/**
 * Node.js language host for a Pulumi CLI that was built from source: Pulumi's own host comes with its release archives only.
 * It serves `pulumirpc.LanguageRuntime` as far as running programs, policy packs and Node.js plugins needs it; the CLI
 * starts it in the program's folder and reads the port from the first line of standard output.
 */
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, parse } from "node:path";

// @pulumi/pulumi ends with this code when it has reported the error to the engine itself.
const alreadyReported = 32;
// A preview's resource options can be large; Pulumi's own host allows as much.
const maximumMessageBytes = 400 * 1024 * 1024;

const engineAddress = process.argv.slice(2).find((argument) => !argument.startsWith("-")) ?? "";
// The generated messages must meet the gRPC library that they were made for: @pulumi/pulumi's own.
const require = createRequire(requireFrom(process.cwd()).resolve("@pulumi/pulumi/package.json"));
const grpc = require("@grpc/grpc-js");
const language = require("@pulumi/pulumi/proto/language_pb.js");
const { LanguageRuntimeService } = require("@pulumi/pulumi/proto/language_grpc_pb.js");
const analyzer = require("@pulumi/pulumi/proto/analyzer_pb.js");
const { AnalyzerService } = require("@pulumi/pulumi/proto/analyzer_grpc_pb.js");
const plugin = require("@pulumi/pulumi/proto/plugin_pb.js");
const { version } = require("@pulumi/pulumi/package.json");
const { Empty } = require("google-protobuf/google/protobuf/empty_pb.js");
// Messages that are passed on as they are.
const same = (bytes) => bytes;

const runtime = {
  handshake: reply(() => new language.LanguageHandshakeResponse()),
  about: reply(() => {
    const response = new language.AboutResponse();
    response.setExecutable(process.execPath);
    response.setVersion(process.version);
    return response;
  }),
  getPluginInfo: reply(() => {
    const response = new plugin.PluginInfo();
    response.setVersion(version);
    return response;
  }),
  // Empty: the engine looks a plugin up when its provider is first used. Naming every installed SDK would make the CLI try to
  // download the plugins that this program never uses.
  getRequiredPackages: reply(() => new language.GetRequiredPackagesResponse()),
  getRequiredPlugins: reply(() => new language.GetRequiredPluginsResponse()),
  getProgramDependencies: reply(() => new language.GetProgramDependenciesResponse()),
  runtimeOptionsPrompts: reply(() => new language.RuntimeOptionsResponse()),
  cancel: reply(() => new Empty()),
  run,
  runPlugin,
  installDependencies,
};

const server = new grpc.Server({
  "grpc.max_receive_message_length": maximumMessageBytes,
  "grpc.max_send_message_length": maximumMessageBytes,
});
// The remaining methods write code or packages: not this host's work, and the CLI says so.
const unimplemented = (call, callback) => {
  const error = { code: grpc.status.UNIMPLEMENTED, message: "needs Pulumi's own Node.js language host" };
  if (callback) callback(error);
  else call.emit("error", error);
};
const everyMethod = Object.keys(LanguageRuntimeService).map((name) => [name, unimplemented]);
server.addService(LanguageRuntimeService, { ...Object.fromEntries(everyMethod), ...runtime });
server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, port) => {
  if (error) throw error;
  process.stdout.write(`${port}\n`);
});

// A killed CLI closes nothing: without its parent this host has nobody to serve.
const cli = process.ppid;
setInterval(() => {
  if (process.ppid !== cli) process.exit(1);
}, 1000).unref();

/** Runs the program; what it prints goes to this host's own output, which the engine shows. */
function run(call, callback) {
  const request = call.request;
  const info = request.getInfo();
  const options = info.getOptions()?.toJavaScript() ?? {};
  const parameters = {
    monitor: request.getMonitorAddress(),
    engine: engineAddress,
    organization: request.getOrganization(),
    project: request.getProject(),
    "root-directory": info.getRootDirectory(),
    stack: request.getStack(),
    pwd: request.getPwd(),
    parallel: String(request.getParallel()),
  };
  const args = [
    ...String(options.nodeargs ?? "")
      .split(" ")
      .filter(Boolean),
    requireFrom(info.getProgramDirectory()).resolve("@pulumi/pulumi/cmd/run"),
    ...Object.entries(parameters).flatMap(([name, value]) => (value ? [`--${name}`, value] : [])),
    ...(request.getDryrun() ? ["--dry-run"] : []),
    info.getEntryPoint(),
    ...request.getArgsList(),
  ];
  const child = spawn(process.execPath, args, {
    cwd: request.getPwd(),
    stdio: ["ignore", "pipe", "pipe"],
    env: {
      ...process.env,
      PULUMI_CONFIG: JSON.stringify(Object.fromEntries(request.getConfigMap().entries())),
      PULUMI_CONFIG_SECRET_KEYS: JSON.stringify(request.getConfigsecretkeysList()),
      PULUMI_NODEJS_TYPESCRIPT: String(options.typescript !== false),
    },
  });
  child.stdout.pipe(process.stdout, { end: false });
  child.stderr.pipe(process.stderr, { end: false });
  call.on("cancelled", () => child.kill());
  whenEnded(child, (code, signal) => {
    const response = new language.RunResponse();
    if (code === alreadyReported) response.setBail(true);
    else if (code !== 0)
      response.setError(`Program exited with ${signal ? `signal ${signal}` : `non-zero exit code: ${code}`}`);
    callback(null, response);
  });
}

/** Runs a policy pack or a provider that is itself a Node.js program, and streams what it prints. */
function runPlugin(call) {
  const request = call.request;
  const folder = request.getInfo().getProgramDirectory();
  if (request.getKind() === "analyzer") return runPolicyPack(call, folder);
  const args = [requireFrom(folder).resolve("@pulumi/pulumi/cmd/run-plugin"), folder, ...request.getArgsList()];
  const child = spawnPlugin(request, args, request.getPwd());
  stream(call, child, () => new language.RunPluginResponse());
  whenEnded(child, (code) => endPlugin(call, code));
}

/**
 * Runs a policy pack as Pulumi's own host does: in its own folder, with the stack's configuration in its environment. The engine
 * hands that over in its first calls. So this host serves in front of the pack, starts it with what it was told, and passes calls on.
 */
function runPolicyPack(call, folder) {
  const front = new grpc.Server({ "grpc.max_receive_message_length": maximumMessageBytes });
  let pack;
  const started = (variables) => {
    pack ??= startPolicyPack(call, folder, variables);
    return pack;
  };
  const passOn = (path) => (request, callback) =>
    started({}).then(
      (client) => client.makeUnaryRequest(path, same, same, request.request, callback),
      (error) => callback({ code: grpc.status.UNAVAILABLE, message: error.message }),
    );
  const { handshake, ...others } = AnalyzerService;
  const configureStack = (request, callback) => {
    const message = analyzer.AnalyzerStackConfigureRequest.deserializeBinary(request.request);
    void started(configurationOf(message)).catch(() => {});
    passOn(others.configureStack.path)(request, callback);
  };
  const raw = Object.entries(others).map(([name, method]) => [
    name,
    { ...method, requestDeserialize: same, responseSerialize: same },
  ]);
  const handlers = raw.map(([name, { path }]) => [name, passOn(path)]);
  front.addService(
    { ...Object.fromEntries(raw), handshake },
    {
      ...Object.fromEntries(handlers),
      configureStack,
      handshake: reply(() => new analyzer.AnalyzerHandshakeResponse()),
    },
  );
  call.on("cancelled", () => front.forceShutdown());
  front.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, port) => {
    if (error) return call.emit("error", { code: grpc.status.INTERNAL, message: error.message });
    send(call, "setStdout", Buffer.from(`${port}\n`));
  });
}

/** A client of the pack as soon as it has printed its port. */
function startPolicyPack(call, folder, variables) {
  const request = call.request;
  const program = requireFrom(folder).resolve("@pulumi/pulumi/cmd/run-policy-pack");
  const child = spawnPlugin(request, [program, ...request.getArgsList(), folder], folder, variables);
  child.stderr.on("data", (chunk) => send(call, "setStderr", chunk));
  call.on("cancelled", () => child.kill());
  return new Promise((resolve, reject) => {
    let port = "";
    child.stdout.on("data", (chunk) => {
      if (port.endsWith("\n")) return send(call, "setStdout", chunk);
      port += chunk;
      if (!port.endsWith("\n")) return;
      const limits = { "grpc.max_receive_message_length": maximumMessageBytes };
      resolve(new grpc.Client(`127.0.0.1:${port.trim()}`, grpc.credentials.createInsecure(), limits));
    });
    whenEnded(child, (code) => {
      reject(new Error(`the policy pack ended with ${code}`));
      endPlugin(call, code);
    });
  });
}

/** What a program of this stack would find in its environment. */
function configurationOf(message) {
  return {
    PULUMI_NODEJS_ORGANIZATION: message.getOrganization(),
    PULUMI_NODEJS_PROJECT: message.getProject(),
    PULUMI_NODEJS_STACK: message.getStack(),
    PULUMI_NODEJS_DRY_RUN: String(message.getDryRun()),
    PULUMI_CONFIG: JSON.stringify(Object.fromEntries(message.getConfigMap().entries())),
  };
}

function spawnPlugin(request, args, cwd, variables = {}) {
  const env = request
    .getEnvList()
    .map((entry) => [entry.slice(0, entry.indexOf("=")), entry.slice(entry.indexOf("=") + 1)]);
  return spawn(process.execPath, args, {
    cwd,
    env: { ...process.env, ...Object.fromEntries(env), ...variables },
    stdio: ["ignore", "pipe", "pipe"],
  });
}

function endPlugin(call, code) {
  const response = new language.RunPluginResponse();
  response.setExitcode(code ?? 1);
  call.write(response);
  call.end();
}

/** `pulumi install`: the lockfile decides where there is one. */
function installDependencies(call) {
  const folder = call.request.getInfo()?.getProgramDirectory() || call.request.getDirectory();
  const child = spawn("npm", [existsSync(join(folder, "package-lock.json")) ? "ci" : "install"], {
    cwd: folder,
    stdio: ["ignore", "pipe", "pipe"],
  });
  stream(call, child, () => new language.InstallDependenciesResponse());
  whenEnded(child, (code) => {
    if (code === 0) call.end();
    else call.emit("error", { code: grpc.status.INTERNAL, message: `npm ended with ${code}` });
  });
}

function stream(call, child, makeResponse) {
  child.stdout.on("data", (chunk) => send(call, "setStdout", chunk, makeResponse()));
  child.stderr.on("data", (chunk) => send(call, "setStderr", chunk, makeResponse()));
  call.on("cancelled", () => child.kill());
}

function send(call, field, chunk, response = new language.RunPluginResponse()) {
  response[field](chunk);
  call.write(response);
}

/** Waits for the output as well as for the end, so that the last lines are not lost. */
function whenEnded(child, then) {
  child.on("error", (error) => process.stderr.write(`${error.message}\n`));
  child.on("close", then);
}

function reply(makeResponse) {
  return (_call, callback) => callback(null, makeResponse());
}

/** Modules of the program that is run, from its folder or one above it, as Node.js itself would find them. */
function requireFrom(folder) {
  for (let at = folder; ; at = dirname(at)) {
    if (existsSync(join(at, "node_modules", "@pulumi", "pulumi"))) return createRequire(join(at, "package.json"));
    if (at === parse(at).root) {
      process.stderr.write(`No package @pulumi/pulumi in ${folder} or above it: run npm install there\n`);
      process.exit(1);
    }
  }
}

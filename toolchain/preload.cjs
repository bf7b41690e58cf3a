// Preloaded by Pulumi.yaml, before Pulumi's own modules.
const Module = require("node:module");
const { dirname } = require("node:path");

// Node.js keeps what it compiled, TypeScript included, and starts the program a third faster next time.
Module.enableCompileCache(`${__dirname}/../node_modules/.cache/node-compile`);

// Pulumi has source-map-support write every stack trace, and takes one for each promise: an eighth of a small preview. Nothing here
// needs it: Node.js runs the TypeScript as it is, on its own lines. With it, an exception of the program takes half a minute to print.
const register = require.resolve("source-map-support/register", {
  paths: [dirname(require.resolve("@pulumi/pulumi"))],
});
require.cache[register] = Object.assign(new Module(register), { loaded: true });

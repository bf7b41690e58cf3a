// Preloaded by Pulumi.yaml: Node.js keeps what it compiled, TypeScript included, and starts the program a third faster next time.
require("node:module").enableCompileCache(`${__dirname}/../node_modules/.cache/node-compile`);

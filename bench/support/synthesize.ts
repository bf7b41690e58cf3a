/** A program of its own: registers what index.ts declares for the configuration in a JSON file, with nobody listening. */
import { readFileSync } from "node:fs";
import { declareProgram } from "../../render/stack.ts";
import { stackConfiguration } from "../../render/stack-file.ts";
import { synthesize } from "../../render/synthesize.ts";

const [file = "", stack = ""] = process.argv.slice(2);
const configuration = stackConfiguration(JSON.parse(readFileSync(file, "utf8")));
const { length } = await synthesize({ project: "ckan", stack, configuration, declare: declareProgram });
console.log(length);

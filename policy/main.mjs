// Pulumi's runner of policy packs hands every file that it requires to ts-node, whatever the pack asks for. What a module imports
// goes past that: Node.js runs the TypeScript as it is, in a quarter of the time.
import "./index.ts";

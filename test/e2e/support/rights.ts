/** What CKAN's credentials may do on its servers, tried from a pod of CKAN. */
import { readFileSync } from "node:fs";
import { kubectl, succeed } from "./commands.ts";

export type Attempt =
  | { readonly server: "queue"; readonly command: readonly string[]; readonly password?: string | null }
  | {
      readonly server: "database";
      /** stranger: the owner's name with another password. */
      readonly role: "reader" | "owner" | "stranger";
      readonly database: string;
      readonly statement: string;
    }
  | { readonly server: "search"; readonly method: "GET" | "POST"; readonly path: string; readonly body?: string }
  | {
      readonly server: "store";
      readonly operation: string;
      readonly arguments: object;
      readonly endpoint: string;
      /** Instead of CKAN's own. */
      readonly key?: { readonly aws_access_key_id?: string; readonly aws_secret_access_key?: string };
    };

const program = readFileSync(new URL("rights.py", import.meta.url), "utf8");

/** What became of each attempt: `allowed`, how it was refused, or Solr's status. */
export function tryFromWorker(namespace: string, attempts: readonly Attempt[]): readonly (string | number)[] {
  const worker = ["exec", "-i", "-n", namespace, "deployment/opendata-worker", "--"];
  return JSON.parse(succeed(kubectl([...worker, "python3", "-c", program], JSON.stringify(attempts))));
}

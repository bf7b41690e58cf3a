/** Looks into the servers of the site with the credentials that CKAN has: what is stored, and what a role may do. */
import { kubectl, type Result, succeed } from "./commands.ts";

/** Runs a statement as a role, over TCP and with its password, as any client would. */
export function sql(namespace: string, role: string, database: string, statement: string): Result {
  const password = secret(namespace, "opendata-database-roles", "reader");
  const options = `--host=127.0.0.1 --username=${role} --dbname=${database} --no-psqlrc --tuples-only --set=ON_ERROR_STOP=1`;
  const script = `read -r PGPASSWORD; export PGPASSWORD; exec psql ${options} --file=-`;
  const pod = ["exec", "-i", "-n", namespace, "opendata-database-0", "--"];
  return kubectl([...pod, "sh", "-c", script], `${password}\n${statement};\n`);
}

/** Runs a shell script that uses mc, in the store's own pod with CKAN's key. */
export function storeCommand(namespace: string, command: string): string {
  const url = `http://${secret(namespace, "opendata-files-key", "access-key")}:${secret(namespace, "opendata-files-key", "secret-key")}@127.0.0.1:9000`;
  const script = `read -r MC_HOST_store; export MC_HOST_store MC_CONFIG_DIR=/tmp/.mc; ${command}`;
  return succeed(kubectl(["exec", "-i", "-n", namespace, "opendata-files-0", "--", "sh", "-c", script], `${url}\n`));
}

/** The last line of JSON that mc prints for each of these commands, with CKAN's key. */
export function storeAttempts(namespace: string, commands: readonly string[]): readonly string[] {
  const lines = commands.map((command) => `timeout 20 mc --json ${command} </dev/null 2>&1 | tail -n 1`);
  return storeCommand(namespace, lines.join("; ")).trimEnd().split("\n");
}

/** A value of the Secret whose name starts with `prefix`. */
function secret(namespace: string, prefix: string, key: string): string {
  const list = JSON.parse(succeed(kubectl(["get", "secrets", "-n", namespace, "-o", "json"])));
  const found = list.items.find((item: { metadata: { name: string } }) => item.metadata.name.startsWith(`${prefix}-`));
  return Buffer.from(found.data[key], "base64").toString();
}

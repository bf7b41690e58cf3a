/**
 * Stands in for PostgreSQL's provider, on a real server: roles, databases and rights become the statements that the provider is
 * known to send (cyrilgdn/terraform-provider-postgresql), as the administrator that the provider is given.
 */
import { readFileSync } from "node:fs";
import { Client, escapeIdentifier, escapeLiteral } from "pg";
import { type Behaviour, type Change, Fake, type Inputs, providerConfiguration, serve } from "./provider.ts";

const role = "postgresql:index/role:Role";
const database = "postgresql:index/database:Database";
const grant = "postgresql:index/grant:Grant";
const defaults = "postgresql:index/defaultPrivileges:DefaultPrivileges";

const behaviour: Behaviour = {
  sdk: "@pulumi/postgresql",
  modules: ["role", "database", "grant", "defaultPrivileges"],
  replacing: {
    [database]: ["encoding", "lcCollate", "lcCtype", "template"],
    [grant]: ["database", "role", "schema", "objectType"],
    [defaults]: ["database", "role", "schema", "objectType", "owner"],
  },
  // The server itself refuses what it does not take.
  admit: () => {},
  outputs: () => ({}),
  perform: async (change) => {
    const statements = { [role]: roleStatements, [database]: databaseStatements, [grant]: grantStatements };
    const make = { ...statements, [defaults]: defaultStatements }[change.type];
    if (make === undefined) throw new Error(`${change.type} is not played`);
    await execute(change, make(change));
    return change.type === database && change.after !== undefined ? await localeOf(change.after) : undefined;
  },
};

interface Work {
  /** Where the statements are sent. @default the administrator's own database */
  readonly database?: string;
  /** Who must be the one that acts, so that a managed server's administrator is let. */
  readonly as?: "owner of the database" | string;
  readonly statements: readonly string[];
}

const id = (name: unknown) => escapeIdentifier(String(name));

function roleStatements({ before, after }: Change): Work {
  if (after === undefined) {
    const name = id(before?.["name"]);
    return { statements: [`REASSIGN OWNED BY ${name} TO CURRENT_USER`, `DROP OWNED BY ${name}`, `DROP ROLE ${name}`] };
  }
  const { name, login, password } = after;
  const rights = `${login === true ? "LOGIN" : "NOLOGIN"} NOCREATEDB NOCREATEROLE INHERIT`;
  const verb = before === undefined ? "CREATE" : "ALTER";
  return { statements: [`${verb} ROLE ${id(name)} ${rights} PASSWORD ${escapeLiteral(String(password))}`] };
}

function databaseStatements({ before, after }: Change): Work {
  if (after === undefined) return { statements: [`DROP DATABASE ${id(before?.["name"])} WITH (FORCE)`] };
  if (before !== undefined) throw new Error("a database was changed: no test does that");
  const { name, owner, encoding, template, lcCollate, lcCtype } = after;
  // What nobody says is the template's.
  const locale = Object.entries({ LC_COLLATE: lcCollate, LC_CTYPE: lcCtype })
    .filter(([, value]) => value !== undefined && value !== "DEFAULT")
    .map(([key, value]) => ` ${key} ${escapeLiteral(String(value))}`);
  const form = `OWNER ${id(owner)} TEMPLATE ${id(template)} ENCODING ${escapeLiteral(String(encoding))}${locale.join("")}`;
  return { as: String(owner), statements: [`CREATE DATABASE ${id(name)} ${form}`] };
}

function grantStatements({ before, after }: Change): Work {
  const { database, role, schema, objectType, privileges } = (after ?? before) as Inputs;
  const on = objectType === "database" ? `DATABASE ${id(database)}` : `SCHEMA ${id(schema)}`;
  if (!["database", "schema"].includes(String(objectType))) throw new Error(`rights on a ${objectType} are not played`);
  const given = after === undefined ? [] : (privileges as readonly string[]);
  return {
    database: String(database),
    // Nobody's: from whoever may not, PostgreSQL takes nothing and warns, which the provider does not hear.
    ...(objectType === "schema" && { as: "owner of the database" }),
    statements: [
      `REVOKE ALL PRIVILEGES ON ${on} FROM ${id(role)}`,
      ...(given.length === 0 ? [] : [`GRANT ${given.join(", ")} ON ${on} TO ${id(role)}`]),
    ],
  };
}

function defaultStatements({ before, after }: Change): Work {
  const { database, role, schema, owner, privileges } = (after ?? before) as Inputs;
  const where = `ALTER DEFAULT PRIVILEGES FOR ROLE ${id(owner)} IN SCHEMA ${id(schema)}`;
  const given = after === undefined ? [] : (privileges as readonly string[]);
  return {
    database: String(database),
    as: String(owner),
    statements: [
      `${where} REVOKE ALL ON TABLES FROM ${id(role)}`,
      ...(given.length === 0 ? [] : [`${where} GRANT ${given.join(", ")} ON TABLES TO ${id(role)}`]),
    ],
  };
}

/** As the provider does: a member of the role in question for as long as it takes, unless it is one anyway. */
async function execute({ type }: Change, { database, as, statements }: Work): Promise<void> {
  const client = await connect(database);
  try {
    const owner = as === "owner of the database" ? await ownerOf(client, database ?? "") : as;
    const joins = owner !== undefined && !(await isMember(client, owner));
    if (joins) await client.query(`GRANT ${id(owner)} TO CURRENT_USER`);
    for (const statement of statements) await client.query(statement);
    if (joins) await client.query(`REVOKE ${id(owner)} FROM CURRENT_USER`);
  } catch (error) {
    throw new Error(`${type}: ${(error as Error).message}`);
  } finally {
    await client.end();
  }
}

/** As the provider logs in. */
async function connect(database: string | undefined): Promise<Client> {
  const configuration = providerConfiguration();
  const { host, port, username, password, sslmode, sslrootcert, superuser } = configuration;
  if (superuser !== "false" && superuser !== false)
    throw new Error("only an administrator without superuser is played");
  if (sslmode !== "disable" && sslmode !== "verify-full") throw new Error(`sslmode ${sslmode} is not played`);
  const client = new Client({
    host: String(host),
    port: Number(port),
    user: String(username),
    password: String(password),
    database: database ?? String(configuration["database"] ?? "postgres"),
    ssl: sslmode === "verify-full" && { ca: readFileSync(String(sslrootcert), "utf8") },
  });
  await client.connect();
  return client;
}

/** The provider reads a database's locale back, whatever was asked for. */
async function localeOf({ name }: Inputs): Promise<Inputs> {
  const client = await connect(undefined);
  const columns = 'datcollate AS "lcCollate", datctype AS "lcCtype"';
  const { rows } = await client.query(`SELECT ${columns} FROM pg_database WHERE datname = $1`, [name]);
  await client.end();
  return rows[0];
}

async function ownerOf(client: Client, database: string): Promise<string> {
  const { rows } = await client.query("SELECT pg_get_userbyid(datdba) AS owner FROM pg_database WHERE datname = $1", [
    database,
  ]);
  return rows[0].owner;
}

async function isMember(client: Client, role: string): Promise<boolean> {
  const { rows } = await client.query("SELECT pg_has_role(current_user, $1, 'MEMBER') AS member", [role]);
  return rows[0].member;
}

serve(new Fake("3.18.1", behaviour));

/** Arguments of every kind of PostgreSQL server besides its settings, and its result. */
import type * as pulumi from "@pulumi/pulumi";
import type { Protection } from "../kubernetes/durability.ts";
import type { Identity } from "../kubernetes/labels.ts";
import type { Credential } from "../site/credentials.ts";
import type { Access, DatabaseServer } from "../site/endpoints.ts";
import type { SecretPartArgs } from "../site/part.ts";
import type { DatabaseNames } from "./names.ts";

export interface DatabasePartArgs extends SecretPartArgs {
  /** The most connections that the site opens; Cloud SQL sets max_connections accordingly. @default the server's own default */
  readonly connections?: number | undefined;
  /** CA certificates (PEM) with which Pulumi verifies a server in `verify-full` mode. @default none */
  readonly caBundle?: string | undefined;
}

export interface KindArgs extends DatabasePartArgs {
  readonly protection: Protection;
  readonly identity: Identity;
  readonly names: DatabaseNames;
  readonly roles: RolePasswords;
}

/** Passwords of the owner of both databases and of the datastore's read-only role. */
export type RolePasswords = Readonly<Record<"owner" | "reader", Credential>>;

/** A server, and how CKAN's pods reach it. */
export interface ServedDatabases {
  /** Server on which roles and databases are administered. */
  readonly server: DatabaseServer;
  /** Host that CKAN connects to. @default the server's own */
  readonly host?: pulumi.Input<string>;
  readonly access: Access;
}

/** What every kind of PostgreSQL server is given besides its settings, and what it hands on. */
import type * as pulumi from "@pulumi/pulumi";
import type { Protection } from "../kubernetes/durability.ts";
import type { Identity } from "../kubernetes/labels.ts";
import type { Credential } from "../site/credentials.ts";
import type { Access, DatabaseServer } from "../site/endpoints.ts";
import type { SecretPartArgs } from "../site/part.ts";
import type { DatabaseNames } from "./names.ts";

export interface DatabasePartArgs extends SecretPartArgs {
  /** Connections that the site opens at most; a server of Cloud SQL is told to take them. @default what the server takes by itself */
  readonly connections?: number | undefined;
  /** Certificates (PEM), by which Pulumi too knows a server with `verify-full`. @default none */
  readonly caBundle?: string | undefined;
}

export interface KindArgs extends DatabasePartArgs {
  readonly protection: Protection;
  readonly identity: Identity;
  readonly names: DatabaseNames;
  readonly roles: RolePasswords;
}

/** Passwords of the owner of both databases, and of the role that may only read the datastore. */
export type RolePasswords = Readonly<Record<"owner" | "reader", Credential>>;

/** A server, and how CKAN's pods get there. */
export interface ServedDatabases {
  /** Where roles and databases are administered. */
  readonly server: DatabaseServer;
  /** Where CKAN connects. @default the server's own */
  readonly host?: pulumi.Input<string>;
  readonly access: Access;
}

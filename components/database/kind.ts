/** What every kind of PostgreSQL server is given, and what it hands on. */
import type * as pulumi from "@pulumi/pulumi";
import type { Protection } from "../kubernetes/durability.ts";
import type { Identity } from "../kubernetes/labels.ts";
import type { PodSettings } from "../kubernetes/pod.ts";
import type { Credential, Credentials } from "../site/credentials.ts";
import type { Access, DatabaseServer } from "../site/endpoints.ts";
import type { DatabaseNames } from "./names.ts";

export interface KindArgs<Server> {
  readonly server: Server;
  readonly namespace: pulumi.Input<string>;
  readonly identity: Identity;
  readonly credentials: Credentials;
  readonly names: DatabaseNames;
  readonly roles: RolePasswords;
  readonly protection: Protection;
  /** Connections that the site opens at most. @default what the server takes by itself */
  readonly connections?: number | undefined;
  /** Certificates (PEM) of those whom clients trust. @default the system's own */
  readonly caBundle?: string | undefined;
  /** What is the same for every pod of the instance. @default a fixed user, images that anybody may pull */
  readonly pods?: PodSettings | undefined;
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

/**
 * Who makes roles and databases on a server that this program does not run. `cluster`: the bootstrap Job, as the server's
 * administrator. `pulumi`: the machine that runs Pulumi, which must reach the server; then no pod ever has that password.
 */
export const Administration = { Cluster: "cluster", Pulumi: "pulumi" } as const;
export type Administration = (typeof Administration)[keyof typeof Administration];

/** PostgreSQL's own. */
export const postgresPort = 5432;

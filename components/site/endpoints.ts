/**
 * Endpoints that the parts pass to each other: an address, the name of a database, core or bucket, and references to credentials.
 * A part takes an endpoint, never the class behind it, so that "bring your own" is one argument.
 */
import type { Input } from "@pulumi/pulumi";

/** One key of a Secret in the namespace of the pod that uses it. The value itself never leaves the Secret. */
export interface SecretReference {
  readonly secretName: Input<string>;
  readonly key: string;
}

/** What network policies require to let a pod reach a server. */
export interface Access {
  /** Labels that a pod must carry to be let in. Empty for servers outside the cluster. */
  readonly clientLabels: Readonly<Record<string, string>>;
  /** Destination that the pod's own policy must allow. */
  readonly destination: Destination;
}

/** The far end of a network flow. */
export type Destination =
  | { readonly kind: "pods"; readonly labels: Readonly<Record<string, string>>; readonly port: number }
  | {
      readonly kind: "networks";
      readonly networks: readonly string[];
      /** Parts of these networks that are excluded. @default none */
      readonly except?: readonly string[];
      readonly port: number;
    };

/** A PostgreSQL server. */
export interface DatabaseServer {
  readonly host: Input<string>;
  readonly port: number;
  /** libpq's sslmode. `verify-full` checks the server's certificate against the site's `caBundle`. */
  readonly sslMode: "disable" | "require" | "verify-full";
  /**
   * The role with which the bootstrap creates roles and databases. Absent when something else creates them: Pulumi itself, or
   * the operator that runs the server.
   */
  readonly administrator?: {
    readonly user: Input<string>;
    readonly password: SecretReference;
    /** The password before the last rotation, which the server has until the bootstrap sets the new one. */
    readonly previousPassword?: SecretReference | undefined;
  };
}

/** One database seen by one role. Passwords are URL-safe. */
export interface DatabaseEndpoint {
  readonly host: Input<string>;
  readonly port: number;
  readonly sslMode: DatabaseServer["sslMode"];
  readonly database: string;
  readonly user: string;
  readonly password: SecretReference;
}

/** The databases of one instance. */
export interface DatabaseEndpoints {
  readonly server: DatabaseServer;
  /** CKAN's own database, by its owner. */
  readonly main: DatabaseEndpoint;
  /** The datastore, by the same owner. */
  readonly datastore: DatabaseEndpoint;
  /** The datastore, by a role that may only read. */
  readonly datastoreReader: DatabaseEndpoint;
  readonly access: Access;
}

/** A Solr core with CKAN's schema. */
export interface SearchEndpoint {
  readonly host: Input<string>;
  readonly port: number;
  readonly core: string;
  /** Whether the server requires https; its certificate must match its host. @default false */
  readonly tls?: boolean | undefined;
  /** Login by basic authentication. @default none */
  readonly login?: { readonly user: string; readonly password: SecretReference } | undefined;
  readonly access: Access;
}

/**
 * TLS to a Redis server. `verify-full` checks the certificate and its host name. `verify-ca` checks the certificate against the
 * site's `caBundle` but not the name, for services that are reached by an IP address.
 */
export type QueueTls = "disable" | "verify-ca" | "verify-full";

/** One index of a Redis or Valkey server. The password is URL-safe. */
export interface QueueEndpoint {
  readonly host: Input<string>;
  readonly port: number;
  readonly index: number;
  /** @default disable */
  readonly tls?: QueueTls | undefined;
  /** The ACL user, and a Secret with its name, which KEDA reads. @default the server's default user */
  readonly user?: { readonly name: string; readonly reference: SecretReference } | undefined;
  readonly password: SecretReference;
  readonly access: Access;
}

/** A key of the S3 protocol. */
export interface StoreKey {
  readonly accessKey: SecretReference;
  readonly secretKey: SecretReference;
}

/** A bucket behind the S3 protocol, with a key that reaches this bucket only. */
export interface ObjectStore extends StoreKey {
  readonly protocol: "http" | "https";
  readonly host: string;
  readonly port: number;
  readonly region: string;
  readonly bucket: string;
  /** A read-only key, for pods that write nothing there: bootstrap and workers. @default the same key */
  readonly readerKey?: StoreKey;
  /** Whether browsers reach the endpoint. If not, the site serves the files. */
  readonly reachableByBrowsers: boolean;
  /** Kubernetes service accounts of the pods of web and worker. @default the namespace's own */
  readonly serviceAccounts?: Readonly<Record<"web" | "worker", Input<string>>>;
  /** Other principals that may read the bucket, as its cloud names them. @default none */
  readonly readers?: readonly string[];
  /** A second bucket at the same endpoint, for backups, with the account that may write there. @default none */
  readonly backups?: { readonly bucket: string; readonly serviceAccount: Input<string> } | undefined;
  readonly access: Access;
}

/** A service that loads files into the datastore for CKAN. */
export interface LoaderEndpoint {
  readonly host: string;
  readonly url: string;
  readonly access: Access;
}

/** Egress from the cluster, for pods that may have it. */
export interface Egress {
  /** ConfigMap with the certificates that the pods trust. @default the image's own lists */
  readonly caBundle?: Input<string> | undefined;
  readonly environment: readonly EnvironmentVariable[];
  readonly access: readonly Access[];
}

/** What every pod that runs CKAN needs. */
export interface CkanRuntime {
  readonly image: string;
  /** CKAN's version, for labels. */
  readonly version: string;
  /** ConfigMap that holds ckan.ini. */
  readonly configMap: Input<string>;
  /** ConfigMap with the certificates that the pods trust. @default the image's own lists */
  readonly caBundle?: Input<string> | undefined;
  /** Connections and keys, by reference. */
  readonly environment: readonly EnvironmentVariable[];
  readonly access: readonly Access[];
}

/** An environment variable: a value, which may refer to earlier ones as $(NAME), or a key of a Secret. */
export type EnvironmentVariable =
  | { readonly name: string; readonly value: Input<string> }
  | { readonly name: string; readonly secret: SecretReference };

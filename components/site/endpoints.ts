/**
 * What the parts hand on to each other: where something is, which name it has there, and a reference to its credentials. A
 * part takes an endpoint, never the class behind it, so that "bring your own" is one argument.
 */
import type { Input } from "@pulumi/pulumi";

/** One key of a Secret in the namespace of the pod that uses it. The value itself never leaves the Secret. */
export interface SecretReference {
  readonly secretName: Input<string>;
  readonly key: string;
}

/** How a pod gets through the network policies to a server. */
export interface Access {
  /** Labels that a pod must carry to be let in. Empty for servers outside the cluster. */
  readonly clientLabels: Readonly<Record<string, string>>;
  /** Where the pod's own policy must let it go. */
  readonly destination: Destination;
}

/** The far end of a network flow. */
export type Destination =
  | { readonly kind: "pods"; readonly labels: Readonly<Record<string, string>>; readonly port: number }
  | {
      readonly kind: "networks";
      readonly networks: readonly string[];
      /** Parts of these networks that are not meant. @default none */
      readonly except?: readonly string[];
      readonly port: number;
    };

/** A PostgreSQL server. */
export interface DatabaseServer {
  readonly host: Input<string>;
  readonly port: number;
  /** libpq's sslmode. `verify-full` holds the server's certificate against the site's `caBundle`. */
  readonly sslMode: "disable" | "require" | "verify-full";
  /**
   * The role by which the bootstrap makes roles and databases there. Absent where something else does: Pulumi itself, or the
   * operator that runs the server.
   */
  readonly administrator?: {
    readonly user: Input<string>;
    readonly password: SecretReference;
    /** The password before the last rotation, which the server knows until the bootstrap tells it the new one. */
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
  /** Whether it speaks https only, with a certificate for its host. @default false */
  readonly tls?: boolean | undefined;
  /** Whom it wants to know (basic authentication). @default nobody */
  readonly login?: { readonly user: string; readonly password: SecretReference } | undefined;
  readonly access: Access;
}

/**
 * How clients speak to a Redis server. `verify-full`: over TLS, with a certificate for its host. `verify-ca`: with one of the site's
 * `caBundle`, whatever name it carries, as services have it that are reached by an address.
 */
export type QueueTls = "disable" | "verify-ca" | "verify-full";

/** One index of a Redis or Valkey server. The password is URL-safe. */
export interface QueueEndpoint {
  readonly host: Input<string>;
  readonly port: number;
  readonly index: number;
  /** @default disable */
  readonly tls?: QueueTls | undefined;
  /** The ACL user, and its name in a Secret for those who read it there. @default the server's default user */
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
  /** A key that may only read, for pods that write nothing there: bootstrap and workers. @default the same key */
  readonly readerKey?: StoreKey;
  /** Whether browsers reach the endpoint. If not, the site hands the files on. */
  readonly reachableByBrowsers: boolean;
  /** Kubernetes service accounts of the pods of web and worker. @default the namespace's own */
  readonly serviceAccounts?: Readonly<Record<"web" | "worker", Input<string>>>;
  /** Others who may read the bucket, as its cloud names them. @default nobody */
  readonly readers?: readonly string[];
  /** A second bucket at the same endpoint, with the account that may write there. @default none */
  readonly backups?: { readonly bucket: string; readonly serviceAccount: Input<string> } | undefined;
  readonly access: Access;
}

/** A service that CKAN has load files into the datastore. */
export interface LoaderEndpoint {
  readonly host: string;
  readonly url: string;
  readonly access: Access;
}

/** The way out of the cluster, for pods that may go there. */
export interface Egress {
  /** ConfigMap that holds the certificates of those whom the pods trust. @default the image's own lists */
  readonly caBundle?: Input<string> | undefined;
  readonly environment: readonly EnvironmentVariable[];
  readonly access: readonly Access[];
}

/** What every pod that runs CKAN needs, whatever it does with it. */
export interface CkanRuntime {
  readonly image: string;
  /** CKAN's version, for labels. */
  readonly version: string;
  /** ConfigMap that holds ckan.ini. */
  readonly configMap: Input<string>;
  /** ConfigMap that holds the certificates of those whom the pods trust. @default the image's own lists */
  readonly caBundle?: Input<string> | undefined;
  /** Connections and keys, by reference. */
  readonly environment: readonly EnvironmentVariable[];
  readonly access: readonly Access[];
}

/** An environment variable: a value, which may refer to earlier ones as $(NAME), or a key of a Secret. */
export type EnvironmentVariable =
  | { readonly name: string; readonly value: Input<string> }
  | { readonly name: string; readonly secret: SecretReference };

/** The contract's types, written by `npm run schema` from outputs/contract.ts; do not edit. */

/** Version of the contract that these types are of. */
export const contractVersion = 1;

/** What a CKAN environment publishes */
export interface EnvironmentDocument {
  /** Version of this document */
  readonly contractVersion: 1;
  /** Name of the environment, which is the stack's */
  readonly environment: string;
  /** Every CKAN site of the environment, by name */
  readonly instances: Readonly<Record<string, Instance>>;
  /** Secrets of the same instances, by the same names */
  readonly credentials: Readonly<Record<string, InstanceCredentials>>;
}

/** One CKAN site. Nothing of it is a secret. */
export interface Instance {
  /** Address that people use, without a slash at the end */
  readonly url: string;
  /** Address of CKAN's API: /action/package_search and others follow */
  readonly apiUrl: string;
  readonly internal: Internal;
  /** Where the name of the site has to lead; null: this program cannot know */
  readonly address: Address | null;
  /** Namespace that holds every object of the instance */
  readonly namespace: string;
  readonly ckan: Ckan;
  /** The datastore, to read; null: the plugin datastore is not there */
  readonly datastore: Datastore | null;
  readonly search: Search;
  readonly queue: Queue;
  readonly buckets: Buckets;
  /** Pages that show how the instance is doing, by name, as the stack file lists them */
  readonly dashboards: Readonly<Record<string, string>>;
}

/** The site inside the cluster */
export interface Internal {
  /** Address of the web pods, from every namespace */
  readonly url: string;
  /** Answers 200 while CKAN and its database work, 503 while the site is closed */
  readonly healthUrl: string;
}

/** Where the name of the site has to lead */
export interface Address {
  /** Kind of DNS record that leads there */
  readonly type: "A" | "AAAA" | "CNAME";
  /** Address, or name */
  readonly value: string;
}

/** What runs there */
export interface Ckan {
  /** Version of CKAN */
  readonly version: string;
  /** ckan.plugins, in their order */
  readonly plugins: readonly string[];
}

/** The datastore by its reader. The password lies in credentials. */
export interface Datastore {
  /** Name or address, complete: it means the same in every namespace */
  readonly host: string;
  /** Port of PostgreSQL */
  readonly port: number;
  /** Name of the database */
  readonly database: string;
  /** Role that may read what is public and private in the datastore, and write nothing */
  readonly user: string;
  /** libpq's sslmode; verify-full needs the authority of the server's certificate, which its owner has */
  readonly sslMode: "disable" | "require" | "verify-full";
  readonly access: Access;
}

/** How a pod gets through network policies to a server, by kind: pods or networks */
export type Access = AccessToPods | AccessToNetworks;

/** The server is inside the cluster. Only pods of the instance's own namespace get there. */
export interface AccessToPods {
  readonly kind: "pods";
  /** What a pod of that namespace must be labelled with to be let in */
  readonly clientLabels: Readonly<Record<string, string>>;
  /** Labels of the pods at the far end, for the egress rule of the pod that connects */
  readonly serverLabels: Readonly<Record<string, string>>;
}

/** The server is outside the cluster, or reached from there as well. */
export interface AccessToNetworks {
  readonly kind: "networks";
  /** IPv4 networks that hold the server, for the egress rule of the pod */
  readonly networks: readonly string[];
  /** Parts of these networks that are not meant */
  readonly except: readonly string[];
}

/** The search core of the site. */
export interface Search {
  /** Address of the core, inside the cluster unless it is somebody else's */
  readonly url: string;
  /** Name or address, complete: it means the same in every namespace */
  readonly host: string;
  /** Port of Solr */
  readonly port: number;
  /** Name of the core */
  readonly core: string;
  /** Whom it wants to know; null: it asks nobody */
  readonly login: SearchLogin | null;
  readonly access: Access;
}

export interface SearchLogin {
  /** Name of the user (basic authentication) */
  readonly user: string;
  /** Where pods of the namespace find the password */
  readonly passwordSecret: SecretKey;
}

export interface SecretKey {
  /** Name of the Secret */
  readonly name: string;
  /** Its key */
  readonly key: string;
}

/** The job queues, for who measures them. Whoever may read here may write as well. */
export interface Queue {
  /** Name or address, complete: it means the same in every namespace */
  readonly host: string;
  /** Port of Redis or Valkey */
  readonly port: number;
  /** Database index */
  readonly index: number;
  /** Key of the list that holds the waiting jobs, by the name of the queue; a running job is in none */
  readonly lists: Readonly<Record<string, string>>;
  /** verify-full: TLS, with a certificate for the host; verify-ca: with one of an authority that its owner has */
  readonly tls: "disable" | "verify-ca" | "verify-full";
  /** ACL user; null: the server's default user */
  readonly user: string | null;
  /** Where pods of the namespace find the password. A rotation gives it another name */
  readonly passwordSecret: SecretKey;
  readonly access: Access;
}

/** Object storage */
export interface Buckets {
  /** What is uploaded to the site; null: it lies on a volume */
  readonly uploads: Bucket | null;
  /** Room for backups; null: there is none */
  readonly backups: Bucket | null;
}

export interface Bucket {
  /** Name of the bucket */
  readonly name: string;
  /** URL of the S3 endpoint, without the bucket */
  readonly endpoint: string;
  /** Region that requests are signed for */
  readonly region: string;
  /** Others than the site who may read, as IAM names them, such as group:statistics@example.org */
  readonly readers: readonly string[];
  /** Account by which another team works with the bucket; null: there is none but the site's own */
  readonly serviceAccount: string | null;
  readonly access: Access;
}

/** What is secret of an instance */
export interface InstanceCredentials {
  /** Password of the datastore's reader; null: there is no datastore */
  readonly datastorePassword: string | null;
}

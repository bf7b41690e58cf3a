/** One CKAN site of an environment. */
import * as pulumi from "@pulumi/pulumi";
import type { Bucket, Datastore, Instance, InstanceCredentials } from "./contract.ts";
import { nothingThere, undecryptable } from "./errors.ts";

/** The datastore by a role that may only read. */
export type DatastoreConnection = { readonly [Field in keyof Datastore]: pulumi.Output<Datastore[Field]> } & {
  /** A secret, and so is whatever is made of it. */
  readonly password: pulumi.Output<string>;
};

export class CkanInstance {
  readonly name: string;
  /** Everything that the environment publishes of the instance. Nothing of it is a secret. */
  readonly details: pulumi.Output<Instance>;
  readonly #stack: string;
  readonly #credentials: pulumi.Output<InstanceCredentials>;

  /** Use `CkanEnvironment.instance`. */
  constructor(
    stack: string,
    name: string,
    details: pulumi.Output<Instance>,
    credentials: pulumi.Output<InstanceCredentials>,
  ) {
    this.#stack = stack;
    this.name = name;
    this.details = details;
    this.#credentials = credentials;
  }

  /** Address that people use. */
  get url(): pulumi.Output<string> {
    return this.details.url;
  }

  /** Address of CKAN's API: /action/package_search and others follow. */
  get apiUrl(): pulumi.Output<string> {
    return this.details.apiUrl;
  }

  /** Namespace that holds every object of the instance. */
  get namespace(): pulumi.Output<string> {
    return this.details.namespace;
  }

  /** How to read the datastore. The program fails where the instance has none. */
  get datastore(): DatastoreConnection {
    const connection = this.present("datastore", ({ datastore }) => datastore, "its plugin datastore is not there");
    const { host, port, database, user, sslMode } = connection;
    const access = connection.apply((known) => known.access);
    const password = () => this.password(connection);
    return {
      host,
      port,
      database,
      user,
      sslMode,
      access,
      // Not before it is asked for: who reads the address alone need not be able to decrypt.
      get password() {
        return password();
      },
    };
  }

  /** The bucket with what is uploaded to the site. The program fails where the instance has none. */
  get uploads(): pulumi.Output<Bucket> {
    return this.present("bucket for uploads", ({ buckets }) => buckets.uploads, "its files lie on a volume");
  }

  private present<T>(what: string, read: (details: Instance) => T | null, reason: string): pulumi.Output<T> {
    const found = this.details.apply((details) => {
      const value = read(details);
      if (value === null) throw nothingThere(this.#stack, this.name, what, reason);
      return value;
    });
    return found as pulumi.Output<T>;
  }

  private password(connection: pulumi.Output<Datastore>): pulumi.Output<string> {
    const text = pulumi.all([connection, this.#credentials]).apply(([, { datastorePassword }]) => {
      // Pulumi puts an empty object in the place of a secret that it cannot decrypt, and goes on.
      if (typeof datastorePassword !== "string") throw undecryptable(this.#stack, this.name);
      return datastorePassword;
    });
    return pulumi.secret(text);
  }
}

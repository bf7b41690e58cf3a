/**
 * Passwords and keys, derived instead of stored: the same root secret gives the same credentials, so that they survive a lost
 * state file and a destroy with kept volumes, and are known at preview.
 */
import { createHmac, hkdfSync } from "node:crypto";
import * as pulumi from "@pulumi/pulumi";
import type { Purpose } from "./purposes.ts";

export interface CredentialsArgs {
  /**
   * At least 32 random characters, in plain text as `Config.require` gives them: names of Secrets contain a fingerprint of their
   * content, and must be known before anything is declared. Whoever has the root secret has every credential.
   */
  readonly rootSecret: string;
  /** The previous root secret, during a rotation of all credentials. @default none */
  readonly previousRootSecret?: string | undefined;
  /** Name of the instance: no two instances share a credential. */
  readonly instance: string;
  /** Raise a purpose's number to rotate its credential. @default 1 for each */
  readonly generations?: Partial<Record<Purpose, number>>;
}

/** A password or key that the program knows. Its text leaves only as a Pulumi secret or as a one-way digest. */
export class Credential {
  // A private field: some programs write the arguments of components to the state, and the text must not be there.
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  get secret(): pulumi.Output<string> {
    return pulumi.secret(this.#text);
  }

  /** A credential made of this and another one. */
  combine(other: Credential, make: (text: string, other: string) => string): Credential {
    return new Credential(make(this.#text, other.#text));
  }

  map(make: (text: string) => string): Credential {
    return new Credential(make(this.#text));
  }

  /** HMAC-SHA256 of the text: without the key it says nothing, not even about a guessable text. */
  digest(key: string): string {
    return createHmac("sha256", key).update(this.#text).digest("hex");
  }
}

/** The credentials of one instance. */
export class Credentials {
  // Private fields: some programs write the arguments of components to the state, and root secrets must not be there.
  readonly #rootSecret: string;
  readonly #previousRootSecret: string | undefined;
  readonly instance: string;
  readonly generations: Readonly<Partial<Record<Purpose, number>>>;

  constructor(args: CredentialsArgs) {
    this.#rootSecret = args.rootSecret;
    this.#previousRootSecret = args.previousRootSecret;
    this.instance = args.instance;
    this.generations = args.generations ?? {};
  }

  /** 43 characters of [A-Za-z0-9_-]: 256 bits, safe in a URL as they stand. */
  derive(purpose: Purpose): Credential {
    return derive(this.#rootSecret, this.instance, purpose, this.generation(purpose));
  }

  /**
   * The credential before the last rotation, for servers that learn the new one after a login with the old one. The next
   * credential is never derived: a Secret that holds it would reveal it before it is in use.
   */
  derivePrevious(purpose: Purpose): Credential | undefined {
    const generation = this.generation(purpose);
    if (this.#previousRootSecret !== undefined)
      return derive(this.#previousRootSecret, this.instance, purpose, generation);
    return generation > 1 ? derive(this.#rootSecret, this.instance, purpose, generation - 1) : undefined;
  }

  /** Identifies the new root secret during a rotation, as eight characters that may be public; undefined otherwise. */
  get newRoot(): string | undefined {
    return this.#previousRootSecret === undefined ? undefined : this.fingerprint([]);
  }

  /** The number of the credential in use. */
  generation(purpose: Purpose): number {
    return this.generations[purpose] ?? 1;
  }

  /** Eight characters that change when one of the values does. They may be public. */
  fingerprint(values: readonly Credential[]): string {
    const key = deriveSecret(this.#rootSecret, this.instance, "fingerprint", 1);
    const digests = values.map((value) => value.digest(key));
    return createHmac("sha256", key).update(digests.join()).digest("hex").slice(0, 8);
  }
}

function derive(root: string, instance: string, purpose: Purpose, generation: number): Credential {
  return new Credential(deriveSecret(root, instance, purpose, generation));
}

/** HKDF-SHA256 with the instance, the purpose and the generation as its context. */
export function deriveSecret(root: string, instance: string, purpose: string, generation: number): string {
  const context = `${instance}/${purpose}/${generation}`;
  return Buffer.from(hkdfSync("sha256", root, "", context, 32)).toString("base64url");
}

/**
 * Passwords and keys, derived instead of stored: the same root secret gives the same credentials, so that they survive a lost
 * state file and a destroy with kept volumes, and are known at preview.
 */
import { createHmac, hkdfSync } from "node:crypto";
import * as pulumi from "@pulumi/pulumi";
import type { Purpose } from "../ckan/credentials.ts";

export interface CredentialsArgs {
  /** At least 32 random characters. Whoever knows it knows every credential. */
  readonly rootSecret: pulumi.Input<string>;
  /** Name of the instance: no two instances share a credential. */
  readonly instance: string;
  /** Raise a purpose's number to rotate its credential. @default 1 for each */
  readonly generations?: Partial<Record<Purpose, number>>;
}

/** The credentials of one instance. Its values are Pulumi secrets from the first line on. */
export class Credentials {
  // A private field: component arguments are written to the state, and this must not be among them.
  readonly #rootSecret: pulumi.Output<string>;
  readonly instance: string;
  readonly generations: Readonly<Partial<Record<Purpose, number>>>;

  constructor(args: CredentialsArgs) {
    this.#rootSecret = pulumi.secret(args.rootSecret);
    this.instance = args.instance;
    this.generations = args.generations ?? {};
  }

  /** 43 characters of [A-Za-z0-9_-]: 256 bits, safe in a URL as they stand. */
  derive(purpose: Purpose): pulumi.Output<string> {
    return this.#derive(purpose, this.generation(purpose));
  }

  /** The credential before the last rotation, for what has to let the old one in to learn the new one. */
  derivePrevious(purpose: Purpose): pulumi.Output<string> | undefined {
    const generation = this.generation(purpose);
    return generation > 1 ? this.#derive(purpose, generation - 1) : undefined;
  }

  /** The number of the credential in use. */
  generation(purpose: Purpose): number {
    return this.generations[purpose] ?? 1;
  }

  /**
   * Eight characters that change when one of the values does: a name for the Secret that holds them. They may be seen by
   * everybody: without the root secret they say nothing about the values, not even about guessable ones.
   */
  fingerprint(values: readonly pulumi.Input<string>[]): pulumi.Output<string> {
    const { instance } = this;
    const seen = pulumi.all([this.#rootSecret, pulumi.all([...values])]).apply(([root, plain]) => {
      const key = deriveSecret(root, instance, "fingerprint", 1);
      return createHmac("sha256", key).update(JSON.stringify(plain)).digest("hex").slice(0, 8);
    });
    return pulumi.unsecret(seen);
  }

  #derive(purpose: Purpose, generation: number): pulumi.Output<string> {
    const { instance } = this;
    return this.#rootSecret.apply((root) => deriveSecret(root, instance, purpose, generation));
  }
}

/** HKDF-SHA256 with the instance, the purpose and the generation as its context. */
export function deriveSecret(root: string, instance: string, purpose: string, generation: number): string {
  const context = `${instance}/${purpose}/${generation}`;
  return Buffer.from(hkdfSync("sha256", root, "", context, 32)).toString("base64url");
}

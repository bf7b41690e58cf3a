/** Arguments that all parts of a site take besides their settings. */
import type * as pulumi from "@pulumi/pulumi";
import type { Protection } from "../kubernetes/durability.ts";
import type { PodSettings } from "../kubernetes/pod.ts";
import type { Credentials } from "./credentials.ts";

export interface PartArgs {
  readonly namespace: pulumi.Input<string>;
  /** Name of the CKAN instance, for labels. */
  readonly instance: string;
  /** What happens to data on a destroy. @default protected */
  readonly protection?: Protection | undefined;
  /** Settings that all pods of the instance share. @default a fixed UID, public images */
  readonly pods?: PodSettings | undefined;
}

/** Arguments of a part that has passwords or keys. */
export interface SecretPartArgs extends PartArgs {
  /** Source of the passwords and keys, and of the fingerprints in the names of Secrets. */
  readonly credentials: Credentials;
}

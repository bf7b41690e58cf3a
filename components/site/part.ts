/** What the parts of a site are told besides their settings. */
import type * as pulumi from "@pulumi/pulumi";
import type { Protection } from "../kubernetes/durability.ts";
import type { PodSettings } from "../kubernetes/pod.ts";
import type { Credentials } from "./credentials.ts";

export interface PartArgs {
  readonly namespace: pulumi.Input<string>;
  /** Name of the CKAN instance, for labels. */
  readonly instance: string;
  /** What a destroy leaves. @default protected */
  readonly protection?: Protection | undefined;
  /** What is the same for every pod of the instance. @default a fixed user, images that anybody may pull */
  readonly pods?: PodSettings | undefined;
}

/** Of a part that has passwords or keys. */
export interface SecretPartArgs extends PartArgs {
  /** What they are derived from, and what Secrets are named by. */
  readonly credentials: Credentials;
}

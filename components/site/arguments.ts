/** What a site is declared with: its settings, as a stack file has them, and what the environment gives. */
import type { Protection } from "../kubernetes/durability.ts";
import type { PodUser } from "../kubernetes/pod.ts";
import type { Registry } from "../registries/registries.ts";
import type { Credentials } from "./credentials.ts";
import type { StackArgs } from "./settings.ts";

export interface CkanStackArgs extends StackArgs {
  /** Namespace of the instance: the stack declares it and every object in it. */
  readonly namespace: string;
  /** Source of all passwords and keys. Its `instance` names the site in labels and databases. */
  readonly credentials: Credentials;
  /** What a destroy leaves. @default protected */
  readonly protection?: Protection;
  /** Whom pods run as. @default a fixed UID */
  readonly podUser?: PodUser | undefined;
  /**
   * IPv4 or IPv6 addresses, or networks, of resolvers that pods ask besides the pods of any namespace, NodeLocal DNSCache (169.254.20.10)
   * and Cloud DNS for GKE (169.254.169.254), on port 53. @default none
   */
  readonly dnsResolvers?: readonly string[] | undefined;
  /** Pods reserve what GKE's Autopilot takes unchanged. @default false */
  readonly autopilot?: boolean | undefined;
  /** Private registries that images come from. @default none */
  readonly registries?: readonly Registry[];
  /** A further name for those who send larger files than what stands in front of `host` lets through. @default none */
  readonly editorsHost?: string | undefined;
  /** Namespace of KEDA, where a group of workers scales by it. @default keda */
  readonly kedaNamespace?: string | undefined;
}

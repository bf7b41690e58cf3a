/** Arguments of a site: its settings, as in a stack file, and those that come from the environment. */
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
  /** What happens to data on a destroy. @default protected */
  readonly protection?: Protection;
  /** Whether pods run with a fixed UID or one that the cluster assigns. @default a fixed UID */
  readonly podUser?: PodUser | undefined;
  /**
   * IPv4 or IPv6 addresses or networks of further DNS resolvers. Pods may always query other pods, NodeLocal DNSCache (169.254.20.10)
   * and Cloud DNS for GKE (169.254.169.254) on port 53. @default none
   */
  readonly dnsResolvers?: readonly string[] | undefined;
  /** Gives pods resource requests that GKE Autopilot accepts unchanged. @default false */
  readonly autopilot?: boolean | undefined;
  /** Private registries that images come from. @default none */
  readonly registries?: readonly Registry[];
  /** A second host name, for larger uploads than the proxy in front of `host` accepts. @default none */
  readonly editorsHost?: string | undefined;
  /** Namespace of KEDA, if it scales a group of workers. @default keda */
  readonly kedaNamespace?: string | undefined;
}

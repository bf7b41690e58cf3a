/** What a site is declared with. */
import type { Site } from "../../ckan/settings.ts";
import type { SecretSettings } from "../configuration/site-secrets.ts";
import type { DatabaseArgs } from "../database/settings.ts";
import type { ExposureArgs } from "../exposure/settings.ts";
import type { FilesArgs } from "../files/settings.ts";
import type { Protection } from "../kubernetes/durability.ts";
import type { PodUser } from "../kubernetes/pod.ts";
import type { SitePodOptions } from "../kubernetes/pod-options.ts";
import type { QueueArgs } from "../queue/settings.ts";
import type { Registry } from "../registries/registries.ts";
import type { SearchArgs } from "../search/settings.ts";
import type { WebArgs } from "../web/settings.ts";
import type { WorkerArgs } from "../worker/settings.ts";
import type { Credentials } from "./credentials.ts";
import type { SurroundingArgs } from "./integrations.ts";

export interface CkanStackArgs extends SurroundingArgs {
  /** Namespace of the instance: the stack declares it and every object in it. */
  readonly namespace: string;
  /** Source of all passwords and keys. Its `instance` names the site in labels and databases. */
  readonly credentials: Credentials;
  /** What a destroy leaves. @default protected */
  readonly protection?: Protection;
  /** Whom pods run as. @default a fixed uid */
  readonly podUser?: PodUser | undefined;
  /**
   * IPv4 or IPv6 addresses, or networks, of resolvers that pods ask besides the pods of any namespace, NodeLocal DNSCache (169.254.20.10)
   * and Cloud DNS for GKE (169.254.169.254), on port 53. @default none
   */
  readonly dnsResolvers?: readonly string[] | undefined;
  /** Pods reserve what GKE's Autopilot takes unchanged. @default false */
  readonly autopilot?: boolean | undefined;
  /** Where pods run and what they carry. @default nothing of their own */
  readonly pods?: SitePodOptions | undefined;
  /** Private registries that images come from. @default none */
  readonly registries?: readonly Registry[];
  /** Name under which the site is reached. */
  readonly host: string;
  /** A further name for those who send larger files than what stands in front of `host` lets through. @default none */
  readonly editorsHost?: string | undefined;
  /** How the site is reached from outside. */
  readonly exposure: ExposureArgs;
  readonly ckan: {
    readonly version: string;
    readonly image: string;
    /** ckan.plugins in this order; envvars last. */
    readonly plugins: readonly string[];
    /** Further settings that are secrets, by name. @default none */
    readonly secretSettings?: SecretSettings;
  };
  /** Name, language, stage and further settings of the site. */
  readonly site: Omit<Site, "url" | "internalUrl" | "store" | "plugins" | "mail" | "dataPusherUrl">;
  /** The sysadmin that the bootstrap creates; its password is derived. */
  readonly administrator: { readonly name: string; readonly email: string };
  readonly database: DatabaseArgs;
  readonly search: SearchArgs;
  readonly queue: QueueArgs;
  /** Where uploads go. */
  readonly files: FilesArgs;
  readonly web: WebArgs;
  /** Namespace of KEDA, where a group of workers scales by it. @default keda */
  readonly kedaNamespace?: string;
  /** Groups of workers by name. @default one group called default; it is there in any case */
  readonly workers?: Readonly<Record<string, WorkerArgs>> | undefined;
}

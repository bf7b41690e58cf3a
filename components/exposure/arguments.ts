/** What an exposure is told: one kind for each way in. */
import type * as pulumi from "@pulumi/pulumi";
import type { GoogleBackendSettings, GoogleGatewaySettings } from "./gke.ts";
import type { Backend, GatewayReference, Issuer } from "./objects.ts";

/** Where TLS gets its certificate from. */
export type TlsArgs =
  /** cert-manager makes one and renews it. */
  | { readonly kind: "cert-manager"; readonly issuer: Issuer }
  /** A Secret of type kubernetes.io/tls in the site's namespace. */
  | { readonly kind: "secret"; readonly name: string }
  /** Whatever stands there has one of its own, or TLS ends in front of it. */
  | { readonly kind: "elsewhere" };

export type ExposureArgs =
  /** A Gateway of the site's own, by a class. */
  | {
      readonly kind: "gateway";
      readonly className: string;
      readonly tls: Exclude<TlsArgs, { kind: "elsewhere" }>;
      /** Seconds for a request and its whole answer, for controllers that have a limit; 0: none. @default the controller's own */
      readonly requestSeconds?: number | undefined;
      /** For one of GKE's classes, gke-l7-*. @default Google's own settings */
      readonly google?: GoogleGatewaySettings | undefined;
    }
  /** A listener of a Gateway that exists and ends TLS. */
  | {
      readonly kind: "shared-gateway";
      readonly gateway: GatewayReference & { readonly name: string };
      /** Its class, where that is one of GKE's: Google's load balancer has to be told about the Service. @default another */
      readonly className?: string | undefined;
      /** As for a Gateway of the site's own. @default the controller's own */
      readonly requestSeconds?: number | undefined;
      /** For one of GKE's classes. @default Google's own settings */
      readonly google?: GoogleBackendSettings | undefined;
    }
  | {
      readonly kind: "ingress";
      readonly className: string;
      /** What the class's controller wants to know. @default none */
      readonly annotations?: Readonly<Record<string, string>>;
      readonly tls: TlsArgs;
    }
  /** OpenShift. */
  | { readonly kind: "route"; readonly tls: TlsArgs }
  /** A port of every node, without TLS. */
  | { readonly kind: "node-port"; readonly nodePort: number }
  /** Inside the cluster only: something of your own stands in front, and serves https. */
  | { readonly kind: "none" };

export interface CkanExposureArgs {
  readonly namespace: pulumi.Input<string>;
  readonly instance: string;
  /** Name under which people reach the site. */
  readonly host: string;
  /** Further names under which the site answers. @default none */
  readonly aliases?: readonly string[] | undefined;
  /** Addresses or networks of resolvers that are no pods, besides those that any cluster may have. @default none */
  readonly dnsResolvers?: readonly string[] | undefined;
  /** The web Service. */
  readonly backend: Backend;
  readonly exposure: ExposureArgs;
  /** Seconds for which CKAN may be silent. OpenShift's router gives up a little later; its default is 30. */
  readonly answerSeconds: number;
  /** Seconds for which a web pod that has to go takes requests on. */
  readonly drainSeconds: number;
  /** Largest resource that may be uploaded, in megabytes. */
  readonly maximumUploadMegabytes: number;
}

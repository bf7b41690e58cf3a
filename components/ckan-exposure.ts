/** How a site is reached from outside the cluster. */
import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { longestAnswerSeconds } from "../ckan/uwsgi.ts";
import { type Address, parseAddress } from "./address.ts";
import { customResource } from "./custom-resource.ts";
import type { CustomObject } from "./manifests/custom-object.ts";
import * as manifests from "./manifests/exposure.ts";
import { type Identity, labels } from "./manifests/labels.ts";
import { objectMetadata } from "./manifests/metadata.ts";
import { contentName } from "./manifests/names.ts";

/** Where TLS gets its certificate from. */
export type TlsArgs =
  /** cert-manager makes one and renews it. */
  | { readonly kind: "cert-manager"; readonly issuer: manifests.Issuer }
  /** A Secret of type kubernetes.io/tls in the site's namespace. */
  | { readonly kind: "secret"; readonly name: string }
  /** Whatever stands there has one of its own, or TLS ends in front of it. */
  | { readonly kind: "elsewhere" };

export type ExposureArgs =
  /** A Gateway of the site's own, by a class. */
  | { readonly kind: "gateway"; readonly className: string; readonly tls: Exclude<TlsArgs, { kind: "elsewhere" }> }
  /** A listener of a Gateway that exists and ends TLS. */
  | { readonly kind: "shared-gateway"; readonly gateway: manifests.GatewayReference & { readonly name: string } }
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
  /** The web Service. */
  readonly backend: manifests.Backend;
  readonly exposure: ExposureArgs;
}

/** Seconds after which OpenShift's router gives up on an answer: later than uWSGI does. Its default is 30. */
const routerSeconds = longestAnswerSeconds + 5;

export class CkanExposure extends pulumi.ComponentResource {
  /** Where the host's name has to lead; undefined where this program cannot know. */
  readonly address: pulumi.Output<Address | undefined>;

  constructor(name: string, args: CkanExposureArgs, opts: pulumi.ComponentResourceOptions = {}) {
    super("ckan:index:CkanExposure", name, {}, opts);
    const text = this.expose(name, args);
    this.address = text.apply((address) => (address === undefined ? undefined : parseAddress(address)));
    this.registerOutputs({ address: this.address });
  }

  /** Declares what the kind needs; the address that it gets, as it is written there. */
  private expose(name: string, args: CkanExposureArgs): pulumi.Output<string | undefined> {
    const { exposure, host, backend } = args;
    const hosts = hostsOf(args);
    switch (exposure.kind) {
      case "gateway": {
        const certificate = this.certificate(name, args, exposure.tls) ?? "";
        const gateway = this.custom(name, args, manifests.gateway(exposure.className, hosts, certificate), {
          waitFor: "condition=Programmed",
        });
        const own = (protocol: "http" | "https") =>
          hosts.map((_, at) => ({ name: gateway.metadata.name, sectionName: manifests.listener(protocol, at) }));
        this.custom(name, args, manifests.httpRoute(hosts, own("https"), backend), { waitFor: routeAccepted });
        this.custom(`${name}-redirect`, args, manifests.redirectRoute(hosts, own("http")), { waitFor: routeAccepted });
        return gateway.status.apply((status) => status?.addresses?.[0]?.value);
      }
      case "shared-gateway":
        this.custom(name, args, manifests.httpRoute(hosts, [exposure.gateway], backend), { waitFor: routeAccepted });
        return nowhere();
      case "ingress":
        return this.ingress(name, args, exposure);
      case "route": {
        const certificate = this.certificate(name, args, exposure.tls);
        const declare = (called: string, own: string) =>
          this.custom(called, args, manifests.openShiftRoute(own, backend, certificate), {
            waitFor: "jsonpath={.status.ingress[0].routerCanonicalHostname}",
            annotations: { "haproxy.router.openshift.io/timeout": `${routerSeconds}s` },
          });
        const route = declare(name, host);
        // A Route has one host. A name of its own each: aliases come and go without touching the others.
        for (const alias of args.aliases ?? []) declare(contentName(name, alias), alias);
        return route.status.apply((status) => status?.ingress?.[0]?.routerCanonicalHostname);
      }
      case "node-port":
      case "none":
        return nowhere();
    }
  }

  private ingress(
    name: string,
    args: CkanExposureArgs,
    exposure: Extract<ExposureArgs, { kind: "ingress" }>,
  ): pulumi.Output<string | undefined> {
    const certificate = this.certificate(name, args, exposure.tls);
    const ingress = new kubernetes.networking.v1.Ingress(
      name,
      {
        metadata: objectMetadata({ ...metadata(name, args), annotations: exposure.annotations ?? {} }),
        spec: manifests.ingress(exposure.className, hostsOf(args), args.backend, certificate),
      },
      { parent: this },
    );
    return ingress.status.apply((status) => {
      const point = status?.loadBalancer?.ingress?.[0];
      return point?.ip ?? point?.hostname;
    });
  }

  /** The Secret that holds the certificate; undefined when there is none here. */
  private certificate(name: string, args: CkanExposureArgs, tls: TlsArgs): pulumi.Input<string> | undefined {
    switch (tls.kind) {
      case "cert-manager": {
        const secretName = `${name}-tls`;
        this.custom(name, args, manifests.certificate(hostsOf(args), secretName, tls.issuer), {
          waitFor: "condition=Ready",
        });
        return secretName;
      }
      case "secret":
        return tls.name;
      case "elsewhere":
        return undefined;
    }
  }

  /** A custom resource that Pulumi waits for, which by itself it does for none. */
  private custom(
    name: string,
    args: CkanExposureArgs,
    object: CustomObject,
    options: { readonly waitFor: string; readonly annotations?: Readonly<Record<string, string>> },
  ): kubernetes.apiextensions.CustomResource & { readonly status: pulumi.Output<ExposureStatus | undefined> } {
    // A key without a value: what the cluster says of it is an output then.
    const given = { ...object, status: undefined };
    return customResource(name, given, { ...metadata(name, args), ...options }, { parent: this }) as ReturnType<
      CkanExposure["custom"]
    >;
  }
}

/** What is read of the status of a Gateway or a Route. */
interface ExposureStatus {
  readonly addresses?: readonly { readonly value?: string }[];
  readonly ingress?: readonly { readonly routerCanonicalHostname?: string }[];
}

const routeAccepted = `jsonpath={.status.parents[0].conditions[?(@.type=="Accepted")].status}=True`;

/** The host first. */
function hostsOf({ host, aliases = [] }: CkanExposureArgs): readonly string[] {
  return [host, ...aliases];
}

function nowhere(): pulumi.Output<string | undefined> {
  return pulumi.output(undefined);
}

function metadata(name: string, { namespace, instance }: CkanExposureArgs) {
  const identity: Identity = { instance, component: "exposure", software: "ckan" };
  return { name, namespace, labels: labels(identity) };
}

/** How a site is reached from outside the cluster. */
import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { CustomObject } from "../kubernetes/custom-object.ts";
import { customResource } from "../kubernetes/declare/custom-resource.ts";
import { type Identity, labels } from "../kubernetes/labels.ts";
import { objectMetadata } from "../kubernetes/metadata.ts";
import { contentName } from "../kubernetes/names.ts";
import { allow, allowProxy, fromAnywhere, type NetworkPolicySpec } from "../kubernetes/network.ts";
import { readinessPath } from "../web/options.ts";
import { graceSeconds } from "../web/pod.ts";
import { type Address, parseAddress } from "./address.ts";
import type { CkanExposureArgs, ExposureArgs, TlsArgs } from "./arguments.ts";
import * as gke from "./gke.ts";
import * as manifests from "./objects.ts";

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
    const { exposure, backend } = args;
    const hosts = hostsOf(args);
    switch (exposure.kind) {
      case "gateway": {
        const { className, google = {}, requestSeconds } = exposure;
        const { secret = "" } = this.certificate(name, args, exposure.tls, manifests.certificateAnnotations(name));
        const gateway = this.custom(name, args, manifests.gateway(className, hosts, secret, google.address), {
          waitFor: "condition=Programmed",
        });
        const policy = gke.gatewayPolicy(gateway.metadata.name, google);
        if (policy !== undefined) this.custom(name, args, policy);
        if (!gke.isGoogle(className)) this.admitProxies(`${name}-proxies`, args, gateway.metadata.name);
        const dependsOn = this.google(name, args, className, google);
        const own = (protocol: "http" | "https") =>
          hosts.map((_, at) => ({ name: gateway.metadata.name, sectionName: manifests.listener(protocol, at) }));
        const route = manifests.httpRoute(hosts, own("https"), backend, requestSeconds);
        this.custom(name, args, route, { waitFor: routeAccepted, dependsOn });
        this.custom(`${name}-redirect`, args, manifests.redirectRoute(hosts, own("http")), { waitFor: routeAccepted });
        return gateway.status.apply((status) => status?.addresses?.[0]?.value);
      }
      case "shared-gateway": {
        const route = manifests.httpRoute(hosts, [exposure.gateway], backend, exposure.requestSeconds);
        const dependsOn = this.google(name, args, exposure.className, exposure.google);
        this.custom(name, args, route, { waitFor: routeAccepted, dependsOn });
        return nowhere();
      }
      case "ingress":
        return this.ingress(name, args, exposure);
      case "route":
        return this.route(name, args, exposure);
      case "node-port":
      case "none":
        return nowhere();
    }
  }

  /**
   * What Google's load balancer has to know of the web Service, before a route leads there. Nobody waits: GKE reports on these objects
   * only once the route leads there, and its versions do so in different places (GoogleCloudPlatform/gke-gateway-api#17).
   */
  private google(
    name: string,
    args: CkanExposureArgs,
    className: string | undefined,
    settings: gke.GoogleBackendSettings = {},
  ): readonly pulumi.Resource[] {
    if (!gke.isGoogle(className)) return [];
    const { backend, answerSeconds, drainSeconds, maximumUploadMegabytes } = args;
    const { securityPolicy, logPercent } = settings;
    const policies = [
      gke.healthCheckPolicy(backend, readinessPath),
      gke.backendPolicy(backend, {
        requestSeconds: gke.longestRequestSeconds(maximumUploadMegabytes, answerSeconds),
        drainingSeconds: graceSeconds(drainSeconds, answerSeconds),
        securityPolicy,
        logPercent,
      }),
    ];
    return policies.map((policy) => this.custom(name, args, policy));
  }

  private ingress(
    name: string,
    args: CkanExposureArgs,
    exposure: Extract<ExposureArgs, { kind: "ingress" }>,
  ): pulumi.Output<string | undefined> {
    const { secret } = this.certificate(name, args, exposure.tls, manifests.certificateAnnotations());
    const ingress = new kubernetes.networking.v1.Ingress(
      name,
      {
        metadata: objectMetadata({ ...metadata(name, args), annotations: exposure.annotations ?? {} }),
        spec: manifests.ingress(exposure.className, hostsOf(args), args.backend, secret),
      },
      { parent: this },
    );
    return ingress.status.apply((status) => {
      const point = status?.loadBalancer?.ingress?.[0];
      return point?.ip ?? point?.hostname;
    });
  }

  private route(
    name: string,
    args: CkanExposureArgs,
    { tls }: Extract<ExposureArgs, { kind: "route" }>,
  ): pulumi.Output<string | undefined> {
    const { secret, certificate } = this.certificate(name, args, tls, {});
    // The API server takes no Route whose Secret is missing, or is closed to the router (openshift/openshift-docs#78500).
    const readable = secret === undefined ? [] : this.routerMayRead(`${name}-router`, args, secret);
    const dependsOn = [...(certificate === undefined ? [] : [certificate]), ...readable];
    const declare = (called: string, own: string) =>
      this.custom(called, args, manifests.openShiftRoute(own, args.backend, secret), {
        waitFor: "jsonpath={.status.ingress[0].routerCanonicalHostname}",
        annotations: {
          "haproxy.router.openshift.io/timeout": `${args.answerSeconds + 15}s`,
        },
        dependsOn,
      });
    const route = declare(name, args.host);
    // A Route has one host. A name of its own each: aliases come and go without touching the others.
    for (const alias of args.aliases ?? []) declare(contentName(name, alias), alias);
    return route.status.apply((status) => status?.ingress?.[0]?.routerCanonicalHostname);
  }

  private routerMayRead(name: string, args: CkanExposureArgs, secret: pulumi.Input<string>): pulumi.Resource[] {
    const object = objectMetadata(metadata(name, args));
    const rules = [manifests.secretReader(secret)];
    const role = new kubernetes.rbac.v1.Role(name, { metadata: object, rules }, { parent: this });
    const roleRef = { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: role.metadata.name };
    const subjects = [manifests.routers];
    const binding = new kubernetes.rbac.v1.RoleBinding(name, { metadata: object, roleRef, subjects }, { parent: this });
    return [role, binding];
  }

  /** The Secret that holds the certificate, and what makes it; neither where TLS ends elsewhere. */
  private certificate(
    name: string,
    args: CkanExposureArgs,
    tls: TlsArgs,
    annotations: Readonly<Record<string, string>>,
  ): { readonly secret?: string; readonly certificate?: pulumi.Resource } {
    switch (tls.kind) {
      case "cert-manager": {
        const secret = `${name}-tls`;
        this.admitSolver(`${name}-solver`, args);
        const object = manifests.certificate(hostsOf(args), secret, tls.issuer);
        return { secret, certificate: this.custom(name, args, object, { waitFor: "condition=Ready", annotations }) };
      }
      case "secret":
        return { secret: tls.name };
      case "elsewhere":
        return {};
    }
  }

  /** The namespace is closed to pods that are not the program's, too (cert-manager/cert-manager#2334). */
  private admitSolver(name: string, args: CkanExposureArgs): void {
    const { labels: pods, port } = manifests.solver;
    this.networkPolicy(name, args, allow({ pods, from: [fromAnywhere(port)] }));
  }

  /** The way to the site leads through them. */
  private admitProxies(name: string, args: CkanExposureArgs, gateway: pulumi.Input<string>): void {
    this.networkPolicy(name, args, allowProxy({ [manifests.proxyLabel]: gateway }, args.dnsResolvers));
  }

  private networkPolicy(name: string, args: CkanExposureArgs, spec: NetworkPolicySpec): void {
    new kubernetes.networking.v1.NetworkPolicy(
      name,
      { metadata: objectMetadata(metadata(name, args)), spec },
      { parent: this },
    );
  }

  /** A custom resource; Pulumi waits for none by itself. */
  private custom(
    name: string,
    args: CkanExposureArgs,
    object: CustomObject,
    { dependsOn = [], ...options }: CustomOptions = {},
  ): kubernetes.apiextensions.CustomResource & { readonly status: pulumi.Output<ExposureStatus | undefined> } {
    // A key without a value: what the cluster says of it is an output then.
    const given = { ...object, status: undefined };
    const of = { ...metadata(name, args), ...options };
    return customResource(name, given, of, { parent: this, dependsOn: [...dependsOn] }) as ReturnType<
      CkanExposure["custom"]
    >;
  }
}

interface CustomOptions {
  /** @default nobody waits */
  readonly waitFor?: string;
  readonly annotations?: Readonly<Record<string, string>>;
  /** @default nothing */
  readonly dependsOn?: readonly pulumi.Resource[];
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

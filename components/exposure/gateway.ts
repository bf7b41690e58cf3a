/** A Gateway of the site's own, or a route to an existing one. */
import type * as pulumi from "@pulumi/pulumi";
import { allowProxy } from "../kubernetes/network.ts";
import { readinessPath } from "../web/options.ts";
import { graceSeconds } from "../web/pod.ts";
import { type CkanExposureArgs, hostsOf } from "./arguments.ts";
import { declareCertificate } from "./certificate.ts";
import { declareNetworkPolicy, declareObject } from "./declare.ts";
import * as gke from "./gke.ts";
import * as objects from "./objects.ts";
import type { GatewaySettings, SharedGatewaySettings } from "./settings.ts";

export function declareGateway(
  name: string,
  args: CkanExposureArgs,
  { className, google, tls, requestSeconds }: GatewaySettings,
  options: pulumi.CustomResourceOptions,
): pulumi.Output<string | undefined> {
  const hosts = hostsOf(args);
  const { secret } = declareCertificate(name, args, tls, objects.certificateAnnotations(name), options);
  const gateway = declareObject(name, args, objects.gateway(className, hosts, secret, google?.address), options, {
    waitFor: "condition=Programmed",
  });
  const policy = gke.gatewayPolicy(gateway.metadata.name, google);
  if (policy !== undefined) declareObject(name, args, policy, options);
  // Other controllers run proxies in the cluster, which forward the requests to the site.
  if (!gke.isGoogle(className)) {
    const proxies = { [objects.proxyLabel]: gateway.metadata.name };
    declareNetworkPolicy(`${name}-proxies`, args, allowProxy(proxies, args.pods?.dnsResolvers), options);
  }
  const own = (protocol: "http" | "https") =>
    hosts.map((_, at) => ({ name: gateway.metadata.name, sectionName: objects.listener(protocol, at) }));
  const route = objects.httpRoute(hosts, own("https"), args.backend, requestSeconds);
  const dependsOn = declareGooglePolicies(name, args, className, google, options);
  declareObject(name, args, route, options, { waitFor: routeAccepted, dependsOn });
  const redirect = objects.redirectRoute(hosts, own("http"));
  declareObject(`${name}-redirect`, args, redirect, options, { waitFor: routeAccepted });
  return gateway.status.apply((status) => status?.addresses?.[0]?.value);
}

/** The address is known to whoever declared the Gateway. */
export function declareSharedGateway(
  name: string,
  args: CkanExposureArgs,
  { gateway, className, google, requestSeconds }: SharedGatewaySettings,
  options: pulumi.CustomResourceOptions,
): undefined {
  const route = objects.httpRoute(hostsOf(args), [gateway], args.backend, requestSeconds);
  const dependsOn = declareGooglePolicies(name, args, className, google, options);
  declareObject(name, args, route, options, { waitFor: routeAccepted, dependsOn });
}

/**
 * Policies for the web Service, declared before a route uses it. Not awaited: GKE reports their status only once a route exists, and in
 * different places depending on its version (GoogleCloudPlatform/gke-gateway-api#17).
 */
function declareGooglePolicies(
  name: string,
  args: CkanExposureArgs,
  className: string | undefined,
  google: gke.GoogleBackend | undefined,
  options: pulumi.CustomResourceOptions,
): readonly pulumi.Resource[] {
  if (!gke.isGoogle(className)) return [];
  const { backend, answerSeconds, drainSeconds, maximumUploadMegabytes } = args;
  const policies = [
    gke.healthCheckPolicy(backend, readinessPath),
    gke.backendPolicy(backend, {
      requestSeconds: gke.longestRequestSeconds(maximumUploadMegabytes, answerSeconds),
      drainingSeconds: graceSeconds(drainSeconds, answerSeconds),
      google,
    }),
  ];
  return policies.map((policy) => declareObject(name, args, policy, options));
}

const routeAccepted = `jsonpath={.status.parents[0].conditions[?(@.type=="Accepted")].status}=True`;

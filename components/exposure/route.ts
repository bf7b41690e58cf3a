/** OpenShift's Routes, one per host name. */
import * as kubernetes from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { objectMetadata } from "../kubernetes/metadata.ts";
import { contentName } from "../kubernetes/names.ts";
import type { CkanExposureArgs } from "./arguments.ts";
import { type DeclaredCertificate, declareCertificate } from "./certificate.ts";
import { declareObject, metadataOf } from "./declare.ts";
import * as objects from "./objects.ts";
import type { RouteSettings } from "./settings.ts";

export function declareRoute(
  name: string,
  args: CkanExposureArgs,
  { tls }: RouteSettings,
  options: pulumi.CustomResourceOptions,
): pulumi.Output<string | undefined> {
  const own: Partial<DeclaredCertificate> =
    tls.kind === "elsewhere" ? {} : declareCertificate(name, args, tls, {}, options);
  const { secret, certificate } = own;
  // The API server rejects a Route whose Secret is missing or unreadable for the router (openshift/openshift-docs#78500).
  const readable = secret === undefined ? [] : declareRouterRole(`${name}-router`, args, secret, options);
  const dependsOn = [...(certificate === undefined ? [] : [certificate]), ...readable];
  const annotations = { "haproxy.router.openshift.io/timeout": `${args.answerSeconds + 15}s` };
  const waitFor = "jsonpath={.status.ingress[0].routerCanonicalHostname}";
  const declare = (called: string, host: string) =>
    declareObject(called, args, objects.openShiftRoute(host, args.backend, secret), options, {
      waitFor,
      annotations,
      dependsOn,
    });
  const route = declare(name, args.host);
  // A Route has one host. Each gets a name of its own, so that aliases come and go without touching the others.
  for (const alias of args.aliases ?? []) declare(contentName(name, alias), alias);
  return route.status.apply((status) => status?.ingress?.[0]?.routerCanonicalHostname);
}

function declareRouterRole(
  name: string,
  args: CkanExposureArgs,
  secret: pulumi.Input<string>,
  options: pulumi.CustomResourceOptions,
): readonly pulumi.Resource[] {
  const metadata = objectMetadata(metadataOf(name, args));
  const role = new kubernetes.rbac.v1.Role(name, { metadata, rules: [objects.secretReader(secret)] }, options);
  const roleRef = { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: role.metadata.name };
  const subjects = [objects.routers];
  const binding = new kubernetes.rbac.v1.RoleBinding(name, { metadata, roleRef, subjects }, options);
  return [role, binding];
}

/** The Secret with a site's certificate, and the resource that fills it. */
import type * as pulumi from "@pulumi/pulumi";
import { allow, fromAnywhere } from "../kubernetes/network.ts";
import { type CkanExposureArgs, hostsOf } from "./arguments.ts";
import { declareNetworkPolicy, declareObject } from "./declare.ts";
import * as objects from "./objects.ts";
import type { OwnTls } from "./settings.ts";

export interface DeclaredCertificate {
  /** Name of the Secret. */
  readonly secret: string;
  /** The resource that fills the Secret, if declared here. */
  readonly certificate?: pulumi.Resource;
}

export function declareCertificate(
  name: string,
  args: CkanExposureArgs,
  tls: OwnTls,
  annotations: Readonly<Record<string, string>>,
  options: pulumi.CustomResourceOptions,
): DeclaredCertificate {
  switch (tls.kind) {
    case "cert-manager": {
      const secret = `${name}-tls`;
      // The namespace's default-deny applies to cert-manager's solver pods as well (cert-manager/cert-manager#2334).
      const { labels: pods, port } = objects.solver;
      declareNetworkPolicy(`${name}-solver`, args, allow({ pods, from: [fromAnywhere(port)] }), options);
      const object = objects.certificate(hostsOf(args), secret, tls.issuer);
      const waiting = { waitFor: "condition=Ready", annotations };
      return { secret, certificate: declareObject(name, args, object, options, waiting) };
    }
    case "secret":
      return { secret: tls.name };
  }
}

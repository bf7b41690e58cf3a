/** The Secret that holds a site's certificate, and what makes it. */
import type * as pulumi from "@pulumi/pulumi";
import { allow, fromAnywhere } from "../kubernetes/network.ts";
import { type CkanExposureArgs, hostsOf } from "./arguments.ts";
import { declareNetworkPolicy, declareObject } from "./declare.ts";
import * as objects from "./objects.ts";
import type { OwnTls } from "./settings.ts";

export interface DeclaredCertificate {
  /** Name of the Secret. */
  readonly secret: string;
  /** What makes its content, where that is declared here. */
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
      // The namespace is closed to pods that are not the program's, too (cert-manager/cert-manager#2334).
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

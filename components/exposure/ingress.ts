/** An Ingress of any class. */
import * as kubernetes from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { objectMetadata } from "../kubernetes/metadata.ts";
import { type CkanExposureArgs, hostsOf } from "./arguments.ts";
import { declareCertificate } from "./certificate.ts";
import { metadataOf } from "./declare.ts";
import * as objects from "./objects.ts";
import type { IngressSettings } from "./settings.ts";

export function declareIngress(
  name: string,
  args: CkanExposureArgs,
  { className, annotations, tls }: IngressSettings,
  options: pulumi.CustomResourceOptions,
): pulumi.Output<string | undefined> {
  const secret =
    tls.kind === "elsewhere"
      ? undefined
      : declareCertificate(name, args, tls, objects.certificateAnnotations(), options).secret;
  const ingress = new kubernetes.networking.v1.Ingress(
    name,
    {
      metadata: objectMetadata({ ...metadataOf(name, args), annotations }),
      spec: objects.ingress(className, hostsOf(args), args.backend, secret),
    },
    options,
  );
  return ingress.status.apply((status) => {
    const point = status?.loadBalancer?.ingress?.[0];
    return point?.ip ?? point?.hostname;
  });
}

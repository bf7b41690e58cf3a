/** Makes a site reachable from outside the cluster. */
import * as pulumi from "@pulumi/pulumi";
import { checked } from "../../config/arguments.ts";
import { type Address, parseAddress } from "./address.ts";
import type { CkanExposureArgs } from "./arguments.ts";
import { declareGateway, declareSharedGateway } from "./gateway.ts";
import { declareIngress } from "./ingress.ts";
import { declareRoute } from "./route.ts";
import { type ExposureSettings, exposureSettings } from "./settings.ts";

export class CkanExposure extends pulumi.ComponentResource {
  /** Target of the host's DNS record; undefined where this program cannot know it. */
  readonly address: pulumi.Output<Address | undefined>;

  constructor(name: string, args: CkanExposureArgs, opts: pulumi.ComponentResourceOptions = {}) {
    const settings = checked(exposureSettings, args.exposure, `${name}.exposure`);
    super("ckan:index:CkanExposure", name, {}, opts);
    const text = pulumi.output(declare(name, args, settings, { parent: this }));
    this.address = text.apply((address) => (address === undefined ? undefined : parseAddress(address)));
    this.registerOutputs({ address: this.address });
  }
}

/** Declares the objects of the kind; returns the address as the cluster reports it. */
function declare(
  name: string,
  args: CkanExposureArgs,
  settings: ExposureSettings,
  options: pulumi.CustomResourceOptions,
): pulumi.Output<string | undefined> | undefined {
  switch (settings.kind) {
    case "gateway":
      return declareGateway(name, args, settings, options);
    case "shared-gateway":
      return declareSharedGateway(name, args, settings, options);
    case "ingress":
      return declareIngress(name, args, settings, options);
    case "route":
      return declareRoute(name, args, settings, options);
    case "node-port":
    case "none":
      return undefined;
  }
}

/** The schema of a stack file: everything under `ckan:` in `Pulumi.<stack>.yaml`. */
import { z } from "zod";
import { addressOrNetwork, objectName } from "../../config/values.ts";
import { zoneSettings } from "../dns/settings.ts";
import { Protection } from "../kubernetes/durability.ts";
import { registriesSettings } from "../registries/settings.ts";
import { instanceSettings } from "../site/settings.ts";
import { Platform } from "./platform.ts";
import { policyExceptionsSettings } from "./policy-exceptions.ts";

/** The settings that belong to the environment, not to one instance. `instances` and `defaults` are parsed after merging. */
export const environmentSettings = z.strictObject({
  cluster: z
    .strictObject({
      platform: z
        .enum(Platform, `expected a cluster platform: ${Object.values(Platform).join(", ")}`)
        .describe(
          "local: a cluster on this machine, with public credentials; openshift: pods run as whom it assigns; gke-autopilot: pods reserve what it takes, all their disk among it; kubernetes: any other",
        ),
      context: z
        .string("expected the name of a kubeconfig context")
        .min(1, "expected the name of a kubeconfig context")
        .optional()
        .describe("kubeconfig context that this stack belongs to; default: the current one"),
      registries: registriesSettings,
      storageClass: objectName("premium-rwo")
        .optional()
        .describe("StorageClass of volumes that are made, where their part names none; default: the cluster's own"),
      kedaNamespace: objectName("keda")
        .default("keda")
        .describe("Namespace of KEDA's operator, which workers with scaling.kind keda need"),
      dnsResolvers: z
        .array(addressOrNetwork, "expected a list of IP addresses or networks such as 10.96.0.10")
        .default([])
        .describe(
          "Resolvers of the cluster that pods ask on port 53 besides any pod, NodeLocal DNSCache (169.254.20.10) and Cloud DNS for GKE (169.254.169.254): what /etc/resolv.conf of a pod names, where that is something else and names do not resolve",
        ),
    })
    .describe("The Kubernetes cluster"),
  protection: z
    .enum(Protection, `expected a protection: ${Object.values(Protection).join(", ")}`)
    .default(Protection.Protected)
    .describe("What happens to data on destroy"),
  cloudflare: zoneSettings.optional().describe("The zone that the sites' names are in; default: none"),
  policyExceptions: policyExceptionsSettings,
});

export type EnvironmentSettings = z.infer<typeof environmentSettings>;

/** Keys that hold objects; every other key of the stack file is a secret named by one of them, or `rootSecret`. */
export const structuredKeys = [
  "cluster",
  "protection",
  "cloudflare",
  "policyExceptions",
  "defaults",
  "instances",
] as const;

/** The whole file, for editors: instances and defaults may each omit what the other one sets. */
export const stackFileSettings = environmentSettings.extend({
  defaults: instanceSettings.describe("Settings of every instance, unless it says otherwise"),
  instances: z.record(z.string(), instanceSettings).describe("The CKAN sites of this environment, by name"),
});

/** The program: one CkanStack for each instance that the stack file names. */
import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { Purpose } from "./ckan/credentials.ts";
import { CkanStack } from "./components/index.ts";
import { stackArguments } from "./config/arguments.ts";
import { loadEnvironment } from "./config/load.ts";

const environment = loadEnvironment(new pulumi.Config("ckan"));

// The identifier keeps the provider, and with it every object, when only the way to reach the cluster changes.
const provider = new kubernetes.Provider("cluster", {
  clusterIdentifier: environment.name,
  ...(environment.cluster.context !== undefined && { context: environment.cluster.context }),
});

/** Every site of the environment by its name: where it is, and who administers it. */
export const sites = Object.fromEntries(
  Object.entries(environment.instances).map(([name, instance]) => {
    const args = stackArguments(name, instance, environment);
    const stack = new CkanStack(name, args, { provider });
    const site = {
      url: stack.url,
      namespace: args.namespace,
      adminName: args.administrator.name,
      adminPassword: args.credentials.derive(Purpose.Administrator).secret,
    };
    return [name, site];
  }),
);

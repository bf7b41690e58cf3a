/** Google's Auth Proxy in front of a server of Cloud SQL. */
import * as kubernetes from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { googleIdentity } from "../google/workload-identity.ts";
import { disruptionBudget, rollingUpdate } from "../kubernetes/availability.ts";
import { clientLabel, type Identity, imageVersion, labels, selector } from "../kubernetes/labels.ts";
import { objectMetadata } from "../kubernetes/metadata.ts";
import { allow, fromPods, metadataServer, toGoogleApis, toNetworks } from "../kubernetes/network.ts";
import { type PodArgs, podTemplate } from "../kubernetes/pod.ts";
import { http, probes } from "../kubernetes/probes.ts";
import { Replacement, rolloutTimeouts } from "../kubernetes/timeouts.ts";
import { project as projectRoles } from "../sdk.ts";
import type { DatabaseServer } from "../site/endpoints.ts";
import { type CloudSqlPostgres, type CloudSqlProxy, proxyResources } from "./cloud-sql-settings.ts";
import type { KindArgs } from "./kind.ts";
import { postgresPort } from "./settings.ts";

const proxyHealthPort = 9090;
/** Port on which a server of Cloud SQL takes what comes through the proxy. */
const proxiedPort = 3307;

interface ProxyArgs extends KindArgs {
  readonly server: CloudSqlPostgres;
  readonly proxy: CloudSqlProxy;
  readonly connectionName: pulumi.Input<string>;
}

/** Pods that hand connections on to the server. They alone have an identity at Google. */
export function declareProxy(name: string, args: ProxyArgs, options: pulumi.CustomResourceOptions) {
  const { namespace, instance, server } = args;
  const { image, account, replicas, apiNetworks } = args.proxy;
  const identity: Identity = {
    instance,
    component: "database-proxy",
    software: "cloud-sql-proxy",
    version: imageVersion(image),
  };
  const pods = selector(identity);
  const metadata = objectMetadata({ name, namespace, labels: labels(identity) });
  const google = googleIdentity(name, { ...args, identity, project: server.project, account }, options);
  const role = new (projectRoles().IAMMember)(
    `${name}-client`,
    {
      project: server.project,
      role: "roles/cloudsql.client",
      member: google.member,
      condition: onlyServer(server),
    },
    options,
  );
  const policy = new kubernetes.networking.v1.NetworkPolicy(
    name,
    {
      metadata,
      spec: allow({
        pods,
        from: [fromPods(clientLabel("database"), postgresPort)],
        to: [
          toNetworks(server.networks, proxiedPort),
          // Google's API hands out the certificates.
          toGoogleApis(apiNetworks),
          ...metadataServer,
        ],
        resolvers: args.pods?.dnsResolvers,
      }),
    },
    options,
  );
  const pod = proxyPod(args, identity, google.serviceAccount);
  new kubernetes.apps.v1.Deployment(
    name,
    {
      metadata,
      spec: { replicas, selector: { matchLabels: pods }, strategy: rollingUpdate, template: podTemplate(pod) },
    },
    { ...options, dependsOn: [policy, role], ...rolloutTimeouts(pod, Replacement.NewFirst, replicas) },
  );
  new kubernetes.core.v1.Service(
    name,
    {
      metadata,
      spec: {
        selector: pods,
        ports: [{ name: "main", port: postgresPort, targetPort: postgresPort, protocol: "TCP" }],
      },
    },
    options,
  );
  if (replicas > 1) {
    new kubernetes.policy.v1.PodDisruptionBudget(name, { metadata, spec: disruptionBudget(pods) }, options);
  }
  const access = {
    clientLabels: clientLabel("database"),
    destination: { kind: "pods" as const, labels: pods, port: postgresPort },
  };
  // From here to the pods inside the cluster; the proxy encrypts what leaves it.
  return { host: name, sslMode: "disable" as DatabaseServer["sslMode"], access };
}

/**
 * The role is the project's, so that without this the proxy could connect to every server there.
 * https://cloud.google.com/sql/docs/postgres/iam-conditions
 */
function onlyServer({ project, name }: CloudSqlPostgres) {
  return {
    title: `server ${name}`,
    expression: `resource.name == "projects/${project}/instances/${name}" && resource.service == "sqladmin.googleapis.com"`,
  };
}

function proxyPod(args: ProxyArgs, identity: Identity, serviceAccount: pulumi.Input<string>): PodArgs {
  const { server, connectionName, pods: settings } = args;
  const { image, replicas } = args.proxy;
  return {
    identity,
    image,
    args: [
      ...(server.privateNetwork === undefined ? [] : ["--private-ip"]),
      "--address=0.0.0.0",
      `--port=${postgresPort}`,
      "--health-check",
      "--http-address=0.0.0.0",
      `--http-port=${proxyHealthPort}`,
      connectionName,
    ],
    ports: { postgresql: postgresPort },
    probes: probes({ ready: http("/readiness", proxyHealthPort), alive: http("/liveness", proxyHealthPort) }),
    resources: proxyResources,
    serviceAccount,
    settings,
    // Open connections have so long to end.
    terminationGracePeriodSeconds: 60,
    spread: replicas > 1,
  };
}

/** Google's Auth Proxy in front of a Cloud SQL server. */
import * as kubernetes from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { googleIdentity } from "../google/workload-identity.ts";
import { declareDeployment } from "../kubernetes/declare/deployment.ts";
import { clientLabel, type Identity, imageVersion } from "../kubernetes/labels.ts";
import { fromPods, metadataServer, toGoogleApis, toNetworks } from "../kubernetes/network.ts";
import type { PodArgs } from "../kubernetes/pod.ts";
import { http, probes } from "../kubernetes/probes.ts";
import { mainService } from "../kubernetes/service.ts";
import { project as projectRoles } from "../sdk.ts";
import type { DatabaseServer } from "../site/endpoints.ts";
import { type CloudSqlPostgres, type CloudSqlProxy, proxyResources } from "./cloud-sql-settings.ts";
import type { KindArgs } from "./kind.ts";
import { postgresPort } from "./settings.ts";

const proxyHealthPort = 9090;
/** Port on which a Cloud SQL server accepts connections from the proxy. */
const proxiedPort = 3307;

interface ProxyArgs extends KindArgs {
  readonly server: CloudSqlPostgres;
  readonly proxy: CloudSqlProxy;
  readonly connectionName: pulumi.Input<string>;
}

/** Pods that forward connections to the server. Only they have a Google identity. */
export function declareProxy(name: string, args: ProxyArgs, options: pulumi.CustomResourceOptions) {
  const { namespace, instance, server } = args;
  const { image, account, replicas, apiNetworks } = args.proxy;
  const identity: Identity = {
    instance,
    component: "database-proxy",
    software: "cloud-sql-proxy",
    version: imageVersion(image),
  };
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
  const { metadata, pods } = declareDeployment(
    name,
    {
      namespace,
      pod: proxyPod(args, identity, google.serviceAccount),
      from: [fromPods(clientLabel("database"), postgresPort)],
      to: [
        toNetworks(server.networks, proxiedPort),
        // The proxy fetches certificates from Google's API.
        toGoogleApis(apiNetworks),
        ...metadataServer,
      ],
      number: { replicas },
      dependsOn: [role],
    },
    options,
  );
  new kubernetes.core.v1.Service(name, { metadata, spec: mainService(pods, postgresPort) }, options);
  const access = {
    clientLabels: clientLabel("database"),
    destination: { kind: "pods" as const, labels: pods, port: postgresPort },
  };
  // Unencrypted only inside the cluster; the proxy encrypts the connection to the server.
  return { host: name, sslMode: "disable" as DatabaseServer["sslMode"], access };
}

/**
 * The role is granted on the project. Without this condition the proxy could connect to every server in it.
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
  const { image } = args.proxy;
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
    // Time for open connections to end.
    terminationGracePeriodSeconds: 60,
  };
}

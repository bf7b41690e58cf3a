/** Runs once per release, before web and workers start: databases, migrations, permissions, sysadmin, index. */
import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { bootstrapScripts } from "../../ckan/scripts.ts";
import { ckanPod } from "../configuration/ckan-pod.ts";
import { configFiles } from "../kubernetes/declare/config-files.ts";
import { declareJob } from "../kubernetes/declare/job.ts";
import { type Identity, labels, selector } from "../kubernetes/labels.ts";
import { objectMetadata } from "../kubernetes/metadata.ts";
import { allow } from "../kubernetes/network.ts";
import { configMapMount, type PodSettings } from "../kubernetes/pod.ts";
import { sized } from "../kubernetes/resources.ts";
import type { Credentials } from "../site/credentials.ts";
import { credentialsSecret } from "../site/credentials-secret.ts";
import type {
  CkanRuntime,
  DatabaseEndpoints,
  DatabaseServer,
  EnvironmentVariable,
  SecretReference,
} from "../site/endpoints.ts";
import { Purpose } from "../site/purposes.ts";

export interface CkanBootstrapArgs {
  readonly namespace: pulumi.Input<string>;
  readonly credentials: Credentials;
  readonly runtime: CkanRuntime;
  readonly database: DatabaseEndpoints;
  /** `host:port` of every server that must answer before CKAN can start. */
  readonly waitFor: readonly pulumi.Input<string>[];
  readonly plugins: readonly string[];
  readonly administrator: { readonly name: string; readonly email: string };
  readonly xloaderTokenId: SecretReference;
  /** @default DataPusher is not used */
  readonly dataPusherTokenId?: SecretReference | undefined;
  /** Settings that all pods of the instance share. @default a fixed UID, public images */
  readonly pods?: PodSettings | undefined;
}

const resources = sized("250m", "384Mi", "1", "768Mi");

/** Seconds to wait for servers that start at the same time, including the first pull of their images. */
const waitSeconds = 420;

/** Seconds for the whole job: indexing 30,000 datasets takes ten minutes, or half an hour if they are large and the servers slow. */
const deadlineSeconds = 3600;

/** Seconds for which a migration may go on in a terminating pod. Everything else ends within seconds. */
const migrationSeconds = 1800;

export class CkanBootstrap extends pulumi.ComponentResource {
  constructor(name: string, args: CkanBootstrapArgs, opts: pulumi.ComponentResourceOptions = {}) {
    super("ckan:index:CkanBootstrap", name, {}, opts);
    const { namespace, credentials, runtime } = args;
    const identity: Identity = {
      instance: credentials.instance,
      component: "bootstrap",
      software: "ckan",
      version: runtime.version,
    };
    const administrator = credentialsSecret(
      `${name}-administrator`,
      { namespace, identity, credentials, data: { password: credentials.derive(Purpose.Administrator) } },
      { parent: this },
    );
    const script = configFiles(name, { namespace, identity, data: bootstrapScripts }, { parent: this });
    const policy = new kubernetes.networking.v1.NetworkPolicy(
      name,
      {
        metadata: objectMetadata({ name, namespace, labels: labels(identity) }),
        spec: allow({ pods: selector(identity), to: runtime.access, resolvers: args.pods?.dnsResolvers }),
      },
      { parent: this },
    );
    const pod = ckanPod(runtime, identity);
    declareJob(
      name,
      {
        namespace,
        pod: {
          ...pod,
          command: ["python3", "/etc/bootstrap/bootstrap.py"],
          environment: [...runtime.environment, ...bootstrapEnvironment(args, administrator.password)],
          mounts: [...(pod.mounts ?? []), configMapMount("script", "/etc/bootstrap", script)],
          resources,
          settings: args.pods,
          terminationGracePeriodSeconds: migrationSeconds,
        },
        deadlineSeconds,
      },
      { parent: this, dependsOn: [policy] },
    );
    this.registerOutputs();
  }
}

/** Variables besides CKAN's own connections. No other pod gets the credentials of the database server's administrator. */
function bootstrapEnvironment(args: CkanBootstrapArgs, password: SecretReference): readonly EnvironmentVariable[] {
  const { server, main, datastore, datastoreReader } = args.database;
  const { plugins, administrator, credentials } = args;
  return [
    { name: "WAIT_FOR", value: pulumi.all([...args.waitFor]).apply((servers) => servers.join(" ")) },
    { name: "WAIT_SECONDS", value: String(waitSeconds) },
    { name: "DATABASE_HOST", value: server.host },
    { name: "DATABASE_PORT", value: String(server.port) },
    { name: "DATABASE_SSL_MODE", value: server.sslMode },
    ...databaseAdministrator(server),
    { name: "DATABASE_NAME", value: main.database },
    { name: "DATABASE_USER", value: main.user },
    { name: "DATASTORE", value: plugins.includes("datastore") ? "true" : "false" },
    { name: "DATASTORE_NAME", value: datastore.database },
    { name: "DATASTORE_READER_USER", value: datastoreReader.user },
    { name: "ADMINISTRATOR_NAME", value: administrator.name },
    { name: "ADMINISTRATOR_EMAIL", value: administrator.email },
    { name: "ADMINISTRATOR_GENERATION", value: String(credentials.generation(Purpose.Administrator)) },
    ...(credentials.newRoot === undefined ? [] : [{ name: "ADMINISTRATOR_NEW_ROOT", value: credentials.newRoot }]),
    { name: "ADMINISTRATOR_PASSWORD", secret: password },
    ...(args.dataPusherTokenId === undefined ? [] : [{ name: "DATAPUSHER_TOKEN_ID", secret: args.dataPusherTokenId }]),
    ...(plugins.includes("xloader") ? [{ name: "XLOADER_TOKEN_ID", secret: args.xloaderTokenId }] : []),
  ];
}

function databaseAdministrator({ administrator }: DatabaseServer): readonly EnvironmentVariable[] {
  if (administrator === undefined) return [];
  const { user, password, previousPassword } = administrator;
  return [
    { name: "DATABASE_ADMINISTRATOR", value: user },
    { name: "DATABASE_ADMINISTRATOR_PASSWORD", secret: password },
    ...(previousPassword === undefined
      ? []
      : [{ name: "DATABASE_ADMINISTRATOR_PREVIOUS_PASSWORD", secret: previousPassword }]),
  ];
}

/** The search core of one instance: its own Solr, or a core on one that exists. */
import * as pulumi from "@pulumi/pulumi";
import { declareServer } from "../kubernetes/declare/stateful-server.ts";
import { Protection } from "../kubernetes/durability.ts";
import { type Identity, imageVersion } from "../kubernetes/labels.ts";
import { toNetworks } from "../kubernetes/network.ts";
import type { PodSettings, Resources } from "../kubernetes/pod.ts";
import { http, probes, tcp } from "../kubernetes/probes.ts";
import type { Credentials } from "../site/credentials.ts";
import { credentialsSecret } from "../site/credentials-secret.ts";
import type { SearchEndpoint } from "../site/endpoints.ts";
import { sizes } from "../site/sizes.ts";

/** Where the core lives. */
export type SolrServerArgs = InClusterSolr | ExternalSolr;

/** A server of this instance's own: one pod with a volume. The index can always be built again from the database. */
export interface InClusterSolr {
  readonly kind: "in-cluster";
  /** Image with a core named `ckan` that has CKAN's schema, such as images/solr or ckan/ckan-solr. */
  readonly image: string;
  /** Java heap, below the memory limit. @default 512Mi */
  readonly heap?: string;
  /** Size of the index volume. @default 5Gi */
  readonly storage?: string;
  /** StorageClass of the volume when it is made; one that exists keeps its own. @default the cluster's own */
  readonly storageClass?: string | undefined;
  /** @default 100m to 1 processor, 1Gi */
  readonly resources?: Resources;
  /** Name of a PriorityClass of the cluster. @default the cluster's own */
  readonly priorityClass?: string | undefined;
}

/** A core that exists, with the schema of the CKAN version that uses it. */
export interface ExternalSolr {
  readonly kind: "external";
  readonly host: pulumi.Input<string>;
  /** @default 8983 */
  readonly port?: number;
  /** @default ckan */
  readonly core?: string;
  /** Whether it speaks https only; authorities are the site's `caBundle`, or the image's. @default false */
  readonly tls?: boolean | undefined;
  /** User and password (basic authentication), without % and blanks, and the name without colons. @default it asks nobody */
  readonly login?: { readonly user: string; readonly password: pulumi.Input<string> } | undefined;
  /** IPv4 networks that hold the server, for the network policies. @default 0.0.0.0/0 */
  readonly networks?: readonly string[];
}

export interface SolrCoreArgs {
  readonly namespace: pulumi.Input<string>;
  /** Name of the CKAN instance, for labels. */
  readonly instance: string;
  /** What the Secret with a login's password is named by: needed beside `login`. @default none */
  readonly credentials?: Credentials | undefined;
  readonly server: SolrServerArgs;
  /** What a destroy leaves. @default protected */
  readonly protection?: Protection;
  /** What is the same for every pod of the instance. @default a fixed user, images that anybody may pull */
  readonly pods?: PodSettings | undefined;
}

const serverPort = 8983;
const core = "ckan";

export class SolrCore extends pulumi.ComponentResource {
  readonly endpoint: SearchEndpoint;

  constructor(name: string, args: SolrCoreArgs, opts: pulumi.ComponentResourceOptions = {}) {
    super("ckan:index:SolrCore", name, {}, opts);
    const { server } = args;
    switch (server.kind) {
      case "in-cluster":
        this.endpoint = this.inCluster(name, args, server);
        break;
      case "external":
        this.endpoint = this.external(name, args, server);
        break;
    }
    this.registerOutputs();
  }

  private inCluster(name: string, args: SolrCoreArgs, server: InClusterSolr): SearchEndpoint {
    const identity = identityOf(args, imageVersion(server.image));
    const { host, access } = declareServer(
      name,
      {
        namespace: args.namespace,
        pod: {
          identity,
          image: server.image,
          environment: [
            { name: "SOLR_HEAP", value: javaSize(server.heap ?? sizes.search.heap) },
            // The configuration is the image's. Through the Config API any pod that searches could add handlers that run code.
            { name: "SOLR_OPTS", value: "-Ddisable.configEdit=true" },
          ],
          probes: probes({ ready: http(`/solr/${core}/admin/ping`, serverPort), alive: tcp(serverPort) }),
          resources: server.resources ?? sizes.search.resources,
          priorityClass: server.priorityClass,
          settings: args.pods,
          terminationGracePeriodSeconds: 60,
        },
        port: serverPort,
        dataPath: "/var/solr",
        storage: server.storage ?? sizes.search.storage,
        storageClass: server.storageClass,
        protection: args.protection ?? Protection.Protected,
      },
      { parent: this },
    );
    return { host, port: serverPort, core, access };
  }

  private external(name: string, args: SolrCoreArgs, server: ExternalSolr): SearchEndpoint {
    const { host, port = serverPort, networks = ["0.0.0.0/0"], tls, login } = server;
    const endpoint = {
      host,
      port,
      core: server.core ?? core,
      ...(tls && { tls }),
      access: toNetworks(networks, port),
    };
    if (login === undefined) return endpoint;
    const { namespace, credentials } = args;
    if (credentials === undefined) throw new Error("credentials: expected them beside server.login, got none");
    const { password } = credentialsSecret(
      `${name}-credentials`,
      { namespace, identity: identityOf(args), credentials, data: { password: login.password } },
      { parent: this },
    );
    return { ...endpoint, login: { user: login.user, password } };
  }
}

function identityOf({ instance }: SolrCoreArgs, version?: string): Identity {
  return { instance, component: "search", software: "solr", version };
}

/** Java writes 512m where Kubernetes writes 512Mi. */
function javaSize(quantity: string): string {
  const size = /^(\d+)(Ki|Mi|Gi)$/.exec(quantity);
  if (size === null)
    throw new Error(`heap: expected a quantity in whole Ki, Mi or Gi such as 512Mi, got "${quantity}"`);
  return `${size[1]}${size[2]?.charAt(0).toLowerCase()}`;
}

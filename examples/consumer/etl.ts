/** A nightly job that reads the datastore. */
import type { Access, DatastoreConnection } from "@ckan-environments/consumer";
import * as kubernetes from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";

export interface CountRowsArgs {
  /** The site's own: where the datastore is inside the cluster, pods of other namespaces do not get there. */
  readonly namespace: pulumi.Input<string>;
  readonly datastore: DatastoreConnection;
}

/** CKAN keeps a row for each table in this view; query_to_xml counts in them without a program of its own. */
const query = `select name, (xpath('/row/count/text()', query_to_xml(format('select count(*) from %I', name), false, true, '')))[1]
from "_table_metadata" where alias_of is null order by name`;

/** Declares the job, and returns its name. */
export function countRows(name: string, { namespace, datastore }: CountRowsArgs): pulumi.Output<string> {
  const own = { "app.kubernetes.io/name": name };
  const { access, password } = datastore;
  const labels = access.apply((way) => ({ ...own, ...(way.kind === "pods" ? way.clientLabels : {}) }));
  const metadata = { name, namespace, labels: own };
  // A copy of our own: the names of the site's Secrets are the site's business.
  const secret = new kubernetes.core.v1.Secret(name, { metadata, stringData: { password } });
  new kubernetes.networking.v1.NetworkPolicy(name, {
    metadata,
    spec: {
      podSelector: { matchLabels: own },
      policyTypes: ["Ingress", "Egress"],
      egress: [dns, { to: access.apply(peers), ports: [{ port: datastore.port, protocol: "TCP" }] }],
    },
  });
  const pod = podSpec(name, datastore, secret.metadata.name);
  const template = { metadata: { labels }, spec: pod };
  const job = new kubernetes.batch.v1.CronJob(name, {
    metadata,
    spec: {
      schedule: "15 2 * * *",
      concurrencyPolicy: "Forbid",
      jobTemplate: { spec: { backoffLimit: 2, activeDeadlineSeconds: 3600, template } },
    },
  });
  return job.metadata.name;
}

function podSpec(name: string, datastore: DatastoreConnection, secretName: pulumi.Input<string>) {
  const { host, port, database, user, sslMode } = datastore;
  return {
    restartPolicy: "Never",
    automountServiceAccountToken: false,
    securityContext: { runAsNonRoot: true, runAsUser: 20001, seccompProfile: { type: "RuntimeDefault" } },
    containers: [
      {
        name,
        image: "docker.io/library/postgres:17.6-bookworm",
        command: ["psql", "--no-psqlrc", "--csv", "--set=ON_ERROR_STOP=1", `--command=${query}`],
        env: [
          { name: "PGHOST", value: host },
          { name: "PGPORT", value: port.apply(String) },
          { name: "PGDATABASE", value: database },
          { name: "PGUSER", value: user },
          { name: "PGSSLMODE", value: sslMode },
          { name: "PGPASSWORD", valueFrom: { secretKeyRef: { name: secretName, key: "password" } } },
        ],
        resources: { requests: { cpu: "50m", memory: "64Mi" }, limits: { memory: "128Mi" } },
        securityContext: {
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          capabilities: { drop: ["ALL"] },
        },
      },
    ],
  };
}

/** Pods of any namespace, NodeLocal DNSCache and Cloud DNS for GKE; OpenShift's DNS pods listen on 5353. */
const dns = {
  to: [
    { namespaceSelector: {} },
    { ipBlock: { cidr: "169.254.20.10/32" } },
    { ipBlock: { cidr: "169.254.169.254/32" } },
  ],
  ports: [
    { port: 53, protocol: "UDP" },
    { port: 53, protocol: "TCP" },
    { port: 5353, protocol: "UDP" },
    { port: 5353, protocol: "TCP" },
  ],
};

/** Where the datastore is, as a policy says it. */
function peers(access: Access) {
  switch (access.kind) {
    case "pods":
      return [{ podSelector: { matchLabels: access.serverLabels } }];
    case "networks":
      return access.networks.map((cidr) => ({ ipBlock: { cidr, except: [...access.except] } }));
  }
}

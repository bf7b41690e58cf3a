/**
 * Outputs that a stack publishes to other teams: the source of the JSON Schema, the types in consumer/ and the table in docs/outputs.md
 * (`npm run schema`).
 *
 * Every field is always present. Missing values are null; lists and maps without entries are empty. `instances` contains no secret,
 * because a single one would make the whole output secret: secrets are in `credentials`.
 */
import { z } from "zod";
import { contractVersion } from "./version.ts";

const labels = z.record(z.string(), z.string());
const port = z.int().min(1).max(65535);

const inside = z
  .object({
    kind: z.literal("pods"),
    clientLabels: labels.describe("What a pod of that namespace must be labelled with to be let in"),
    serverLabels: labels.describe("Labels of the pods at the far end, for the egress rule of the pod that connects"),
  })
  .meta({
    id: "AccessToPods",
    description: "The server is inside the cluster. Only pods of the instance's own namespace get there.",
  });

const outside = z
  .object({
    kind: z.literal("networks"),
    networks: z.array(z.string()).describe("IPv4 networks that hold the server, for the egress rule of the pod"),
    except: z.array(z.string()).describe("Parts of these networks that are not meant"),
  })
  .meta({ id: "AccessToNetworks", description: "The server is outside the cluster, or reached from there as well." });

const access = z.discriminatedUnion("kind", [inside, outside]).meta({
  id: "Access",
  description: "How a pod gets through network policies to a server, by kind: pods or networks",
});

const host = z.string().describe("Name or address, complete: it means the same in every namespace");

const address = z
  .object({
    type: z.enum(["A", "AAAA", "CNAME"]).describe("Kind of DNS record that leads there"),
    value: z.string().describe("Address, or name"),
  })
  .meta({ id: "Address", description: "Where the name of the site has to lead" });

const datastore = z
  .object({
    host,
    port: port.describe("Port of PostgreSQL"),
    database: z.string().describe("Name of the database"),
    user: z.string().describe("Role that may read what is public and private in the datastore, and write nothing"),
    sslMode: z
      .enum(["disable", "require", "verify-full"])
      .describe("libpq's sslmode; verify-full needs the authority of the server's certificate, which its owner has"),
    access,
  })
  .meta({ id: "Datastore", description: "The datastore by its reader. The password lies in credentials." });

const secretKey = z
  .object({ name: z.string().describe("Name of the Secret"), key: z.string().describe("Its key") })
  .meta({ id: "SecretKey" });

const search = z
  .object({
    url: z.string().describe("Address of the core, inside the cluster unless it is somebody else's"),
    host,
    port: port.describe("Port of Solr"),
    core: z.string().describe("Name of the core"),
    login: z
      .object({
        user: z.string().describe("Name of the user (basic authentication)"),
        passwordSecret: secretKey.describe("Where pods of the namespace find the password"),
      })
      .meta({ id: "SearchLogin" })
      .nullable()
      .describe("Whom it wants to know; null: it asks nobody"),
    access,
  })
  .meta({ id: "Search", description: "The search core of the site." });

const queue = z
  .object({
    host,
    port: port.describe("Port of Redis or Valkey"),
    index: z.int().min(0).describe("Database index"),
    lists: z
      .record(z.string(), z.string())
      .describe("Key of the list that holds the waiting jobs, by the name of the queue; a running job is in none"),
    tls: z
      .enum(["disable", "verify-ca", "verify-full"])
      .describe(
        "verify-full: TLS, with a certificate for the host; verify-ca: with one of an authority that its owner has",
      ),
    user: z.string().nullable().describe("ACL user; null: the server's default user"),
    passwordSecret: secretKey.describe(
      "Where pods of the namespace find the password. A rotation gives it another name",
    ),
    access,
  })
  .meta({
    id: "Queue",
    description: "The job queues, for who measures them. Whoever may read here may write as well.",
  });

const bucket = z
  .object({
    name: z.string().describe("Name of the bucket"),
    endpoint: z.string().describe("URL of the S3 endpoint, without the bucket"),
    region: z.string().describe("Region that requests are signed for"),
    readers: z
      .array(z.string())
      .describe("Others than the site who may read, as IAM names them, such as group:statistics@example.org"),
    serviceAccount: z
      .string()
      .nullable()
      .describe("Account by which another team works with the bucket; null: there is none but the site's own"),
    access,
  })
  .meta({ id: "Bucket" });

const instance = z
  .object({
    url: z.string().describe("Address that people use, without a slash at the end"),
    apiUrl: z.string().describe("Address of CKAN's API: /action/package_search and others follow"),
    internal: z
      .object({
        url: z.string().describe("Address of the web pods, from every namespace"),
        healthUrl: z.string().describe("Answers 200 while CKAN and its database work, 503 while the site is closed"),
      })
      .meta({ id: "Internal", description: "The site inside the cluster" }),
    address: address.nullable().describe("Where the name of the site has to lead; null: this program cannot know"),
    namespace: z.string().describe("Namespace that holds every object of the instance"),
    ckan: z
      .object({
        version: z.string().describe("Version of CKAN"),
        plugins: z.array(z.string()).describe("ckan.plugins, in their order"),
      })
      .meta({ id: "Ckan", description: "What runs there" }),
    datastore: datastore.nullable().describe("The datastore, to read; null: the plugin datastore is not there"),
    search: search,
    queue: queue,
    buckets: z
      .object({
        uploads: bucket.nullable().describe("What is uploaded to the site; null: it lies on a volume"),
        backups: bucket.nullable().describe("Room for backups; null: there is none"),
      })
      .meta({ id: "Buckets", description: "Object storage" }),
    dashboards: z
      .record(z.string(), z.string())
      .describe("Pages that show how the instance is doing, by name, as the stack file lists them"),
  })
  .meta({ id: "Instance", description: "One CKAN site. Nothing of it is a secret." });

const credentials = z
  .object({
    datastorePassword: z
      .string()
      .nullable()
      .describe("Password of the datastore's reader; null: there is no datastore"),
  })
  .meta({ id: "InstanceCredentials", description: "What is secret of an instance" });

/** All outputs of a stack that other teams may rely on. Further outputs are not part of the contract. */
export const environmentDocument = z
  .object({
    contractVersion: z.literal(contractVersion).describe("Version of this document"),
    environment: z.string().describe("Name of the environment, which is the stack's"),
    instances: z.record(z.string(), instance).describe("Every CKAN site of the environment, by name"),
    credentials: z.record(z.string(), credentials).describe("Secrets of the same instances, by the same names"),
  })
  .meta({ title: "What a CKAN environment publishes" });

export type EnvironmentDocument = z.infer<typeof environmentDocument>;
export type InstanceDocument = z.infer<typeof instance>;
export type CredentialsDocument = z.infer<typeof credentials>;
export type AccessDocument = z.infer<typeof access>;
export type BucketDocument = z.infer<typeof bucket>;

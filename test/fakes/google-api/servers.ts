/** Cloud SQL for PostgreSQL, whose operations are done at once. https://cloud.google.com/sql/docs/postgres/admin-api/rest/v1beta4 */
import { createHash } from "node:crypto";
import { serverRefusals } from "../gcp-refusals.ts";
import { type Accounts, projectNumber } from "./accounts.ts";
import { asProperties, type Call, existing, named, type Properties, patched, type Route, refuse } from "./calls.ts";
import type { GoogleState } from "./state.ts";

interface Server {
  readonly resource: Properties;
  readonly settings: Properties;
  /** Passwords of users by name. */
  readonly users: Map<string, string>;
}

const instances = "/sql/v1beta4/projects/{project}/instances";
const one = `${instances}/{instance}`;
const network = "/service-networking/v1/services/servicenetworking.googleapis.com/connections";

export class Servers {
  readonly #accounts: Accounts;
  readonly #servers = new Map<string, Server>();
  #operations = 0;

  constructor(accounts: Accounts) {
    this.#accounts = accounts;
  }

  readonly routes: readonly Route[] = [
    { method: "POST", path: instances, answer: (call) => this.#create(call) },
    { method: "GET", path: one, answer: (call) => described(this.#server(call)) },
    { method: "PUT", path: one, answer: (call) => this.#update(call) },
    { method: "PATCH", path: one, answer: (call) => this.#patch(call) },
    { method: "DELETE", path: one, answer: (call) => this.#delete(call) },
    { method: "GET", path: `${one}/users`, answer: (call) => this.#users(call) },
    { method: "POST", path: `${one}/users`, answer: (call) => this.#setUser(call, String(call.body["name"])) },
    { method: "PUT", path: `${one}/users`, answer: (call) => this.#setUser(call, call.query.get("name") ?? "") },
    { method: "DELETE", path: `${one}/users`, answer: (call) => this.#deleteUser(call) },
    { method: "GET", path: network, answer: ({ query }) => connections(query.get("network") ?? "") },
  ];

  state(): Pick<GoogleState, "servers"> {
    const servers = [...this.#servers.values()].map(({ resource, settings, users }) => ({
      name: String(resource["name"]),
      settings,
      users: [...users.keys()],
    }));
    return { servers };
  }

  /** The name of a deleted one is free again at once. https://cloud.google.com/sql/docs/postgres/delete-instance */
  #create(call: Call): object {
    const project = named(call, "project");
    const { settings, ...rest } = call.body;
    const { name, region } = rest;
    const id = `${project}/${name}`;
    refuse(this.#servers.has(id), 409, "The Cloud SQL instance already exists.", "instanceAlreadyExists");
    const wanted = completed(asProperties(settings));
    check(wanted);
    const number = projectNumber(project);
    // Another account for each, also under the name of one that was deleted.
    const digits = createHash("md5").update(`${id} ${this.#operations}`).digest("hex").slice(0, 6);
    const serviceAccountEmailAddress = `p${number}-${digits}@gcp-sa-cloud-sql.iam.gserviceaccount.com`;
    this.#accounts.principals.add(serviceAccountEmailAddress);
    const resource = {
      ...rest,
      kind: "sql#instance",
      state: "RUNNABLE",
      project,
      backendType: "SECOND_GEN",
      instanceType: "CLOUD_SQL_INSTANCE",
      connectionName: `${project}:${region}:${name}`,
      selfLink: `https://sqladmin.googleapis.com/sql/v1beta4/projects/${project}/instances/${name}`,
      serviceAccountEmailAddress,
      gceZone: `${region}-a`,
      serverCaCert: {
        kind: "sql#sslCert",
        certSerialNumber: "0",
        cert: "certificate",
        commonName: "C=US",
        sha1Fingerprint: digits,
      },
      maintenanceVersion: "POSTGRES_17_5.R20260701.00_04",
      sqlNetworkArchitecture: "NEW_NETWORK_ARCHITECTURE",
      createTime: new Date().toISOString(),
    };
    this.#servers.set(id, { resource, settings: wanted, users: new Map([["postgres", ""]]) });
    return this.#operation(call, "CREATE");
  }

  /** Replaces all settings; only whoever knows the newest may (pulumi/pulumi-google-native#323, pulumi/pulumi-gcp#794). */
  #update(call: Call): object {
    const { settings } = this.#server(call);
    const given = asProperties(call.body["settings"]);
    const version = given["settingsVersion"];
    refuse(version === undefined, 400, "Missing parameter: Settings version.", "required");
    refuse(version !== settings["settingsVersion"], 412, "Condition does not match.", "staleData");
    const { dataDiskSizeGb = settings["dataDiskSizeGb"] } = given;
    return this.#change(call, completed({ ...given, dataDiskSizeGb }));
  }

  #patch(call: Call): object {
    const { settings } = this.#server(call);
    return this.#change(call, patched(settings, asProperties(call.body["settings"])));
  }

  /** A disk only grows: pulumi/pulumi-gcp#2307. */
  #change(call: Call, wanted: Properties): object {
    const { resource, settings, users } = this.#server(call);
    const sizes = [settings, wanted].map(({ dataDiskSizeGb }) => Number(dataDiskSizeGb));
    const [current = 0, requested = 0] = sizes;
    const message = `Invalid request: The disk size cannot decrease. Current size: ${current} GB, requested: ${requested} GB..`;
    refuse(requested < current, 400, message, "invalid");
    check(wanted);
    const settingsVersion = String(Number(settings["settingsVersion"]) + 1);
    const { settings: _, kind: __, ...others } = call.body;
    this.#servers.set(this.#id(call), {
      resource: { ...resource, ...others },
      settings: { ...wanted, settingsVersion },
      users,
    });
    return this.#operation(call, "UPDATE");
  }

  /** https://cloud.google.com/sql/docs/postgres/deletion-protection; the words are those of the provider's own tests. */
  #delete(call: Call): object {
    const { resource, settings } = this.#server(call);
    const message =
      "The instance is protected. Please disable the deletion protection and try again. To disable deletion protection, update the instance settings with deletionProtectionEnabled set to false.";
    refuse(settings["deletionProtectionEnabled"] === true, 400, message, "invalid");
    this.#servers.delete(this.#id(call));
    this.#accounts.bury(String(resource["serviceAccountEmailAddress"]));
    return this.#operation(call, "DELETE");
  }

  #users(call: Call): object {
    const place = { kind: "sql#user", project: named(call, "project"), instance: named(call, "instance"), host: "" };
    const items = [...this.#server(call).users.keys()].map((name) => ({ ...place, name, etag: "etag" }));
    return { kind: "sql#usersList", items };
  }

  /** One that is there already gets another password (terraform-google-modules/terraform-google-sql-db#461). */
  #setUser(call: Call, name: string): object {
    this.#server(call).users.set(name, String(call.body["password"]));
    return this.#operation(call, "CREATE_USER");
  }

  #deleteUser(call: Call): object {
    this.#server(call).users.delete(call.query.get("name") ?? "");
    return this.#operation(call, "DELETE_USER");
  }

  #operation(call: Call, operationType: string): object {
    this.#operations += 1;
    const targetProject = named(call, "project");
    return {
      kind: "sql#operation",
      status: "DONE",
      name: `operation-${this.#operations}`,
      operationType,
      targetProject,
    };
  }

  #server(call: Call): Server {
    return existing(
      this.#servers.get(this.#id(call)),
      "The Cloud SQL instance does not exist.",
      "instanceDoesNotExist",
    );
  }

  #id(call: Call): string {
    return `${named(call, "project")}/${named(call, "instance")}`;
  }
}

function described({ resource, settings }: Server): object {
  const { ipv4Enabled, privateNetwork } = asProperties(settings["ipConfiguration"]);
  const ipAddresses = [
    ...(ipv4Enabled === true ? [{ type: "PRIMARY", ipAddress: "203.0.113.30" }] : []),
    ...(ipv4Enabled === true ? [{ type: "OUTGOING", ipAddress: "203.0.113.31" }] : []),
    ...(privateNetwork === undefined ? [] : [{ type: "PRIVATE", ipAddress: "10.20.0.3" }]),
  ];
  return { ...resource, settings, ipAddresses };
}

/** What Google adds to settings of which nothing is said. */
function completed(settings: Properties): Properties {
  const { backupConfiguration, ipConfiguration, insightsConfig, ...rest } = settings;
  return {
    kind: "sql#settings",
    activationPolicy: "ALWAYS",
    pricingPlan: "PER_USE",
    replicationType: "SYNCHRONOUS",
    storageAutoResizeLimit: "0",
    connectorEnforcement: "NOT_REQUIRED",
    settingsVersion: "1",
    ...rest,
    backupConfiguration: {
      kind: "sql#backupConfiguration",
      backupTier: "STANDARD",
      transactionalLogStorageState: "CLOUD_STORAGE",
      ...asProperties(backupConfiguration),
    },
    ipConfiguration: {
      requireSsl: true,
      serverCaMode: "GOOGLE_MANAGED_INTERNAL_CA",
      ...asProperties(ipConfiguration),
    },
    insightsConfig: { queryStringLength: 1024, queryPlansPerMinute: 5, ...asProperties(insightsConfig) },
  };
}

function check(settings: Properties): void {
  for (const [refused, reason] of serverRefusals(settings)) {
    refuse(refused, 400, `Invalid request: ${reason}`, "invalid");
  }
}

/** Every network is joined to Google's services. */
function connections(network: string): object {
  return { connections: [{ network, peering: "servicenetworking-googleapis-com", reservedPeeringRanges: ["google"] }] };
}

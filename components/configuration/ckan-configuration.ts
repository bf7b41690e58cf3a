/** What all pods of one CKAN site share: ckan.ini, and the keys of sessions and API tokens. */
import * as pulumi from "@pulumi/pulumi";
import { apiToken } from "../../ckan/api-token.ts";
import { ckanSettings, renderIni, type Site } from "../../ckan/settings.ts";
import { checked, checkedAmong } from "../../config/arguments.ts";
import { egressAccess, proxyEnvironment } from "../egress/egress.ts";
import { type EgressArgs, type EgressSettings, egressSettings } from "../egress/settings.ts";
import { caBundleEnvironment, caBundleFile } from "../kubernetes/ca-bundle.ts";
import { configFiles } from "../kubernetes/declare/config-files.ts";
import type { Identity } from "../kubernetes/labels.ts";
import { mailAccess, siteMail } from "../mail/mail.ts";
import { mailSettings } from "../mail/settings.ts";
import type { Credential, Credentials } from "../site/credentials.ts";
import { credentialsSecret } from "../site/credentials-secret.ts";
import type {
  CkanRuntime,
  DatabaseEndpoints,
  Egress,
  EnvironmentVariable,
  LoaderEndpoint,
  ObjectStore,
  QueueEndpoint,
  SearchEndpoint,
  SecretReference,
} from "../site/endpoints.ts";
import { Purpose } from "../site/purposes.ts";
import { userError } from "../user-error.ts";
import { ckanEnvironment } from "./ckan-environment.ts";
import { declareSecretSettings, type SiteSecrets } from "./site-secrets.ts";

export interface CkanConfigurationArgs extends SiteSecrets, EgressArgs {
  readonly namespace: pulumi.Input<string>;
  readonly credentials: Credentials;
  /** Image with CKAN, its plugins and uWSGI. */
  readonly image: string;
  /** CKAN's version inside the image. */
  readonly version: string;
  readonly site: Omit<Site, "mail" | "dataPusherUrl">;
  readonly database: DatabaseEndpoints;
  readonly search: SearchEndpoint;
  readonly queue: QueueEndpoint;
  /** @default uploads stay on a volume of the web pod */
  readonly store?: ObjectStore | undefined;
  /** @default DataPusher is not used */
  readonly dataPusher?: LoaderEndpoint | undefined;
}

/** Folder that holds ckan.ini. */
const folder = "/etc/ckan";

export class CkanConfiguration extends pulumi.ComponentResource {
  /** For pods that run CKAN, write no files and have no egress. */
  readonly runtime: CkanRuntime;
  /** For web, which writes files and has egress. The bootstrap has none, because it holds the servers' passwords. */
  readonly serving: CkanRuntime;
  /** For workers: as `serving`, but with the store's read-only key if it has one. */
  readonly working: CkanRuntime;
  /** Id of the API token that XLoader uses; the bootstrap registers it in CKAN. */
  readonly xloaderTokenId: SecretReference;
  /** The same for DataPusher, if it is used. */
  readonly dataPusherTokenId: SecretReference | undefined;
  /** Egress for pods that run something other than CKAN. */
  readonly egress: Egress;

  constructor(name: string, args: CkanConfigurationArgs, opts: pulumi.ComponentResourceOptions = {}) {
    const mail = args.mail && checked(mailSettings, args.mail, `${name}.mail`);
    const settings = checkedAmong(egressSettings, args, name);
    super("ckan:index:CkanConfiguration", name, {}, opts);
    const { namespace, credentials, database, search, queue, store, dataPusher } = args;
    const { caBundle } = settings;
    const identity: Identity = {
      instance: credentials.instance,
      component: "configuration",
      software: "ckan",
      version: args.version,
    };
    const self = { parent: this };
    const site = { ...args.site, mail: mail && siteMail(mail), dataPusherUrl: dataPusher?.url };
    const data = { "ckan.ini": renderIni(ckanSettings(site)) };
    const keys = this.keys(`${name}-keys`, args, identity);
    const secrets = declareSecretSettings(`${name}-settings`, args, { namespace, identity, credentials }, self);
    const connections = { database, search, queue, keys, iniPath: `${folder}/ckan.ini` };
    const environment = (own: ObjectStore | undefined) => [
      ...ckanEnvironment({ ...connections, store: own }),
      ...secrets,
      ...this.egress.environment,
    ];
    const trusted = (text: string) =>
      configFiles(`${name}-ca`, { namespace, identity, data: { [caBundleFile]: text } }, self);
    this.egress = {
      caBundle: caBundle === undefined ? undefined : trusted(caBundle),
      environment: egressEnvironment(args, settings),
      access: egressAccess(settings),
    };
    this.runtime = {
      image: args.image,
      version: args.version,
      configMap: configFiles(name, { namespace, identity, data }, self),
      caBundle: this.egress.caBundle,
      environment: environment(store && { ...store, ...store.readerKey }),
      access: [database.access, search.access, queue.access, ...(store === undefined ? [] : [store.access])],
    };
    const { runtime, egress } = this;
    const named = [...(mail === undefined ? [] : [mailAccess(mail)]), ...(dataPusher ? [dataPusher.access] : [])];
    this.working = { ...runtime, access: [...runtime.access, ...named, ...egress.access] };
    this.serving = { ...this.working, environment: environment(store) };
    this.dataPusherTokenId = keys["datapusher-token-id"];
    this.xloaderTokenId = keys["xloader-token-id"];
    this.registerOutputs();
  }

  private keys(name: string, args: CkanConfigurationArgs, identity: Identity) {
    const { namespace, credentials } = args;
    const apiTokens = credentials.derive(Purpose.ApiTokens);
    const token = (id: Credential) => id.combine(apiTokens, apiToken);
    const xloader = credentials.derive(Purpose.XLoader);
    const dataPusher = credentials.derive(Purpose.DataPusher);
    return credentialsSecret(
      name,
      {
        namespace,
        identity,
        credentials,
        data: {
          session: credentials.derive(Purpose.Session),
          "api-tokens": apiTokens,
          "xloader-token-id": xloader,
          "xloader-token": token(xloader),
          ...(args.dataPusher !== undefined && {
            "datapusher-token-id": dataPusher,
            "datapusher-token": token(dataPusher),
          }),
        },
      },
      { parent: this },
    );
  }
}

/**
 * Variables for egress. The site's own parts and servers bypass the proxy.
 * @throws RunError when the database's certificate is to be verified without a `caBundle`
 */
function egressEnvironment(
  { site, database, search, queue, store, dataPusher }: CkanConfigurationArgs,
  { caBundle, proxy }: EgressSettings,
): readonly EnvironmentVariable[] {
  if (database.server.sslMode === "verify-full" && caBundle === undefined)
    throw userError("caBundle: expected the authority of the database's certificate: its sslMode is verify-full");
  const servers = [database.server, search, queue, ...(store ? [store] : []), ...(dataPusher ? [dataPusher] : [])];
  const hosts = [new URL(site.internalUrl).hostname, ...servers.map(({ host }) => host)];
  return [
    ...(caBundle === undefined ? [] : caBundleEnvironment(database.server)),
    ...(proxy === undefined ? [] : proxyEnvironment(proxy, hosts)),
  ];
}

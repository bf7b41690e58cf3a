/** The real program refuses what cannot work with the world around a site, in one line, and declares nothing. */
import { describe, expect, test } from "vitest";
import { locales } from "../../ckan/locales.ts";
import { certificate, privateKey } from "../support/certificates.ts";
import { instance, pushing, stackFile } from "../support/configuration.ts";
import { refusalOf } from "../support/program.ts";

const opendata = (settings: Record<string, unknown>, more: Record<string, unknown> = {}) =>
  stackFile({ opendata: settings }, more);
const withCkan = (
  settings: Record<string, unknown>,
  more: Record<string, unknown> = {},
  others: Record<string, unknown> = {},
) => opendata({ ...others, ckan: { ...instance.ckan, ...settings } }, more);

/** A site with Cloudflare in front of it. */
const inZone = (site: Record<string, unknown>, dns: Record<string, unknown> = {}, zone: Record<string, unknown> = {}) =>
  opendata(
    {
      dns: { kind: "cloudflare", target: "203.0.113.10", ...dns },
      ckan: { ...instance.ckan, maximumUploadMegabytes: 94 },
      ...site,
    },
    { "ckan:cloudflare": { zone: "example.org", plan: "pro", ...zone } },
  );

const mail = { host: "smtp.example.org", from: "no-reply@data.example.org" };
const page = "expected a URL such as https://grafana.example.org/d/ckan, with https and without an account";
const own = "expected nothing here: the program sets this setting itself";
const name =
  "expected a CKAN setting such as ckanext.harvest.api_key: lower-case letters, digits, dots and single underscores";
const percent = (setting: string) =>
  `expected a value without %, because instances.opendata.${setting} names it: CKAN takes it for a default of its ini file, where % begins a reference`;
const notNamed =
  "expected the name of a secret key of this stack file such as databaseAdminPassword, not the secret itself";

const languages = `expected locales that CKAN has, with spaces between: ${locales.join(", ")}`;

const rows: readonly (readonly [name: string, stackFile: Record<string, unknown>, line: string])[] = [
  ...["ckan.locales_offered", "ckan.locales_filtered_out", "ckan.locale_order"].map(
    (setting) =>
      [
        `a language that CKAN does not have in ${setting}`,
        withCkan({ settings: { [setting]: "en de_DE zh_Hans_CN" } }),
        `ckan:instances.opendata.ckan.settings.${setting}: ${languages}, got "de_DE"`,
      ] as const,
  ),
  [
    "a mail server without a host",
    opendata({ mail: { from: mail.from } }),
    "ckan:instances.opendata.mail.host: expected a host name or an IPv4 address, got nothing",
  ],
  [
    "a mail server with a scheme",
    opendata({ mail: { ...mail, host: "smtp://smtp.example.org" } }),
    'ckan:instances.opendata.mail.host: expected a host name such as db.example.org or an IPv4 address, without scheme or port, got "smtp://smtp.example.org"',
  ],
  [
    "a mail server's port that is none",
    opendata({ mail: { ...mail, port: 70000 } }),
    "ckan:instances.opendata.mail.port: expected a port number from 1 to 65535, got 70000",
  ],
  [
    "a mail server's port that wants TLS at once",
    opendata({ mail: { ...mail, port: 465 } }),
    "ckan:instances.opendata.mail.port: expected a port that begins in plain text such as 587: CKAN cannot speak TLS first, got 465",
  ],
  [
    "a sender that is no address",
    opendata({ mail: { ...mail, from: "Open data" } }),
    'ckan:instances.opendata.mail.from: expected an e-mail address such as no-reply@data.example.org, got "Open data"',
  ],
  [
    "STARTTLS in words",
    opendata({ mail: { ...mail, startTls: "yes" } }),
    'ckan:instances.opendata.mail.startTls: expected true or false, got "yes"',
  ],
  [
    "an account at the mail server without its password",
    opendata({ mail: { ...mail, user: "site" } }),
    "ckan:instances.opendata.mail.passwordFrom: expected it beside user: CKAN logs in with both or not at all",
  ],
  [
    "a mail server's password without its account",
    opendata({ mail: { ...mail, passwordFrom: "mailPassword" } }, { "ckan:mailPassword": "x" }),
    "ckan:instances.opendata.mail.user: expected it beside passwordFrom: CKAN logs in with both or not at all",
  ],
  [
    "a mail server's password that is not in the file",
    opendata({ mail: { ...mail, user: "site", passwordFrom: "mailPassword" } }),
    "ckan:mailPassword: expected a secret, because instances.opendata.mail.passwordFrom names it: run pulumi config set --secret ckan:mailPassword",
  ],
  [
    "a mail server's password that CKAN's reader would take apart",
    opendata({ mail: { ...mail, user: "site", passwordFrom: "mailPassword" } }, { "ckan:mailPassword": "50%off" }),
    `ckan:mailPassword: ${percent("mail.passwordFrom")}`,
  ],
  [
    "a mail server's password instead of its name, without showing it",
    opendata({ mail: { ...mail, user: "site", passwordFrom: "the password itself!" } }),
    `ckan:instances.opendata.mail.passwordFrom: ${notNamed}`,
  ],
  [
    "a network of the mail server that is none",
    opendata({ mail: { ...mail, networks: ["10.20.0.0"] } }),
    'ckan:instances.opendata.mail.networks.0: expected an IPv4 network such as 10.20.0.0/16, got "10.20.0.0"',
  ],
  [
    "a setting of the mail server among the further ones",
    withCkan({ settings: { "smtp.password": "x" } }),
    `ckan:instances.opendata.ckan.settings.smtp.password: ${own}`,
  ],
  [
    "a secret setting that the program makes itself",
    withCkan({ secretSettings: { "ckanext.xloader.api_token": "token" } }, { "ckan:token": "x" }),
    `ckan:instances.opendata.ckan.secretSettings.ckanext.xloader.api_token: ${own}`,
  ],
  [
    "a setting that is secret and is not",
    withCkan(
      { settings: { "ckanext.ldap.key": "x" }, secretSettings: { "ckanext.ldap.key": "ldapKey" } },
      { "ckan:ldapKey": "x" },
    ),
    "ckan:instances.opendata.ckan.settings.ckanext.ldap.key: expected nothing here: ckan.secretSettings has this setting",
  ],
  [
    "a secret setting whose name no variable can carry",
    withCkan({ secretSettings: { "ckanext.ldap.apiKey": "ldapKey" } }, { "ckan:ldapKey": "x" }),
    `ckan:instances.opendata.ckan.secretSettings.ckanext.ldap.apiKey: ${name}`,
  ],
  [
    "a secret setting that is not in the file",
    withCkan({ secretSettings: { "ckanext.ldap.key": "ldapKey" } }),
    "ckan:ldapKey: expected a secret, because instances.opendata.ckan.secretSettings.ckanext.ldap.key names it: run pulumi config set --secret ckan:ldapKey",
  ],
  [
    "a secret instead of its name, without showing it",
    withCkan({ secretSettings: { "ckanext.ldap.key": "s3cret/itself" } }),
    `ckan:instances.opendata.ckan.secretSettings.ckanext.ldap.key: ${notNamed}`,
  ],
  [
    "a secret setting that CKAN's reader would take apart",
    withCkan({ secretSettings: { "ckan.maps.key": "mapsKey" } }, { "ckan:mapsKey": "a%b" }),
    `ckan:mapsKey: ${percent("ckan.secretSettings.ckan.maps.key")}`,
  ],
  [
    "certificates that are none, without showing them",
    opendata({ caBundle: "/etc/ssl/ca.pem" }),
    "ckan:instances.opendata.caBundle: expected certificates as PEM text: -----BEGIN CERTIFICATE----- and so on",
  ],
  [
    "a private key among the certificates, without showing it",
    opendata({ caBundle: `${certificate}${privateKey}` }),
    "ckan:instances.opendata.caBundle: expected certificates only, got a private key: take it out, and make a new one",
  ],
  [
    "a database's certificate that nothing vouches for",
    opendata(
      {
        database: {
          kind: "external",
          host: "db.example.org",
          sslMode: "verify-full",
          administrator: { user: "provisioner", passwordFrom: "databasePassword" },
        },
      },
      { "ckan:databasePassword": "of the provisioner" },
    ),
    "ckan:instances.opendata.caBundle: expected the authority of the database's certificate: database.sslMode is verify-full",
  ],
  [
    "a proxy that is none",
    opendata({ proxy: { noProxy: [".example.org"] } }),
    "ckan:instances.opendata.proxy: expected http, https or both: the URL of the proxy",
  ],
  [
    "a proxy's password, without showing it",
    opendata({ proxy: { https: "http://site:s3cret@proxy.example.org:3128" } }),
    "ckan:instances.opendata.proxy.https: expected a proxy's URL such as http://proxy.example.org:3128, without user and password: they would stand in plain text in every pod; let the proxy know the cluster by its address",
  ],
  [
    "a list of hosts in one line",
    opendata({ proxy: { http: "http://proxy.example.org:3128", noProxy: ["a.example.org, b.example.org"] } }),
    'ckan:instances.opendata.proxy.noProxy.0: expected a host, a domain such as .example.org or an address, got "a.example.org, b.example.org"',
  ],
  [
    "a way out without a network",
    opendata({ outgoing: [{ networks: [], port: 443 }] }),
    "ckan:instances.opendata.outgoing.0.networks: expected at least one network such as 10.20.0.0/16, got []",
  ],
  [
    "a way out without a port",
    opendata({ outgoing: [{ networks: ["0.0.0.0/0"] }] }),
    "ckan:instances.opendata.outgoing.0.port: expected a port number from 1 to 65535, got nothing",
  ],
  [
    "maintenance that does not say whether it is now",
    opendata({ maintenance: { message: "Back soon" } }),
    "ckan:instances.opendata.maintenance.enabled: expected true or false, got nothing",
  ],
  [
    "a notice of several lines",
    opendata({ maintenance: { enabled: true, message: "Back\nsoon" } }),
    'ckan:instances.opendata.maintenance.message: expected one line of text, got "Back\\nsoon"',
  ],
  [
    "a time to come back that has passed",
    opendata({ maintenance: { enabled: true, retryAfterSeconds: 0 } }),
    "ckan:instances.opendata.maintenance.retryAfterSeconds: expected a whole number of at least 1, got 0",
  ],
  [
    "the plugin datapusher without the service",
    opendata({ ckan: pushing.ckan }),
    "ckan:instances.opendata.datapusher: expected the image of the service: ckan.plugins has datapusher",
  ],
  [
    "the service DataPusher without the plugin",
    opendata({ datapusher: pushing.datapusher }),
    "ckan:instances.opendata.datapusher: expected nothing here: ckan.plugins has no datapusher",
  ],
  [
    "both loaders",
    withCkan({ plugins: ["datastore", "xloader", "datapusher", "s3filestore", "envvars"] }, {}, pushing),
    'ckan:instances.opendata.ckan.plugins: expected xloader or datapusher, not both: each would load every file, got ["datastore","xloader","datapusher","s3filestore","envvars"]',
  ],
  [
    "a DataPusher whose tag moves",
    opendata({ ...pushing, datapusher: { image: "registry.example.org/datapusher:latest" } }),
    'ckan:instances.opendata.datapusher.image: expected an exact tag: this one moves, so that two starts could run different software, got "registry.example.org/datapusher:latest"',
  ],
  [
    "a DataPusher without room for a download",
    opendata({
      ...pushing,
      datapusher: { ...pushing.datapusher, resources: { limits: { "ephemeral-storage": "300Mi" } } },
    }),
    'ckan:instances.opendata.datapusher.resources.limits.ephemeral-storage: expected at least 740Mi: room for a download of at most ckan.maximumUploadMegabytes (100), got "300Mi"',
  ],
  [
    "a DataPusher that reserves more than it may use",
    opendata({ ...pushing, datapusher: { ...pushing.datapusher, resources: { requests: { cpu: "2" } } } }),
    'ckan:instances.opendata.datapusher.resources.requests.cpu: expected at most the limit 1, got "2"',
  ],
  [
    "a further name that is no host",
    opendata({ aliases: ["https://open.example.org"] }),
    'ckan:instances.opendata.aliases.0: expected a host name such as data.example.org, without scheme, port or path, in lower case, got "https://open.example.org"',
  ],
  [
    "one further name that is no list",
    opendata({ aliases: "open.example.org" }),
    'ckan:instances.opendata.aliases: expected a list of host names, got "open.example.org"',
  ],
  [
    "the host as a further name",
    opendata({ aliases: ["data.example.org"] }),
    'ckan:instances.opendata.aliases: expected names of its own: opendata has it already, got "data.example.org"',
  ],
  [
    "a further name twice",
    opendata({ aliases: ["open.example.org", "open.example.org"] }),
    'ckan:instances.opendata.aliases: expected names of its own: opendata has it already, got "open.example.org"',
  ],
  [
    "another site's host as a further name",
    stackFile({ a: { host: "a.example.org", aliases: ["b.example.org"] }, b: { host: "b.example.org" } }),
    'ckan:instances.a.aliases: expected names of its own: b has it already, got "b.example.org"',
  ],
  [
    "another site's further name",
    stackFile({
      a: { host: "a.example.org", aliases: ["open.example.org"] },
      b: { host: "b.example.org", aliases: ["open.example.org"] },
    }),
    'ckan:instances.b.aliases: expected names of its own: a has it already, got "open.example.org"',
  ],
  [
    "a further name that is redirected",
    inZone({ aliases: ["www.example.org"] }, { redirects: ["www.example.org"] }, { rulesets: ["redirects"] }),
    'ckan:instances.opendata.aliases: expected names that dns.redirects does not have, got "www.example.org"',
  ],
  [
    "a further name outside the zone",
    inZone({ aliases: ["data.example.com"] }),
    'ckan:instances.opendata.aliases: expected names in the zone example.org, got "data.example.com"',
  ],
  [
    "pages that a cache in front may keep and the pods may not share",
    opendata({ web: { cacheSeconds: 0, edgeCacheSeconds: 60 } }),
    "ckan:instances.opendata.web.edgeCacheSeconds: expected 0 with web.cacheSeconds: 0: only pages that visitors share may be kept in front of the site, got 60",
  ],
  [
    "a dashboard without https",
    opendata({ dashboards: { requests: "http://grafana.example.org/d/ckan" } }),
    `ckan:instances.opendata.dashboards.requests: ${page}`,
  ],
  [
    "a dashboard with a password, which is not repeated",
    opendata({ dashboards: { requests: "https://viewer:hush@grafana.example.org/d/ckan" } }),
    `ckan:instances.opendata.dashboards.requests: ${page}`,
  ],
  [
    "a dashboard that is no URL",
    opendata({ dashboards: { requests: "grafana.example.org" } }),
    `ckan:instances.opendata.dashboards.requests: ${page}`,
  ],
  [
    "a dashboard's name in capitals",
    opendata({ dashboards: { Requests: "https://grafana.example.org/d/ckan" } }),
    "ckan:instances.opendata.dashboards.Requests: expected the name of a dashboard: lower-case letters, digits and hyphens, such as requests",
  ],
  [
    "secrets' values in place of their names",
    withCkan({ secretSettings: "s3cret" }),
    "ckan:instances.opendata.ckan.secretSettings: expected keys and values below this key",
  ],
  [
    "a mail server as a URL with its password",
    opendata({ mail: "smtp://site:s3cret@smtp.example.org" }),
    "ckan:instances.opendata.mail: expected keys and values below this key",
  ],
  [
    "a proxy as a URL with its password",
    opendata({ proxy: "http://user:s3cret@proxy.example.org:3128" }),
    "ckan:instances.opendata.proxy: expected keys and values below this key",
  ],
  [
    "a list of dashboards",
    opendata({ dashboards: ["https://grafana.example.org/d/ckan"] }),
    'ckan:instances.opendata.dashboards: expected keys and values below this key, got ["https://grafana.example.org/d/ckan"]',
  ],
];

describe("the program refuses", () => {
  test.each(rows)("%s", async (_name, file, line) => {
    const { message, registered } = await refusalOf(JSON.parse(JSON.stringify(file)));
    expect(message).toBe(`The stack file has 1 mistake; nothing was created or changed:\n  ${line}`);
    expect(registered).toBe(0);
  });
});

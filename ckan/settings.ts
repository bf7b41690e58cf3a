/** ckan.ini as this program writes it: everything but secrets, which reach CKAN by environment through ckanext-envvars. */

import { megabyte } from "./uploads.ts";

/** The folder that CKAN may write to: compiled assets, and uploads when they live on a volume. */
export const storagePath = "/var/lib/ckan";

/** The input for the settings of one site. */
export interface Site {
  /** ckan.site_id: prefix of job queues and of documents in the index. */
  readonly id: string;
  /** Public URL, without a slash at the end. */
  readonly url: string;
  /** URL that pods use: XLoader downloads from it and reports to it. */
  readonly internalUrl: string;
  readonly title: string;
  readonly description?: string | undefined;
  readonly locale: string;
  /** Shown on every page of a site that is not in production. */
  readonly stage?: string | undefined;
  readonly plugins: readonly string[];
  /** The object store for uploads. @default uploads stay on the volume at `storagePath` */
  readonly store?: SiteStore | undefined;
  /** The server that sends the site's e-mail; its password is a secret setting. @default it sends none */
  readonly mail?: SiteMail | undefined;
  /** DataPusher's address. @default none: XLoader loads, or nothing does */
  readonly dataPusherUrl?: string | undefined;
  /** Largest resource, in megabytes. */
  readonly maximumUploadMegabytes: number;
  /** Longest run of a load, in seconds. */
  readonly jobTimeoutSeconds: number;
  /** Settings from the stack file that the program does not know. */
  readonly further: Readonly<Record<string, string | number | boolean>>;
}

export interface SiteMail {
  readonly host: string;
  readonly port: number;
  readonly startTls: boolean;
  /** Account on the server. @default none is needed */
  readonly user?: string | undefined;
  /** Sender. */
  readonly from: string;
  /** Where answers go. @default to the sender */
  readonly replyTo?: string | undefined;
}

export interface SiteStore {
  /** Endpoint that CKAN talks to, such as http://opendata-files:9000. */
  readonly endpoint: string;
  readonly bucket: string;
  readonly region: string;
}

type Setting = readonly [name: string, value: string | number | boolean];

/** The settings of a site, by name, in the order of the file. */
export function ckanSettings(site: Site): ReadonlyMap<string, string> {
  const settings: readonly Setting[] = [
    ["ckan.site_url", site.url],
    ["ckan.site_id", site.id],
    ["ckan.site_title", site.stage === undefined ? site.title : `${site.title} (${site.stage})`],
    ...(site.description === undefined ? [] : [["ckan.site_description", site.description] as const]),
    ...(site.stage === undefined ? [] : [["ckan.site_custom_css", stageBanner(site.stage)] as const]),
    ["ckan.locale_default", site.locale],
    ["ckan.plugins", site.plugins.join(" ")],
    ["ckan.storage_path", storagePath],
    // In megabytes of 2^20 bytes, as for nginx.
    ["ckan.max_resource_size", site.maximumUploadMegabytes],
    // By default, forms of extensions work without a CSRF token; the extensions in our image all send one.
    ["ckan.csrf_protection.ignore_extensions", false],
    // By default CKAN shows every account to everybody, with a hash of its e-mail address. Activities of accounts also reveal titles
    // of views in private datasets (ckanext-activity gives those no permission labels).
    ["ckan.auth.public_user_details", false],
    // As in the file that `ckan generate config` writes. By default, every account may create organizations and publish.
    ["ckan.auth.user_create_groups", false],
    ["ckan.auth.user_create_organizations", false],
    // CKAN then marks pages that are the same for all anonymous visitors, and strangers.py relies on that. Browsers cache none:
    // `ckan.cache_expires` is 0.
    ["ckan.cache_enabled", true],
    ["SESSION_COOKIE_SECURE", site.url.startsWith("https:")],
    // Every file that may be uploaded may be loaded.
    ["ckanext.xloader.max_content_length", site.maximumUploadMegabytes * megabyte],
    ["ckanext.xloader.site_url", site.internalUrl],
    ["ckanext.xloader.job_timeout", site.jobTimeoutSeconds],
    ["ckan.jobs.timeout", site.jobTimeoutSeconds],
    ...(site.store === undefined ? [] : storeSettings(site.store)),
    ...(site.dataPusherUrl === undefined
      ? []
      : [
          ["ckan.datapusher.url", site.dataPusherUrl] as const,
          // DataPusher downloads from this URL and reports to it.
          ["ckan.datapusher.callback_url_base", site.internalUrl] as const,
        ]),
    ...(site.mail === undefined ? [] : mailSettings(site.mail)),
    ...Object.entries(site.further),
  ];
  return new Map(settings.map(([name, value]) => [name, String(value)]));
}

/** Settings that a stack file may not set, because other parts of the program depend on them. */
export function reservedSettings(names: readonly string[]): readonly string[] {
  return names.filter((name) => reserved.test(name));
}

const reserved =
  /^(?:ckan\.(?:site_url|site_id|site_title|site_description|site_custom_css|plugins|storage_path|max_resource_size|jobs\.timeout|locale_default|redis\.url|datastore\.(?:write|read)_url|datapusher\.(?:url|callback_url_base|api_token))|solr_url|sqlalchemy\.url|SECRET_KEY|WTF_CSRF_SECRET_KEY|SESSION_COOKIE_SECURE|api_token\.jwt\..*|ckanext\.xloader\.(?:site_url|api_token|jobs_db\.uri|job_timeout|max_content_length)|ckanext\.s3filestore\..*|smtp\.(?:server|starttls|user|password|mail_from|reply_to))$/;

/** The text of ckan.ini. */
export function renderIni(settings: ReadonlyMap<string, string>): string {
  // Python's ConfigParser takes a single % for the start of a reference.
  const lines = [...settings].map(([name, value]) => `${name} = ${value.replaceAll("%", "%%")}`);
  return `[DEFAULT]\ndebug = false\n\n[app:main]\n${lines.join("\n")}\n\n${logging}`;
}

function storeSettings(store: SiteStore): readonly Setting[] {
  const setting = (name: string, value: string | number | boolean): Setting => [`ckanext.s3filestore.${name}`, value];
  return [
    setting("aws_bucket_name", store.bucket),
    setting("region_name", store.region),
    setting("host_name", store.endpoint),
    setting("signature_version", "s3v4"),
    setting("addressing_style", "path"),
    // The plugin's own default is public-read.
    setting("acl", "private"),
    // With a fixed ACL the plugin's visibility jobs change nothing; run inline, they stay off the queue that XLoader uses.
    setting("acl.async_update", false),
    // The plugin asks for public-read on logos whatever `acl` says. A store without ACLs ignores that, but the plugin would
    // cache the ACL it asked for and return unsigned links that the store refuses. With 0 it asks the store instead.
    setting("acl_cache_window", 0),
    // A signed link is for one reader. If it is passed on, it stops working after ten minutes.
    setting("signed_url_expiry", 600),
    setting("signed_url_cache_window", 300),
    // Checked once per release by the bootstrap, not by every process that starts.
    setting("check_access_on_startup", false),
  ];
}

function mailSettings({ host, port, startTls, user, from, replyTo }: SiteMail): readonly Setting[] {
  return [
    ["smtp.server", `${host}:${port}`],
    ["smtp.starttls", startTls],
    ...(user === undefined ? [] : [["smtp.user", user] as const]),
    ["smtp.mail_from", from],
    ...(replyTo === undefined ? [] : [["smtp.reply_to", replyTo] as const]),
  ];
}

/** A bar above every page. The title shows the stage too, for those who do not see colours. */
function stageBanner(stage: string): string {
  const text = `${stage}: not the real site, data may disappear`.replaceAll(/["\\<>]/g, "");
  return `body::before { content: "${text}"; display: block; padding: .4em; background: #b30000; color: #fff; font-weight: bold; text-align: center; }`;
}

const logging = `[loggers]
keys = root, ckan, ckan_common, ckanext

[handlers]
keys = console

[formatters]
keys = generic

[logger_root]
level = WARNING
handlers = console

[logger_ckan]
level = INFO
handlers = console
qualname = ckan
propagate = 0

# s3filestore declares none of its settings, of which CKAN would complain on every request.
[logger_ckan_common]
level = ERROR
handlers = console
qualname = ckan.common
propagate = 0

[logger_ckanext]
level = INFO
handlers = console
qualname = ckanext
propagate = 0

[handler_console]
class = StreamHandler
args = (sys.stderr,)
level = NOTSET
formatter = generic

[formatter_generic]
format = %(asctime)s %(levelname)-5.5s [%(name)s] %(message)s
`;

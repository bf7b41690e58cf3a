import { describe, expect, test } from "vitest";
import { ckanSettings, renderIni, reservedSettings, type Site, storagePath } from "../../ckan/settings.ts";
import { python, pythonIsMissing } from "../support/python.ts";

const site: Site = {
  id: "opendata",
  url: "https://data.example.org",
  internalUrl: "http://opendata-web",
  title: "Open data",
  locale: "en",
  plugins: ["datastore", "xloader", "envvars"],
  maximumUploadMegabytes: 100,
  jobTimeoutSeconds: 3600,
  further: {},
};
const store = {
  endpoint: "http://opendata-files:9000",
  bucket: "opendata-files",
  region: "us-east-1",
};
const settingsOf = (changes: Partial<Site> = {}) => Object.fromEntries(ckanSettings({ ...site, ...changes }));

describe("the settings of a site", () => {
  test("are these, and no other", () => {
    expect(settingsOf()).toEqual({
      "ckan.site_url": "https://data.example.org",
      "ckan.site_id": "opendata",
      "ckan.site_title": "Open data",
      "ckan.locale_default": "en",
      "ckan.plugins": "datastore xloader envvars",
      "ckan.storage_path": storagePath,
      "ckan.max_resource_size": "100",
      "ckan.csrf_protection.ignore_extensions": "false",
      "ckan.auth.public_user_details": "false",
      "ckan.auth.user_create_groups": "false",
      "ckan.auth.user_create_organizations": "false",
      "ckan.cache_enabled": "true",
      SESSION_COOKIE_SECURE: "true",
      "ckanext.xloader.max_content_length": "104857600",
      "ckanext.xloader.site_url": "http://opendata-web",
      "ckanext.xloader.job_timeout": "3600",
      "ckan.jobs.timeout": "3600",
    });
  });

  const added = (changes: Partial<Site>) => {
    const before = settingsOf();
    return Object.fromEntries(Object.entries(settingsOf(changes)).filter(([name, value]) => before[name] !== value));
  };
  const storeSettings = {
    "ckanext.s3filestore.aws_bucket_name": "opendata-files",
    "ckanext.s3filestore.region_name": "us-east-1",
    "ckanext.s3filestore.host_name": "http://opendata-files:9000",
    "ckanext.s3filestore.signature_version": "s3v4",
    "ckanext.s3filestore.addressing_style": "path",
    "ckanext.s3filestore.acl": "private",
    "ckanext.s3filestore.acl.async_update": "false",
    "ckanext.s3filestore.acl_cache_window": "0",
    "ckanext.s3filestore.signed_url_expiry": "600",
    "ckanext.s3filestore.signed_url_cache_window": "300",
    "ckanext.s3filestore.check_access_on_startup": "false",
  };

  test.each<readonly [string, Partial<Site>, Record<string, string>]>([
    [
      "a stage shows in the title and in a bar on every page",
      { stage: "staging" },
      {
        "ckan.site_title": "Open data (staging)",
        "ckan.site_custom_css":
          'body::before { content: "staging: not the real site, data may disappear"; display: block; padding: .4em; background: #b30000; color: #fff; font-weight: bold; text-align: center; }',
      },
    ],
    [
      "a description is set only when there is one",
      { description: "All of it" },
      { "ckan.site_description": "All of it" },
    ],
    [
      "cookies travel over http only where the site has no https",
      { url: "http://localhost:30500" },
      { "ckan.site_url": "http://localhost:30500", SESSION_COOKIE_SECURE: "false" },
    ],
    [
      "what may be uploaded may be loaded",
      { maximumUploadMegabytes: 7 },
      { "ckan.max_resource_size": "7", "ckanext.xloader.max_content_length": "7340032" },
    ],
    [
      "CKAN and XLoader agree on the longest job",
      { jobTimeoutSeconds: 60 },
      { "ckanext.xloader.job_timeout": "60", "ckan.jobs.timeout": "60" },
    ],
    ["a store is signed for at its own address, whoever reaches that", { store }, storeSettings],
    [
      "DataPusher is asked at its address, and asks and reports inside the cluster",
      { dataPusherUrl: "http://opendata-datapusher:8800/" },
      {
        "ckan.datapusher.url": "http://opendata-datapusher:8800/",
        "ckan.datapusher.callback_url_base": "http://opendata-web",
      },
    ],
    [
      "further settings come as text",
      { further: { "ckan.locales_offered": "en de", "ckan.auth.create_user_via_web": false, "ckan.group_max": 5 } },
      { "ckan.locales_offered": "en de", "ckan.auth.create_user_via_web": "false", "ckan.group_max": "5" },
    ],
  ])("%s", (_name, changes, expected) => {
    expect(added(changes)).toEqual(expected);
  });

  test.each<readonly [string, Site["mail"], Record<string, string>]>([
    [
      "a mail server that knows the site",
      { host: "smtp.example.org", port: 587, startTls: true, user: "site", from: "a@example.org", replyTo: "b@x.org" },
      {
        "smtp.server": "smtp.example.org:587",
        "smtp.starttls": "true",
        "smtp.user": "site",
        "smtp.mail_from": "a@example.org",
        "smtp.reply_to": "b@x.org",
      },
    ],
    [
      "a mail server that takes mail from everybody",
      { host: "10.0.0.5", port: 25, startTls: false, from: "a@example.org" },
      { "smtp.server": "10.0.0.5:25", "smtp.starttls": "false", "smtp.mail_from": "a@example.org" },
    ],
  ])("%s is set without a password", (_name, mail, expected) => {
    expect(added({ mail })).toEqual(expected);
  });

  test("a stage cannot end the bar's text or its style sheet", () => {
    const css = settingsOf({ stage: 'a" } </style><script>\\' })["ckan.site_custom_css"] ?? "";
    expect(css.split('"')[1]).toBe("a } /stylescript: not the real site, data may disappear");
    expect(css.split('"').length).toBe(3);
  });
});

test.each([
  ["ckan.site_url", true],
  ["ckan.plugins", true],
  ["ckan.datastore.write_url", true],
  ["solr_url", true],
  ["sqlalchemy.url", true],
  ["SECRET_KEY", true],
  ["api_token.jwt.encode.secret", true],
  ["ckanext.xloader.api_token", true],
  ["ckanext.s3filestore.acl", true],
  ["smtp.server", true],
  ["smtp.password", true],
  ["smtp.starttls_verify", false],
  ["ckan.datapusher.url", true],
  ["ckan.datapusher.api_token", true],
  ["ckan.datapusher.formats", false],
  ["ckan.locales_offered", false],
  ["ckan.site_logo", false],
  ["ckanext.xloader.use_type_guessing", false],
  ["x.ckan.site_url", false],
])("%s is reserved: %s", (name, reserved) => {
  expect(reservedSettings([name])).toEqual(reserved ? [name] : []);
});

test("the program's own settings are reserved, but for those that a site may rather decide itself", () => {
  const mail = { host: "smtp", port: 25, startTls: true, user: "u", from: "a@example.org", replyTo: "a@example.org" };
  const dataPusherUrl = "http://opendata-datapusher:8800/";
  const own = [...ckanSettings({ ...site, description: "d", stage: "s", store, mail, dataPusherUrl }).keys()];
  expect(own.filter((name) => reservedSettings([name]).length === 0)).toEqual([
    "ckan.csrf_protection.ignore_extensions",
    "ckan.auth.public_user_details",
    "ckan.auth.user_create_groups",
    "ckan.auth.user_create_organizations",
    "ckan.cache_enabled",
  ]);
});

describe("ckan.ini", () => {
  const ini = renderIni(new Map([["ckan.site_title", "100 % open"]]));

  test("doubles every %, which Python would read as a reference", () => {
    expect(ini).toContain("\nckan.site_title = 100 %% open\n");
  });

  test("begins with the sections that CKAN reads", () => {
    expect(ini.match(/^\[.*\]$/gm)?.slice(0, 3)).toEqual(["[DEFAULT]", "[app:main]", "[loggers]"]);
  });

  const read = `
import configparser, json, sys
parser = configparser.ConfigParser()
parser.optionxform = str
parser.read_string(sys.stdin.read())
print(json.dumps(dict(parser["app:main"])))`;

  test.skipIf(pythonIsMissing)("gives Python the same settings back, whatever characters they hold", () => {
    const settings = ckanSettings({
      ...site,
      title: 'Offene Daten: 100 % "frei"; # kein Kommentar [x] = $(y) %(here)s',
      stage: "dev & more",
      store,
    });
    expect(JSON.parse(python(read, renderIni(settings)))).toEqual({ debug: "false", ...Object.fromEntries(settings) });
  });

  test.skipIf(pythonIsMissing)("sets up Python's logging", () => {
    const configure = `
import io, logging, logging.config, sys
logging.config.fileConfig(io.StringIO(sys.stdin.read()))
print(logging.getLogger("ckan").getEffectiveLevel(), logging.getLogger("ckanext.xloader").getEffectiveLevel(), logging.getLogger("other").getEffectiveLevel())`;
    expect(python(configure, ini)).toBe("20 20 30\n");
  });
});

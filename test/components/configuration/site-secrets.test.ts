/** What a site is told about the world outside, and which of it is secret. */
import { describe, expect, test } from "vitest";
import { CkanConfiguration, type CkanConfigurationArgs } from "../../../components/configuration/ckan-configuration.ts";
import { alone, credentials, describeComponent, nameOf, namespace, secretData } from "../../support/component.ts";
import { database, queue, search } from "../../support/endpoints.ts";
import { find, settled } from "../../support/program.ts";

const map = "core/v1:ConfigMap opendata-configuration";
const keys = "core/v1:Secret opendata-configuration-keys";
const settings = "core/v1:Secret opendata-configuration-settings";

const configuration = (more: Partial<CkanConfigurationArgs>) => ({
  component: "CkanConfiguration opendata-configuration",
  declare: (opts: object) =>
    new CkanConfiguration(
      "opendata-configuration",
      {
        namespace,
        credentials: credentials(),
        image: "registry.example.org/ckan:2.11.6-1",
        version: "2.11.6",
        site: {
          id: "opendata",
          url: "https://data.example.org",
          internalUrl: "http://opendata-web",
          title: "Open data",
          locale: "en",
          plugins: ["envvars"],
          maximumUploadMegabytes: 100,
          jobTimeoutSeconds: 3600,
          further: {},
        },
        database,
        search,
        queue,
        ...more,
      },
      opts,
    ),
  children: [map, keys],
  secrets: { [keys]: ["api-tokens", "session", "xloader-token", "xloader-token-id"] },
});

const mail = { host: "smtp.example.org", user: "site", password: "password-of-the-mail-server", from: "a@example.org" };
const secretSettings = { "ckanext.ldap.auth.password": "password-100%-of-the-directory" };
const withSecrets = configuration({ mail, secretSettings });

describeComponent("the configuration of a site with secrets of its plugins and a mail server", {
  ...withSecrets,
  children: [map, keys, settings],
  secrets: { ...withSecrets.secrets, [settings]: ["ckanext.ldap.auth.password", "smtp.password"] },
});
describeComponent("the configuration of a site with a mail server that asks for no password", {
  ...configuration({ mail: { host: "smtp.example.org", from: "a@example.org" } }),
});

describe("secret settings", () => {
  test("come from one Secret, each by the variable that ckanext-envvars takes for it", async () => {
    const { made, resources } = await alone(withSecrets);
    const secret = find(resources, settings);
    expect(secretData(secret)).toEqual({ ...secretSettings, "smtp.password": mail.password });
    const from = (key: string) => ({ secret: { secretName: nameOf(secret), key } });
    expect((await settled(made.runtime)).environment.slice(-2)).toEqual([
      { name: "CKANEXT__LDAP__AUTH__PASSWORD", ...from("ckanext.ldap.auth.password") },
      { name: "CKAN___SMTP__PASSWORD", ...from("smtp.password") },
    ]);
  });

  test("give the Secret another name when one of them changes", async () => {
    const nameWith = async (password: string) => {
      const { resources } = await alone(configuration({ mail: { ...mail, password } }));
      return nameOf(find(resources, settings));
    };
    const [before, again, after] = [await nameWith("one"), await nameWith("one"), await nameWith("two")];
    expect(again).toBe(before);
    expect(after).not.toBe(before);
    expect(before).toMatch(/^opendata-configuration-settings-[0-9a-f]{8}$/);
  });
});

describe("the mail server", () => {
  const iniOf = async (more: Partial<CkanConfigurationArgs>) => {
    const { resources } = await alone(configuration(more));
    const { data } = find(resources, map).inputs as { data: Record<string, string> };
    return (data["ckan.ini"] ?? "").split("\n").filter((line) => line.startsWith("smtp."));
  };

  test("is in ckan.ini, without its password", async () => {
    expect(await iniOf({ mail: { ...mail, port: 2525, startTls: false, replyTo: "b@example.org" } })).toEqual([
      "smtp.server = smtp.example.org:2525",
      "smtp.starttls = false",
      "smtp.user = site",
      "smtp.mail_from = a@example.org",
      "smtp.reply_to = b@example.org",
    ]);
    expect(await iniOf({ mail: { host: "smtp.example.org", from: "a@example.org" } })).toEqual([
      "smtp.server = smtp.example.org:587",
      "smtp.starttls = true",
      "smtp.mail_from = a@example.org",
    ]);
    expect(await iniOf({})).toEqual([]);
  });

  test("may be reached by what serves the site, on its port in its networks, and not by the bootstrap", async () => {
    const { made } = await alone(configuration({ mail: { ...mail, networks: ["10.20.0.0/24"] } }));
    const outside = { clientLabels: {}, destination: { kind: "networks", networks: ["10.20.0.0/24"], port: 587 } };
    expect(made.runtime.access).toEqual([database.access, search.access, queue.access]);
    expect(made.working).toEqual({ ...made.runtime, access: [...made.runtime.access, outside] });
    expect(made.serving.access).toEqual(made.working.access);
  });
});

import { expect, test } from "vitest";
import { secretSettingName, secretVariable, takesPercent } from "../../ckan/secret-settings.ts";

test.each([
  ["smtp.password", "CKAN___SMTP__PASSWORD", false],
  ["ckan.google_analytics.key", "CKAN___CKAN__GOOGLE_ANALYTICS__KEY", false],
  ["ckanext.ldap.auth.password", "CKANEXT__LDAP__AUTH__PASSWORD", true],
  ["ckanext_saml2.key", "CKANEXT_SAML2__KEY", true],
])("%s comes as %s", (setting, variable, percent) => {
  expect(secretVariable(setting)).toBe(variable);
  expect(takesPercent(setting)).toBe(percent);
  expect(settingOf(variable)).toBe(setting);
});

/** What ckanext-envvars 0.0.6 makes of a variable (EnvvarsPlugin._envvar_to_ini), for settings that are not declared in capitals. */
function settingOf(variable: string): string {
  return variable
    .replace(/^CKAN___/, "")
    .toLowerCase()
    .replaceAll("__", ".");
}

test.each([
  ["ckanext.harvest.api_key", true],
  ["a", true],
  ["SECRET_KEY", false],
  ["ckanext.apiKey", false],
  ["ckanext.api__key", false],
  ["ckanext._key", false],
  ["ckanext.key_", false],
  ["ckanext..key", false],
  ["ckanext.api-key", false],
])("ckanext-envvars can make the name %s: %s", (name, can) => {
  expect(secretSettingName.test(name)).toBe(can);
});

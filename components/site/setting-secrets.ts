/** Secrets of the stack file that become settings of CKAN: the mail server's password and those of plugins. */
import { takesPercent } from "../../ckan/secret-settings.ts";
import type { Named } from "./secrets.ts";
import type { Instance } from "./settings.ts";

export function settingSecrets(at: string, { ckan, mail }: Instance): readonly Named[] {
  const settings = Object.entries(ckan.secretSettings).map(([name, key]) => ({
    key,
    setting: `${at}.ckan.secretSettings.${name}`,
    withoutPercent: !takesPercent(name),
  }));
  if (mail?.passwordFrom === undefined) return settings;
  return [...settings, { key: mail.passwordFrom, setting: `${at}.mail.passwordFrom`, withoutPercent: true }];
}

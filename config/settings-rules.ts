/** Rules between what an instance says about CKAN's settings, its mail and what else lies outside. */
import { reservedSettings } from "../ckan/settings.ts";
import type { Instance } from "./instance.ts";
import type { Mistake } from "./mistakes.ts";

type KeyOf = (key: string) => string;

export function settingsMistakes(instance: Instance, at: KeyOf): readonly Mistake[] {
  return [...iniMistakes(instance, at), ...mailMistakes(instance, at), ...proxyMistakes(instance, at)];
}

/** A setting stands in one place: in the program, in the ini file or among the secrets. */
function iniMistakes({ ckan }: Instance, at: KeyOf): readonly Mistake[] {
  const plain = Object.keys(ckan.settings);
  const secret = Object.keys(ckan.secretSettings);
  const own = "expected nothing here: the program sets this setting itself";
  return [
    ...reservedSettings(plain).map((setting) => ({ key: at(`ckan.settings.${setting}`), expected: own })),
    ...reservedSettings(secret).map((setting) => ({ key: at(`ckan.secretSettings.${setting}`), expected: own })),
    ...plain
      .filter((setting) => secret.includes(setting))
      .map((setting) => ({
        key: at(`ckan.settings.${setting}`),
        expected: "expected nothing here: ckan.secretSettings has this setting",
      })),
  ];
}

/** CKAN logs in with both or not at all. */
function mailMistakes({ mail }: Instance, at: KeyOf): readonly Mistake[] {
  if (mail === undefined || (mail.user === undefined) === (mail.passwordFrom === undefined)) return [];
  const [missing, given] = mail.user === undefined ? ["user", "passwordFrom"] : ["passwordFrom", "user"];
  return [
    { key: at(`mail.${missing}`), expected: `expected it beside ${given}: CKAN logs in with both or not at all` },
  ];
}

function proxyMistakes({ proxy }: Instance, at: KeyOf): readonly Mistake[] {
  if (proxy === undefined || proxy.http !== undefined || proxy.https !== undefined) return [];
  return [{ key: at("proxy"), expected: "expected http, https or both: the URL of the proxy" }];
}

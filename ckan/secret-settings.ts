/** CKAN settings whose value is a secret: they reach CKAN as variables, through ckanext-envvars, and never stand in ckan.ini. */

/** Names that ckanext-envvars can make of a variable: it converts to lower case, and two underscores to a dot. */
export const secretSettingName = /^[a-z][a-z0-9]*(?:[._][a-z0-9]+)*$/;

/**
 * The variable that ckanext-envvars takes for a setting. Settings of extensions get no prefix, because CKAN (ckan/cli,
 * CKANConfigLoader) takes every variable that begins with `CKAN_` for a default of ckan.ini.
 */
export function secretVariable(setting: string): string {
  const name = setting.toUpperCase().replaceAll(".", "__");
  return name.startsWith("CKANEXT_") ? name : `CKAN___${name}`;
}

/** Whether a value may hold a %. In a default of ckan.ini it would begin a reference, and CKAN would not start. */
export function takesPercent(setting: string): boolean {
  return !secretVariable(setting).startsWith("CKAN_");
}

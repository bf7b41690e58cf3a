/** Settings of CKAN's whose value is a secret: they come by environment, through ckanext-envvars, and never stand in ckan.ini. */

/** Names that ckanext-envvars can make out of a variable: it writes them in lower case, and a dot for two underscores. */
export const secretSettingName = /^[a-z][a-z0-9]*(?:[._][a-z0-9]+)*$/;

/**
 * The variable that ckanext-envvars takes for a setting. Names of extensions keep their own form, because CKAN's reader of ckan.ini
 * (ckan/cli, CKANConfigLoader) takes every variable that begins with `CKAN_` for a default of the file.
 */
export function secretVariable(setting: string): string {
  const name = setting.toUpperCase().replaceAll(".", "__");
  return name.startsWith("CKANEXT_") ? name : `CKAN___${name}`;
}

/** Whether a value may hold a %. In a default of ckan.ini it would begin a reference, and CKAN would not start. */
export function takesPercent(setting: string): boolean {
  return !secretVariable(setting).startsWith("CKAN_");
}

/** Rules that CKAN's plugins put on `ckan.plugins`. */
/**
 * What is wrong with a list of plugins, as sentences that say what to write; empty when nothing is.
 *
 * - `envvars` last: it overrides what the plugins before it declared, and carries every secret into CKAN.
 * - `xloader` needs `datastore` before it: it writes through the datastore's backend.
 * - `s3filestore` must be there exactly when uploads go to an object store.
 */
export function pluginMistakes(plugins: readonly string[], storesInObjectStore: boolean): readonly string[] {
  const mistakes: string[] = [];
  const repeated = plugins.filter((plugin, position) => plugins.indexOf(plugin) !== position);
  if (repeated.length > 0) mistakes.push(`expected each plugin once: remove the second ${repeated.join(", ")}`);
  if (plugins.at(-1) !== "envvars")
    mistakes.push("expected envvars as the last plugin: it carries the secrets into CKAN");
  if (plugins.includes("xloader")) {
    const datastore = plugins.indexOf("datastore");
    if (datastore === -1) mistakes.push("expected datastore beside xloader: XLoader loads into it");
    else if (datastore > plugins.indexOf("xloader")) mistakes.push("expected datastore before xloader");
  }
  if (plugins.includes("xloader") && plugins.includes("datapusher")) {
    mistakes.push("expected xloader or datapusher, not both: each would load every file");
  }
  if (storesInObjectStore && !plugins.includes("s3filestore")) {
    mistakes.push("expected s3filestore: files are kept in an object store");
  }
  if (!storesInObjectStore && plugins.includes("s3filestore")) {
    mistakes.push("expected no s3filestore: files are kept on a volume");
  }
  return mistakes;
}

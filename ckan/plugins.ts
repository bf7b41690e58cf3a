/** Rules that CKAN's plugins put on `ckan.plugins`. */

/** Plugins that load files into the datastore, with their names in messages. */
const loaders = { xloader: "XLoader", datapusher: "DataPusher" } as const;

/**
 * What is wrong with a list of plugins, as sentences that say what to write; empty when nothing is.
 *
 * - `envvars` last: it overrides what the plugins before it declared, and carries every secret into CKAN.
 * - `xloader` and `datapusher` need `datastore` before them: they write through the datastore's backend.
 * - `s3filestore` must be there exactly when uploads go to an object store.
 */
export function pluginMistakes(plugins: readonly string[], storesInObjectStore: boolean): readonly string[] {
  const mistakes: string[] = [];
  const repeated = plugins.filter((plugin, position) => plugins.indexOf(plugin) !== position);
  if (repeated.length > 0) mistakes.push(`expected each plugin once: remove the second ${repeated.join(", ")}`);
  if (plugins.at(-1) !== "envvars")
    mistakes.push("expected envvars as the last plugin: it carries the secrets into CKAN");
  for (const [loader, name] of Object.entries(loaders).filter(([loader]) => plugins.includes(loader))) {
    const datastore = plugins.indexOf("datastore");
    if (datastore === -1) mistakes.push(`expected datastore beside ${loader}: ${name} loads into it`);
    else if (datastore > plugins.indexOf(loader)) mistakes.push(`expected datastore before ${loader}`);
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

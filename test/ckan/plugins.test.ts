import { expect, test } from "vitest";
import { pluginMistakes } from "../../ckan/plugins.ts";

const last = "expected envvars as the last plugin: it carries the secrets into CKAN";
const beside = "expected datastore beside xloader: XLoader loads into it";
const before = "expected datastore before xloader";
const store = "expected s3filestore: files are kept in an object store";
const noStore = "expected no s3filestore: files are kept on a volume";

test.each([
  ["a full list for an object store", ["activity", "datastore", "xloader", "s3filestore", "envvars"], true, []],
  ["a full list for a volume", ["activity", "datastore", "xloader", "envvars"], false, []],
  ["envvars alone", ["envvars"], false, []],
  ["datastore without a loader", ["datastore", "envvars"], false, []],
  ["no envvars", ["datastore"], false, [last]],
  ["an empty list", [], false, [last]],
  ["envvars first", ["envvars", "datastore"], false, [last]],
  ["xloader without datastore", ["xloader", "envvars"], false, [beside]],
  ["datastore after xloader", ["xloader", "datastore", "envvars"], false, [before]],
  [
    "a plugin twice",
    ["datastore", "datastore", "envvars"],
    false,
    ["expected each plugin once: remove the second datastore"],
  ],
  [
    "datapusher without datastore",
    ["datapusher", "envvars"],
    false,
    ["expected datastore beside datapusher: DataPusher loads into it"],
  ],
  [
    "datastore after datapusher",
    ["datapusher", "datastore", "envvars"],
    false,
    ["expected datastore before datapusher"],
  ],
  [
    "two loaders",
    ["datastore", "xloader", "datapusher", "envvars"],
    false,
    ["expected xloader or datapusher, not both: each would load every file"],
  ],
  ["an object store without its plugin", ["envvars"], true, [store]],
  ["the plugin without an object store", ["s3filestore", "envvars"], false, [noStore]],
  ["several mistakes", ["envvars", "xloader"], true, [last, beside, store]],
])("%s", (_name, plugins, storesInObjectStore, mistakes) => {
  expect(pluginMistakes(plugins, storesInObjectStore)).toEqual(mistakes);
});

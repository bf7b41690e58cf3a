import { expect, test } from "vitest";
import { databaseNames } from "../../ckan/database-names.ts";

test.each([
  ["opendata", "opendata", "opendata_datastore", "opendata_datastore_reader"],
  ["open-data-2", "open_data_2", "open_data_2_datastore", "open_data_2_datastore_reader"],
])("the databases of %s are %s and %s, and its reader is %s", (instance, main, datastore, datastoreReader) => {
  expect(databaseNames(instance)).toEqual({ main, datastore, datastoreReader });
});

test("the longest instance name leaves every identifier within PostgreSQL's 63 bytes", () => {
  const lengths = Object.values(databaseNames("a".repeat(30))).map((name) => name.length);
  expect(lengths).toEqual([30, 40, 47]);
});

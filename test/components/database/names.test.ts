import { expect, test } from "vitest";
import { databaseNames } from "../../../components/database/names.ts";

test.each([
  ["opendata", "ckan_opendata", "datastore_opendata", "reader_opendata"],
  ["open-data-2", "ckan_open_data_2", "datastore_open_data_2", "reader_open_data_2"],
])("the databases of %s are %s and %s, and its reader is %s", (instance, main, datastore, datastoreReader) => {
  expect(databaseNames(instance)).toEqual({ main, datastore, datastoreReader });
});

test("the longest instance name leaves every identifier within PostgreSQL's 63 bytes", () => {
  const lengths = Object.values(databaseNames("a".repeat(30))).map((name) => name.length);
  expect(lengths).toEqual([35, 40, 37]);
});

test("no two instances share a database or a role, whatever their names", () => {
  const instances = ["open", "open-datastore", "datastore-open", "reader-open", "ckan-open", "open-reader"];
  const names = instances.map(databaseNames);
  const databases = names.flatMap(({ main, datastore }) => [main, datastore]);
  const roles = names.flatMap(({ main, datastoreReader }) => [main, datastoreReader]);
  expect(new Set(databases).size).toBe(12);
  expect(new Set(roles).size).toBe(12);
});

import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { scripts } from "../../ckan/scripts.ts";
import { python, pythonIsMissing } from "../support/python.ts";

const folder = new URL("../../ckan/scripts/", import.meta.url);

test("every file in ckan/scripts is one that a pod mounts", () => {
  expect(Object.keys(scripts).sort()).toEqual(
    readdirSync(folder)
      .filter((name) => name.endsWith(".py"))
      .sort(),
  );
});

test.each(Object.entries(scripts))("%s is the text of the file", (name, text) => {
  expect(text).toBe(readFileSync(new URL(name, folder), "utf8"));
});

// compile(), not `python3 -m py_compile`, which would leave a __pycache__ beside the product.
test.skipIf(pythonIsMissing).each(Object.entries(scripts))("%s compiles, without a warning", (name, text) => {
  const compile = `
import sys, warnings
warnings.simplefilter("error")
compile(sys.stdin.read(), sys.argv[1], "exec")
print("compiled")`;
  expect(python(compile, text, [name])).toBe("compiled\n");
});

test.skipIf(pythonIsMissing)("every environment variable that the bootstrap reads is one that Kubernetes sets", () => {
  const names = [...scripts["bootstrap.py"].matchAll(/environ(?:\.get\(|\[)"([A-Z_]+)"/g)].map(([, name]) => name);
  expect([...new Set(names)].sort()).toEqual([
    "ADMINISTRATOR_EMAIL",
    "ADMINISTRATOR_GENERATION",
    "ADMINISTRATOR_NAME",
    "ADMINISTRATOR_PASSWORD",
    "CKAN_INI",
    "DATABASE_ADMINISTRATOR",
    "DATABASE_ADMINISTRATOR_PASSWORD",
    "DATABASE_HOST",
    "DATABASE_NAME",
    "DATABASE_PASSWORD",
    "DATABASE_PORT",
    "DATABASE_SSL_MODE",
    "DATABASE_USER",
    "DATAPUSHER_TOKEN_ID",
    "DATASTORE",
    "DATASTORE_NAME",
    "DATASTORE_READER_PASSWORD",
    "DATASTORE_READER_USER",
    "WAIT_FOR",
    "WAIT_SECONDS",
    "XLOADER_TOKEN_ID",
  ]);
});

import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { bootstrapScripts, scripts } from "../../ckan/scripts.ts";
import { python, pythonIsMissing } from "../support/python.ts";

const read = (folder: string) => {
  const at = new URL(`../../ckan/${folder}/`, import.meta.url);
  const names = readdirSync(at).filter((name) => name.endsWith(".py"));
  return Object.fromEntries(names.map((name) => [name, readFileSync(new URL(name, at), "utf8")]));
};

test("every file in ckan/scripts is one that a pod mounts under its name, and every patch is one under a name of its own", () => {
  const [own, patches] = [read("scripts"), read("patches")];
  expect(scripts).toMatchObject(own);
  const others = Object.entries(scripts).filter(([name]) => !(name in own));
  expect(others.map(([, text]) => text).sort()).toEqual(Object.values(patches).sort());
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
  const text = Object.values(bootstrapScripts).join("\n");
  const names = [...text.matchAll(/environ(?:\.get\(|\[)"([A-Z_]+)"/g)].map(([, name]) => name);
  expect([...new Set(names)].sort()).toEqual([
    "ADMINISTRATOR_EMAIL",
    "ADMINISTRATOR_GENERATION",
    "ADMINISTRATOR_NAME",
    "ADMINISTRATOR_NEW_ROOT",
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

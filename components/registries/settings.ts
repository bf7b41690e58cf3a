/** Private registries: the schema of `ckan:cluster.registries`. */
import { z } from "zod";
import { secretKey } from "../../config/marks.ts";
import { line } from "../../config/values.ts";

const expected =
  "expected a registry as it stands in the names of its images, such as registry.example.org, without a scheme";

const registry = z.strictObject({
  server: z
    .string(expected)
    .regex(/^[a-z0-9][a-z0-9.-]*(?::\d+)?(?:\/[a-z0-9._-]+)*$/, expected)
    .describe("Registry as it stands in the names of its images, such as registry.example.org"),
  user: line.describe("Who pulls"),
  passwordFrom: secretKey(),
});

export const registriesSettings = z
  .array(registry, "expected a list of registries")
  .refine(
    (registries) => new Set(registries.map(({ server }) => server)).size === registries.length,
    "expected each registry once",
  )
  .default([])
  .describe(
    "Registries that ask who pulls, each with server, user and passwordFrom; every site gets a Secret with their passwords",
  );

export type RegistrySettings = z.infer<typeof registry>;

/** Of which class the volumes of a site are, and that those that exist keep theirs. */
import { describe, expect, test } from "vitest";
import { onVolume, operated, operatedSecrets, type StackFile, stackFile } from "../support/configuration.ts";
import { objectsOf } from "../support/objects.ts";
import { declaredBy, refusalOf } from "../support/program.ts";
import { environments } from "../support/stacks.ts";

const cluster = { platform: "kubernetes", context: "unit", storageClass: "regional" };
const file = (settings: object, more: object = {}): StackFile =>
  stackFile({ opendata: { ...settings } }, { "ckan:cluster": cluster, ...more });

/** The class of each claim and of each server's volume that an operator makes, by name. */
async function classes(stack: StackFile): Promise<Readonly<Record<string, unknown>>> {
  const volumes = objectsOf(await declaredBy(stack)).flatMap(({ kind, metadata, spec }) => {
    const said = spec as { storageClassName?: string; storage?: { storageClass?: string } } | undefined;
    if (kind === "PersistentVolumeClaim") return [[metadata.name, said?.storageClassName]];
    return kind === "Cluster" ? [[metadata.name, said?.storage?.storageClass]] : [];
  });
  return Object.fromEntries(volumes);
}

describe("the class of a volume", () => {
  test("is left to the cluster where nothing is said", async () => {
    expect(await classes(stackFile())).toEqual({
      "opendata-database-data": undefined,
      "opendata-files-data": undefined,
      "opendata-queue-data": undefined,
      "opendata-search-data": undefined,
    });
  });

  test("is the environment's, unless the part names one", async () => {
    const search = { kind: "in-cluster", image: "registry.example.org/solr:9.10.1-1", storageClass: "fast" };
    expect(await classes(file({ search }))).toEqual({
      "opendata-database-data": "regional",
      "opendata-files-data": "regional",
      "opendata-queue-data": "regional",
      "opendata-search-data": "fast",
    });
  });

  test("is said for uploads on a volume and for servers that an operator runs, too", async () => {
    expect(await classes(file({ ...onVolume, ...operated }, operatedSecrets))).toEqual({
      "opendata-database": "regional",
      "opendata-queue-data": "regional",
      "opendata-search-data": "regional",
      "opendata-web-uploads": "regional",
    });
  });

  test("is a name", async () => {
    const { message, registered } = await refusalOf(
      stackFile({}, { "ckan:cluster": { ...cluster, storageClass: "Fast!" } }),
    );
    expect(message).toContain(
      'ckan:cluster.storageClass: expected a name such as premium-rwo: lower-case letters, digits, hyphens and dots, got "Fast!"',
    );
    expect(registered).toBe(0);
  });
});

test.each(Object.entries(environments))("%s: another class leaves the claims that exist alone", async (_, declare) => {
  const claims = (await declare()).filter(({ type }) => type.endsWith(":PersistentVolumeClaim"));
  expect(claims.map(({ ignoreChanges }) => ignoreChanges)).toEqual(claims.map(() => ["spec.storageClassName"]));
});

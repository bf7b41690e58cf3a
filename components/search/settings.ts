/** `search` of a site: where its Solr core lives. */
import { z } from "zod";
import type { Arguments, Settings } from "../../config/arguments.ts";
import { secretKey } from "../../config/marks.ts";
import { addMistake, ruleBetween } from "../../config/mistakes.ts";
import {
  heapQuantity,
  imageReference,
  line,
  networks,
  port,
  priorityClass,
  serverHost,
  storage,
  storageClass,
  userName,
} from "../../config/values.ts";
import { quantityValue } from "../kubernetes/quantity.ts";
import { resources, sized } from "../kubernetes/resources.ts";

export const solrPort = 8983;
/** Name of the core in CKAN's Solr images. */
export const solrCore = "ckan";

/** A server of the site's own: one pod with a volume. The index can always be rebuilt from the database. */
const inCluster = z
  .strictObject({
    kind: z.literal("in-cluster"),
    image: imageReference.describe("Container image, by exact tag or digest"),
    heap: heapQuantity.default("512Mi").describe("Java heap; below the memory limit"),
    storage: storage("5Gi"),
    storageClass,
    // Measured: 256 MiB resident.
    resources: resources(sized("100m", "1Gi", "1", "1Gi")),
    priorityClass,
  })
  .superRefine(
    ruleBetween(({ heap, resources: { limits } }, context) => {
      if (quantityValue(heap) < quantityValue(limits.memory)) return;
      const expected = `expected less than the memory limit ${limits.memory}: the Java process needs memory beside its heap`;
      addMistake(context, ["heap"], expected, { found: heap });
    }),
  );

/** An existing core, with the schema of the CKAN version that uses it. */
const external = z
  .strictObject({
    kind: z.literal("external"),
    host: serverHost,
    port: port.default(solrPort),
    core: line.default(solrCore).describe("Core with CKAN's schema"),
    tls: z
      .boolean("expected true or false")
      .default(false)
      .describe("Whether it speaks https only, with a certificate for the host"),
    user: userName.optional().describe("User (basic authentication), beside passwordFrom; default: it asks nobody"),
    passwordFrom: secretKey({ withoutPercent: true, withoutBlanks: true }).optional(),
    networks,
  })
  .superRefine(
    ruleBetween(({ user, passwordFrom }, context) => {
      if ((user === undefined) === (passwordFrom === undefined)) return;
      const [missing, given] =
        user === undefined ? (["user", "passwordFrom"] as const) : (["passwordFrom", "user"] as const);
      addMistake(context, [missing], `expected it beside ${given}: Solr takes both or none`);
    }),
  );

export const searchSettings = z.discriminatedUnion(
  "kind",
  [inCluster, external],
  "expected kind: in-cluster or external",
);

export type SearchArgs = Arguments<typeof searchSettings>;
export type SearchSettings = Settings<typeof searchSettings>;
export type InClusterSolr = Extract<SearchSettings, { kind: "in-cluster" }>;
export type ExternalSolr = Extract<SearchSettings, { kind: "external" }>;

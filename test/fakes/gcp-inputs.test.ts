/** The fake for Google's provider refuses what the real one was seen to refuse. */
import { expect, test } from "vitest";
import { gcpMistakes } from "./gcp-inputs.ts";

const server = "gcp:sql/databaseInstance:DatabaseInstance";
const bucket = "gcp:storage/bucket:Bucket";
const account = "gcp:serviceaccount/account:Account";
const projectMember = "gcp:projects/iAMMember:IAMMember";
const settings = (changes: object) => ({ settings: changes });
const network = (privateNetwork: string) => settings({ ipConfiguration: { privateNetwork } });

test.each([
  ["an edition", server, settings({ edition: "STANDARD" }), "settings.edition"],
  ["an availability", server, settings({ availabilityType: "regional" }), "settings.availabilityType"],
  [
    "a mode of TLS",
    server,
    settings({ ipConfiguration: { sslMode: "REQUIRED", ipv4Enabled: true } }),
    "settings.ipConfiguration.sslMode",
  ],
  ["an eighth day", server, settings({ maintenanceWindow: { day: 9 } }), "settings.maintenanceWindow.day"],
  ["a 25th hour", server, settings({ maintenanceWindow: { hour: 25 } }), "settings.maintenanceWindow.hour"],
  ["a network's name alone", server, network("default"), "settings.ipConfiguration.privateNetwork"],
  ["no address at all", server, settings({ ipConfiguration: {} }), "settings.ipConfiguration"],
  [
    "a state of objects",
    bucket,
    { lifecycleRules: [{ condition: { withState: "OLD" } }] },
    "lifecycleRules.*.condition.withState",
  ],
  ["an account's id of five letters", account, { accountId: "short" }, "accountId"],
  ["an account's id of 31 letters", account, { accountId: "a".repeat(31) }, "accountId"],
  ["an account's id with a capital", account, { accountId: "Ckan-opendata" }, "accountId"],
  ["a member without its kind", projectMember, { member: "etl@example.org" }, "member"],
  ["a key's state", "gcp:storage/hmacKey:HmacKey", { state: "DELETED" }, "state"],
])("refused: %s", (_what, type, inputs, property) => {
  expect(gcpMistakes(type, inputs).map((one) => one.property)).toEqual([property]);
});

test.each([
  [
    server,
    settings({
      edition: "ENTERPRISE_PLUS",
      availabilityType: "ZONAL",
      maintenanceWindow: { day: 7, hour: 0 },
      ipConfiguration: {
        ipv4Enabled: false,
        sslMode: "ENCRYPTED_ONLY",
        privateNetwork: "projects/example-prod/global/networks/default",
      },
    }),
  ],
  [bucket, { lifecycleRules: [{ condition: { withState: "ARCHIVED" } }, { condition: { age: 1 } }] }],
  [account, { accountId: "ckan-opendata-web" }],
  [projectMember, { member: "serviceAccount:etl@example.iam.gserviceaccount.com" }],
  [projectMember, { member: "04da6b54-80e4-46f7-96ec-b56ff0331ba9" }],
  ["gcp:storage/hmacKey:HmacKey", {}],
])("taken: %s with %j", (type, inputs) => {
  expect(gcpMistakes(type, inputs)).toEqual([]);
});

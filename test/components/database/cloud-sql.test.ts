/** What a server of Google's is declared with, by what the site needs of it. */
import { expect, test } from "vitest";
import { PostgresDb } from "../../../components/database/postgres-db.ts";
import type { DatabaseArgs } from "../../../components/database/settings.ts";
import { credentials, namespace } from "../../support/component.ts";
import { declareAlone, find } from "../../support/program.ts";

type CloudSqlArgs = Extract<DatabaseArgs, { kind: "cloud-sql" }>;

const managed: CloudSqlArgs = {
  kind: "cloud-sql",
  project: "example-prod",
  region: "europe-west3",
  name: "ckan-opendata-prod",
  tier: "db-custom-2-7680",
  privateNetwork: "projects/example-prod/global/networks/default",
};

const publicOnly = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "169.254.0.0/16"];

async function declared(changes: Partial<CloudSqlArgs>, connections?: number) {
  const server = { ...managed, ...changes };
  const args = { namespace, instance: "opendata", credentials: credentials(), server, connections };
  return (await declareAlone(() => new PostgresDb("opendata-database", args))).resources;
}

async function flagsOf(changes: Partial<CloudSqlArgs>, connections?: number) {
  const server = find(
    await declared(changes, connections),
    "gcp:sql/databaseInstance:DatabaseInstance opendata-database",
  );
  return (server.inputs as { settings: { databaseFlags: unknown } }).settings.databaseFlags;
}

test.each([
  ["that nobody counted", undefined, "db-custom-1-3840", []],
  ["of 94, with six of Google's own", 94, "db-custom-1-3840", []],
  ["of 95", 95, "db-custom-1-3840", [{ name: "max_connections", value: "200" }]],
  ["of 194", 194, "db-custom-1-3840", [{ name: "max_connections", value: "200" }]],
  ["of 394 on a larger machine", 394, "db-custom-2-7680", []],
])("connections %s are asked for only where Google's default is less", async (_what, connections, tier, flags) => {
  expect(await flagsOf({ tier }, connections)).toEqual(flags);
});

test("what the stack file says of connections goes before what the site needs", async () => {
  expect(await flagsOf({ tier: "db-custom-1-3840", flags: { max_connections: "250" } }, 120)).toEqual([
    { name: "max_connections", value: "250" },
  ]);
});

test.each([
  [undefined, { cidr: "0.0.0.0/0", except: publicOnly }],
  [["10.30.0.5/32"], { cidr: "10.30.0.5/32" }],
])("the proxy reaches Google's API in %s", async (apiNetworks, ipBlock) => {
  const image = "gcr.io/cloud-sql-connectors/cloud-sql-proxy:2.18.2";
  const connection = { kind: "auth-proxy", image, account: "ckan-opendata-sql", apiNetworks } as const;
  const policy = find(await declared({ connection }), "networking.k8s.io/v1:NetworkPolicy opendata-database-proxy");
  const { egress } = (policy.inputs as { spec: { egress: { to: unknown; ports: { port: number }[] }[] } }).spec;
  expect(egress.filter(({ ports }) => ports[0]?.port === 443).map(({ to }) => to)).toEqual([[{ ipBlock }]]);
});

test("a machine that its edition does not have is refused with what to write", async () => {
  await expect(declared({ edition: "ENTERPRISE_PLUS" })).rejects.toThrow(
    'tier: expected a machine of ENTERPRISE_PLUS: db-perf-optimized-N- and 2, 4, 8, 16, 32, 48, 64, 80, 96 or 128, got "db-custom-2-7680"',
  );
});

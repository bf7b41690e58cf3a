/** What a raised generation changes: the Secrets and pods that use the credential, and nothing else. */
import { beforeAll, expect, test } from "vitest";
import { Purpose } from "../../../components/site/purposes.ts";
import { isKubernetesObject } from "../../../render/stack.ts";
import type { Declared } from "../../../render/synthesize.ts";
import { pushing, stackFile } from "../../support/configuration.ts";
import { differences } from "../../support/differences.ts";
import { declaredBy } from "../../support/program.ts";

let before: readonly Declared[];
beforeAll(async () => {
  before = (await declaredBy(stackFile())).filter(isKubernetesObject);
});

const bootstrap = "batch/v1:Job opendata-bootstrap";
const web = "apps/v1:Deployment opendata-web";
const worker = "apps/v1:Deployment opendata-worker";
const recovery = "batch/v1:CronJob opendata-recovery";
const secret = (name: string) => `core/v1:Secret opendata-${name}`;
const server = (name: string) => `apps/v1:StatefulSet opendata-${name}`;

const keys = { renamed: [bootstrap, secret("configuration-keys")], changed: [web, worker, recovery] };
const roles = { renamed: [bootstrap, secret("database-roles")], changed: [web, worker, recovery] };

const rotations: Readonly<Record<Purpose, { renamed: readonly string[]; changed: readonly string[] }>> = {
  "database-administrator": {
    renamed: [bootstrap, secret("database-administrator")],
    changed: [server("database")],
  },
  database: roles,
  "datastore-reader": roles,
  queue: { renamed: [bootstrap, secret("queue-credentials")], changed: [web, worker, server("queue"), recovery] },
  "files-administrator": {
    renamed: ["batch/v1:Job opendata-files-setup", secret("files-root")],
    changed: [server("files")],
  },
  files: {
    renamed: [bootstrap, "batch/v1:Job opendata-files-setup", secret("files-key")],
    changed: [web, worker],
  },
  session: keys,
  "api-tokens": keys,
  xloader: keys,
  // DataPusher has a token only where it is used.
  datapusher: { renamed: [], changed: [] },
  administrator: { renamed: [bootstrap, secret("bootstrap-administrator")], changed: [] },
};

test.each(Object.entries(rotations))("rotating %s", async (purpose, expected) => {
  const after = await declaredBy(stackFile({ opendata: { generations: { [purpose]: 2 } } }));
  expect(differences(before, after.filter(isKubernetesObject))).toEqual({ added: [], removed: [], ...expected });
});

test("rotating datapusher where it is used", async () => {
  const [first, second] = [1, 2].map((datapusher) =>
    stackFile({ opendata: { ...pushing, generations: { datapusher } } }),
  );
  const objects = async (file = {}) => (await declaredBy(file)).filter(isKubernetesObject);
  expect(differences(await objects(first), await objects(second))).toEqual({
    added: [],
    removed: [],
    renamed: keys.renamed,
    changed: [web, worker],
  });
});

test("every purpose is rotated here", () => {
  expect(Object.keys(rotations).sort()).toEqual(Object.values(Purpose).sort());
});

import { expect, test } from "vitest";
import { XLoaderRecovery } from "../../../components/recovery/xloader-recovery.ts";
import { alone, describeComponent, namespace } from "../../support/component.ts";
import { database, queue, runtime } from "../../support/endpoints.ts";
import type { PodSpec } from "../../support/objects.ts";
import { find } from "../../support/program.ts";

const cronJob = "batch/v1:CronJob opendata-recovery";
const policy = "networking.k8s.io/v1:NetworkPolicy opendata-recovery";
const recovery = {
  component: "XLoaderRecovery opendata-recovery",
  declare: (opts: object) =>
    new XLoaderRecovery(
      "opendata-recovery",
      {
        namespace,
        instance: "opendata",
        runtime: {
          ...runtime,
          environment: [
            { name: "DATABASE_PASSWORD", secret: database.main.password },
            { name: "API_TOKEN_KEY", secret: database.main.password },
            { name: "CKAN_SQLALCHEMY_URL", value: "postgresql://opendata:$(DATABASE_PASSWORD)@db/opendata" },
          ],
        },
        database,
        queue,
        siteId: "opendata",
        internalUrl: "http://opendata-web",
      },
      opts,
    ),
  children: [cronJob, "core/v1:ConfigMap opendata-recovery", policy],
};

describeComponent("the recovery of lost loads", recovery);

test("knows the site, its queue and its main database, and no other credential", async () => {
  const { resources } = await alone(recovery);
  const { spec } = find(resources, cronJob).inputs as {
    spec: { jobTemplate: { spec: { template: { metadata: { labels: object }; spec: PodSpec } } } };
  };
  const { metadata, spec: pod } = spec.jobTemplate.spec.template;
  const names = pod.containers[0]?.env?.map(({ name }) => name);
  expect(names).toEqual(["SITE", "SITE_ID", "DATABASE_PASSWORD", "CKAN_SQLALCHEMY_URL"]);
  expect(metadata.labels).toMatchObject({ "database-client": "true", "queue-client": "true" });
  expect(metadata.labels).not.toHaveProperty("search-client");
});

test("one run at a time, and no second pod for one that failed", async () => {
  const { resources } = await alone(recovery);
  expect(find(resources, cronJob).inputs).toMatchObject({
    spec: { concurrencyPolicy: "Forbid", jobTemplate: { spec: { backoffLimit: 0, activeDeadlineSeconds: 110 } } },
  });
});

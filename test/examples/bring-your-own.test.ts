import { expect, test } from "vitest";
import { rootSecret } from "../support/configuration.ts";
import { objectsOf } from "../support/objects.ts";
import { declareAlone, inventory } from "../support/program.ts";

const configuration = {
  "test:rootSecret": rootSecret,
  "test:databasePassword": "password-of-the-provisioner",
  "test:accessKey": "access-key-of-somebody",
  "test:secretKey": "secret-key-of-somebody",
};

const run = () => declareAlone(() => import("../../examples/bring-your-own/index.ts"), configuration);

test("a site on a database and a bucket of somebody else declares these, and says where it is", async () => {
  const { made, resources } = await run();
  expect(inventory(resources)).toEqual(
    [
      "CkanBootstrap opendata-bootstrap",
      "CkanConfiguration opendata-configuration",
      "CkanExposure opendata-exposure",
      "CkanStack opendata",
      "CkanWeb opendata-web",
      "PostgresDb opendata-database",
      "RedisQueue opendata-queue",
      "S3Storage opendata-files",
      "SolrCore opendata-search",
      "XLoaderRecovery opendata-recovery",
      "XLoaderWorker opendata-worker",
      "apps/v1:Deployment opendata-web",
      "apps/v1:Deployment opendata-worker",
      "apps/v1:StatefulSet opendata-queue",
      "apps/v1:StatefulSet opendata-search",
      "batch/v1:CronJob opendata-recovery",
      "batch/v1:Job opendata-bootstrap",
      "core/v1:ConfigMap opendata-bootstrap",
      "core/v1:ConfigMap opendata-configuration",
      "core/v1:ConfigMap opendata-recovery",
      "core/v1:ConfigMap opendata-web",
      "core/v1:ConfigMap opendata-web-nginx",
      "core/v1:ConfigMap opendata-worker",
      "core/v1:Namespace opendata",
      "core/v1:PersistentVolumeClaim opendata-queue-data",
      "core/v1:PersistentVolumeClaim opendata-search-data",
      "core/v1:Secret opendata-bootstrap-administrator",
      "core/v1:Secret opendata-configuration-keys",
      "core/v1:Secret opendata-database-administrator",
      "core/v1:Secret opendata-database-roles",
      "core/v1:Secret opendata-files-key",
      "core/v1:Secret opendata-queue-credentials",
      "core/v1:Service opendata-queue",
      "core/v1:Service opendata-search",
      "core/v1:Service opendata-web",
      "networking.k8s.io/v1:NetworkPolicy opendata-bootstrap",
      "networking.k8s.io/v1:NetworkPolicy opendata-default-deny",
      "networking.k8s.io/v1:NetworkPolicy opendata-queue",
      "networking.k8s.io/v1:NetworkPolicy opendata-recovery",
      "networking.k8s.io/v1:NetworkPolicy opendata-search",
      "networking.k8s.io/v1:NetworkPolicy opendata-web",
      "networking.k8s.io/v1:NetworkPolicy opendata-worker",
    ].sort(),
  );
  expect([made.url, made.internalUrl]).toEqual(["https://data.example.org", "http://opendata-web"]);
  const plain = JSON.stringify(objectsOf(resources));
  expect(Object.values(configuration).filter((secret) => plain.includes(secret))).toEqual([]);
});

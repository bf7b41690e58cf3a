import { createHmac } from "node:crypto";
import { expect, test } from "vitest";
import { CkanConfiguration } from "../../../components/configuration/ckan-configuration.ts";
import { deriveSecret } from "../../../components/site/credentials.ts";
import type { CkanRuntime, ObjectStore } from "../../../components/site/endpoints.ts";
import { alone, credentials, describeComponent, nameOf, namespace, secretData } from "../../support/component.ts";
import { rootSecret } from "../../support/configuration.ts";
import { database, inside, queue, search, store } from "../../support/endpoints.ts";
import { find, settled } from "../../support/program.ts";

const map = "core/v1:ConfigMap opendata-configuration";
const keys = "core/v1:Secret opendata-configuration-keys";

const configurationWith = (files: ObjectStore) => ({
  component: "CkanConfiguration opendata-configuration",
  declare: (opts: object) =>
    new CkanConfiguration(
      "opendata-configuration",
      {
        namespace,
        credentials: credentials(),
        image: "registry.example.org/ckan:2.11.6-1",
        version: "2.11.6",
        site: {
          id: "opendata",
          url: "https://data.example.org",
          internalUrl: "http://opendata-web",
          title: "Open data",
          locale: "en",
          plugins: ["datastore", "xloader", "s3filestore", "envvars"],
          maximumUploadMegabytes: 100,
          jobTimeoutSeconds: 3600,
          further: {},
        },
        database,
        search,
        queue,
        store: files,
      },
      opts,
    ),
  children: [map, keys],
  secrets: { [keys]: ["api-tokens", "session", "xloader-token", "xloader-token-id"] },
});
const configuration = configurationWith(store);

describeComponent("the configuration of a site", configuration);

test("hands on what every pod needs that runs CKAN", async () => {
  const { made, resources } = await alone(configuration);
  const runtime = await settled(made.runtime);
  expect({ ...runtime, environment: runtime.environment.length }).toEqual({
    image: "registry.example.org/ckan:2.11.6-1",
    version: "2.11.6",
    configMap: nameOf(find(resources, map)),
    environment: 19,
    access: [inside("database", 5432), inside("search", 8983), inside("queue", 6379), inside("files", 9000)],
  });
  expect(await settled(made.xloaderTokenId)).toEqual({
    secretName: nameOf(find(resources, keys)),
    key: "xloader-token-id",
  });
});

test("pods that write no files get the store's key that only reads, where it has one", async () => {
  const reader = (key: string) => ({ secretName: "opendata-files-worker-key", key });
  const readerKey = { accessKey: reader("access-key"), secretKey: reader("secret-key") };
  const keyOf = async (files: ObjectStore, pods: "runtime" | "serving" | "working") => {
    const { made } = await alone(configurationWith(files));
    const { environment } = (await settled(made[pods])) as CkanRuntime;
    const used = environment.flatMap((variable) =>
      variable.name.startsWith("CKANEXT__S3FILESTORE__") && "secret" in variable ? [variable.secret] : [],
    );
    return used.map(({ secretName, key }) => `${secretName} ${key}`);
  };
  const ofReader = ["opendata-files-worker-key access-key", "opendata-files-worker-key secret-key"];
  const ofWriter = ["files access-key", "files secret-key"];
  const withReader = { ...store, readerKey };
  expect(await keyOf(withReader, "runtime")).toEqual(ofReader);
  expect(await keyOf(withReader, "working")).toEqual(ofReader);
  expect(await keyOf(withReader, "serving")).toEqual(ofWriter);
  expect(await keyOf(store, "working")).toEqual(ofWriter);
});

test("XLoader's token is signed with the very key that CKAN gets, for the very row that the bootstrap inserts", async () => {
  const { resources } = await alone(configuration);
  const data = secretData(find(resources, keys));
  const token = data["xloader-token"] ?? "";
  const end = token.lastIndexOf(".");
  const signature = createHmac("sha256", data["api-tokens"] ?? "")
    .update(token.slice(0, end))
    .digest("base64url");
  expect(token.slice(end + 1)).toBe(signature);
  const claims = JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString());
  expect(claims.jti).toBe(data["xloader-token-id"]);
  expect([data["session"], data["api-tokens"], data["xloader-token-id"]]).toEqual(
    ["session", "api-tokens", "xloader"].map((purpose) => deriveSecret(rootSecret, "opendata", purpose, 1)),
  );
});

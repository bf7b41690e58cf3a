import * as pulumi from "@pulumi/pulumi";
import { describe, expect, test } from "vitest";
import { pullSecret, type Registry } from "../../../components/registries/registries.ts";
import { credentials, nameOf, namespace, secretData } from "../../support/component.ts";
import { declareAlone, find, secretPaths, settled } from "../../support/program.ts";

const registry = { server: "registry.example.org", user: "puller", password: "password-of-the-puller" };
const other = { server: "registry.example.org:5000/team", user: "team", password: "password-of-the-team" };
const title = "core/v1:Secret opendata-registries";

const declared = (...registries: readonly Registry[]) =>
  declareAlone(async () => ({
    name: await settled(pullSecret("opendata-registries", { namespace, credentials: credentials(), registries }, {})),
  }));

describe("registries that ask who pulls", () => {
  test("become one immutable Secret as the kubelet reads it", async () => {
    const { resources } = await declared(registry, other);
    const secret = find(resources, title);
    expect(secret.inputs).toMatchObject({ immutable: true, type: "kubernetes.io/dockerconfigjson" });
    expect(JSON.parse(secretData(secret)[".dockerconfigjson"] ?? "")).toEqual({
      auths: {
        "registry.example.org": {
          username: "puller",
          password: "password-of-the-puller",
          auth: "cHVsbGVyOnBhc3N3b3JkLW9mLXRoZS1wdWxsZXI=",
        },
        "registry.example.org:5000/team": {
          username: "team",
          password: "password-of-the-team",
          auth: "dGVhbTpwYXNzd29yZC1vZi10aGUtdGVhbQ==",
        },
      },
    });
  });

  test("keep their passwords in the Secret's envelope", async () => {
    const { resources } = await declared(registry);
    expect(secretPaths(find(resources, title).raw)).toEqual(["data"]);
    expect(JSON.stringify(resources.map(({ inputs }) => inputs))).not.toContain(registry.password);
  });

  test("get another Secret with another password", async () => {
    const names = [];
    for (const password of ["one", "two", "one"]) {
      const { made, resources } = await declared({ ...registry, password });
      expect(made.name).toBe(nameOf(find(resources, title)));
      names.push(made.name);
    }
    expect([names[0] === names[1], names[0] === names[2]]).toEqual([false, true]);
  });

  test("may have a password that another resource makes", async () => {
    const { resources } = await declared({ ...registry, password: pulumi.secret("made elsewhere") });
    const data = secretData(find(resources, title))[".dockerconfigjson"] ?? "";
    expect(JSON.parse(data).auths["registry.example.org"].password).toBe("made elsewhere");
  });
});

test("without one there is no Secret", async () => {
  const { made, resources } = await declared();
  expect([made.name, resources]).toEqual([undefined, []]);
});

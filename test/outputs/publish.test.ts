/** What the program publishes, for every stack file: by the contract, without anything that it does not name. */
import * as pulumi from "@pulumi/pulumi";
import { describe, expect, test } from "vitest";
import { deriveSecret } from "../../components/site/credentials.ts";
import { environmentDocument, type InstanceDocument } from "../../outputs/contract.ts";
import { instance, rootSecret, stackFile } from "../support/configuration.ts";
import { type Program, programOf, settled } from "../support/program.ts";
import { stackFiles } from "../support/stacks.ts";

/** Where a site's name has to lead, a preview does not know before the cluster has said so. */
const toBeKnown = { type: "A", value: "203.0.113.10" } as const;

async function documentOf({ outputs }: Program) {
  const { administrators: _, instances, ...published } = outputs;
  const sites = Object.entries(instances as Readonly<Record<string, { readonly address: pulumi.Output<unknown> }>>);
  const told = sites.map(async ([name, { address, ...site }]) => {
    const known = await (address as unknown as { readonly isKnown: Promise<boolean> }).isKnown;
    return [name, { ...site, address: known ? address : toBeKnown }] as const;
  });
  const complete = Object.fromEntries(await Promise.all(told)) as unknown as Record<string, InstanceDocument>;
  return settled({ ...published, instances: complete });
}

describe.each(Object.entries(stackFiles))("%s", (_name, read) => {
  test("publishes the whole contract, and no field beside it", async () => {
    const document = await documentOf(await programOf(...read()));
    expect(environmentDocument.parse(document)).toEqual(document);
  });

  test("keeps secrets in credentials alone", async () => {
    const { outputs } = await programOf(...read());
    const { instances, environment, credentials } = outputs;
    const secret = (value: unknown) => pulumi.isSecret(pulumi.output(value));
    expect(await Promise.all([instances, environment, ...Object.values(credentials)].map(secret))).toEqual([
      false,
      false,
      ...Object.keys(instances).map(() => true),
    ]);
  });
});

function fileOf(name: string) {
  const read = stackFiles[name];
  if (read === undefined) throw new Error(`no stack file is called ${name}`);
  return read();
}

describe("an instance", () => {
  const one = async (name: string) => (await documentOf(await programOf(...fileOf(name)))).instances;

  test("with servers of its own is described by names that other namespaces understand", async () => {
    expect(await one("dev")).toMatchSnapshot();
  });

  test("with managed services around it is described by their addresses, buckets and accounts", async () => {
    expect(await one("prod")).toMatchSnapshot();
  });

  test("with servers of somebody else is described by the names and networks that its stack file has", async () => {
    expect(await one("servers of somebody else")).toMatchSnapshot();
  });

  test("without the plugin datastore has no datastore, and no password of one", async () => {
    const ckan = { ...instance.ckan, plugins: ["activity", "s3filestore", "envvars"] };
    const { instances, credentials } = await documentOf(await programOf(stackFile({ opendata: { ckan } })));
    expect([instances["opendata"]?.datastore, credentials]).toEqual([null, { opendata: { datastorePassword: null } }]);
  });

  test("whose uploads lie on a volume has no bucket", async () => {
    expect((await one("uploads on a volume"))["opendata"]?.buckets).toEqual({ uploads: null, backups: null });
  });

  test("names the dashboards of its stack file", async () => {
    const dashboards = { requests: "https://grafana.example.org/d/ckan" };
    const { instances } = await documentOf(await programOf(stackFile({ opendata: { dashboards } })));
    expect(instances["opendata"]?.dashboards).toEqual(dashboards);
  });

  test("has the password of its datastore's reader, and of no other", async () => {
    const { credentials } = await documentOf(await programOf(...fileOf("two instances")));
    const password = (name: string) => ({ datastorePassword: deriveSecret(rootSecret, name, "datastore-reader", 1) });
    expect(credentials).toEqual({ a: password("a"), b: password("b") });
  });
});

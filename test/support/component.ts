/** What every component must do, whatever it declares. */
import * as kubernetes from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { describe, expect, test } from "vitest";
import { Protection } from "../../components/kubernetes/durability.ts";
import { Credentials } from "../../components/site/credentials.ts";
import type { Declared } from "../../render/synthesize.ts";
import { rootSecret } from "./configuration.ts";
import type { PodSpec } from "./objects.ts";
import { type Alone, declareAlone, inventory, secretAt, secretPaths, title } from "./program.ts";

export const namespace = "opendata-unit";
export const protections = Object.values(Protection);

/** The credentials of the instance `opendata`. */
export function credentials(): Credentials {
  return new Credentials({ rootSecret, instance: "opendata" });
}

export interface ComponentCase<T> {
  /** Class and logical name, such as `RedisQueue opendata-queue`. */
  readonly component: string;
  readonly declare: (opts: pulumi.ComponentResourceOptions, protection: Protection) => T;
  /** Titles of everything that it declares, itself excepted, sorted. */
  readonly children: readonly string[];
  /** Those of them that hold data. @default none */
  readonly durable?: readonly string[];
  /** The keys of each Secret among them. @default none */
  readonly secrets?: Readonly<Record<string, readonly string[]>>;
  /** Where other resources hold a secret, as `title: path`. @default nowhere */
  readonly concealed?: Readonly<Record<string, string>>;
}

/** The component alone in a program that passes a provider. */
export function alone<T>({ declare }: ComponentCase<T>, protection: Protection = Protection.Retained) {
  return declareAlone(() => declare({ provider: new kubernetes.Provider("elsewhere") }, protection));
}

/** Only what lies inside the component. */
export function childrenOf({ resources }: Alone<unknown>, component: string): readonly Declared[] {
  return resources.filter((resource) => !/^pulumi:providers:/.test(resource.type) && title(resource) !== component);
}

export function describeComponent<T>(variant: string, expected: ComponentCase<T>): void {
  const { component, children, durable = [], secrets = {}, concealed = {} } = expected;
  const runs = new Map<Protection, Promise<Alone<T>>>();
  const program = (protection: Protection = Protection.Retained) => {
    const run = runs.get(protection) ?? alone(expected, protection);
    runs.set(protection, run);
    return run;
  };
  const run = async (protection?: Protection) => childrenOf(await program(protection), component);

  describe(variant, () => {
    test("declares exactly these", async () => {
      const { resources } = await program();
      expect(inventory(resources)).toEqual([component, ...children, "pulumi:providers:kubernetes elsewhere"].sort());
    });

    test("owns what it declares, and passes its provider on", async () => {
      const declared = (await run()).filter(({ type }) => /^(?:kubernetes|ckan):/.test(type));
      const provider = "urn:pulumi:unit::test::pulumi:providers:kubernetes::elsewhere::elsewhere-id";
      const wanted = declared.map((child) => [title(child), true, child.custom ? provider : ""]);
      const inside = (child: Declared) => child.parent.includes(`ckan:index:${component.replace(" ", "::")}`);
      const nested = (child: Declared) => child.parent.includes(`ckan:index:${component.split(" ")[0]}$`);
      expect(declared.map((child) => [title(child), inside(child) || nested(child), child.provider])).toEqual(wanted);
    });

    test.each(protections)("protects exactly what holds data, when that is %s", async (protection) => {
      const declared = await run(protection);
      const keeping = protection !== Protection.Disposable;
      const guarding = protection === Protection.Protected;
      const options = declared.map((child) => [title(child), child.retainOnDelete, child.protect]);
      const wanted = declared.map(title).map((child) => {
        const holds = durable.includes(child);
        return [child, holds && keeping, holds && guarding];
      });
      expect(options).toEqual(wanted);
      expect(durable.filter((item) => !children.includes(item))).toEqual([]);
    });

    test("keeps every secret in an envelope, and the root secret to itself", async () => {
      const { resources } = await program();
      const objects = resources.filter(({ custom }) => custom);
      const all = objects.filter((child) => secretPaths(child.raw).length > 0);
      const others = all.filter((child) => !(title(child) in secrets));
      expect(Object.fromEntries(others.map((child) => [title(child), secretPaths(child.raw).join()]))).toEqual(
        concealed,
      );

      const holding = all.filter((child) => title(child) in secrets);
      expect(holding.flatMap((child) => secretPaths(child.raw))).toEqual(holding.map(() => "data"));
      expect(Object.fromEntries(holding.map((child) => [title(child), Object.keys(secretData(child))]))).toEqual(
        secrets,
      );

      const open = JSON.stringify(resources.map(({ inputs }) => inputs));
      const values = holding.flatMap((child) => Object.values(secretData(child)));
      expect(values.filter((value) => value.length > 16 && open.includes(value))).toEqual([]);
      expect(JSON.stringify(resources.map(({ raw }) => raw))).not.toContain(rootSecret);
    });
  });
}

/** What a Secret holds, as plain text. */
export function secretData(secret: Declared): Readonly<Record<string, string>> {
  const data = secretAt(secret, "data") as Record<string, string>;
  return Object.fromEntries(
    Object.entries(data).map(([key, text]) => [key, Buffer.from(text, "base64").toString("utf8")]),
  );
}

/** The name that a Secret or ConfigMap has in Kubernetes. */
export function nameOf({ inputs }: Declared): string {
  return (inputs as { metadata: { name: string } }).metadata.name;
}

/** The pod of a workload. */
export function podOf({ inputs }: Declared): PodSpec {
  return (inputs as { spec: { template: { spec: PodSpec } } }).spec.template.spec;
}

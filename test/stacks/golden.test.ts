/** Every object of every stack, as it would reach Kubernetes. A change shows as a diff; `npm run golden` accepts it. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { renderObjects, renderStack, synthesizeStack } from "../../render/stack.ts";
import { declaredBy } from "../support/program.ts";
import { openShiftExample, stacks } from "../support/stacks.ts";

const root = new URL("../../", import.meta.url).pathname;

/** One document for each object, in the order of the names of their files. */
const documents = (files: ReadonlyMap<string, string>) => [...files.values()].join("---\n");

/** A ConfigMap or Secret is another resource for each content: nothing is lost with the old one. */
const contentHash = /(?<=core\/v1:(?:ConfigMap|Secret)::.*)-[0-9a-f]{8}$/;

describe.each(stacks)("%s", (stack) => {
  test("renders the objects of its golden file", async () => {
    const text = documents(await renderStack(stack));
    await expect(text, "run `npm run golden` and review the diff").toMatchFileSnapshot(`${stack}.yaml`);
  });

  test("renders the same bytes again, here and in a process of its own", async () => {
    const first = await renderStack(stack);
    expect(await renderStack(stack)).toEqual(first);
    const folder = mkdtempSync(join(tmpdir(), "render-"));
    try {
      execFileSync(process.execPath, ["render/main.ts", stack, folder], { cwd: root });
      const names = readdirSync(folder).sort();
      expect(new Map(names.map((name) => [name, readFileSync(join(folder, name), "utf8")]))).toEqual(first);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  test("keeps every URN: a resource with a new one is a new resource, and the old one is deleted", async () => {
    const file = new URL(`urns.${stack}.txt`, import.meta.url).pathname;
    const urns = (await synthesizeStack(stack)).map(({ urn }) => urn.replace(contentHash, "-<content>"));
    const disappeared = lines(file).filter((urn) => !urns.includes(urn));
    const advice =
      "these URNs are gone, so Pulumi would delete the resources. Renamed or moved? Give the new one `aliases` and only then " +
      `take the old line out of test/stacks/urns.${stack}.txt by hand`;
    expect(disappeared, advice).toEqual([]);
    await expect(`${urns.join("\n")}\n`, "new URNs: run `npm run golden`").toMatchFileSnapshot(file);
  });
});

test("the example for OpenShift renders the objects of its golden file", async () => {
  const text = documents(renderObjects(await declaredBy(openShiftExample(), "openshift")));
  await expect(text, "run `npm run golden` and review the diff").toMatchFileSnapshot("openshift.yaml");
});

/** A stack that is new has no file yet. */
function lines(file: string): readonly string[] {
  try {
    return readFileSync(file, "utf8").trimEnd().split("\n");
  } catch {
    return [];
  }
}

import { describe, expect, test } from "vitest";
import { changesOf } from "../../review/changes.ts";
import { parsePreview } from "../../review/preview.ts";
import { change, changes, previewText, siteStep, step } from "./support.ts";

const deployment = "kubernetes:apps/v1:Deployment";
const configMap = "kubernetes:core/v1:ConfigMap";
const secret = "kubernetes:core/v1:Secret";
const job = "kubernetes:batch/v1:Job";
const claim = "kubernetes:core/v1:PersistentVolumeClaim";

const named = (name: string, rest: object = {}) => ({ inputs: { metadata: { name }, ...rest } });
/** Another content of an object: created under its new name, and deleted under its old one. */
const renewed = (type: string, name: string, old: object, next: object) => [
  step(type, { op: "create", name: `${name}-bbbbbbbb`, next: named(`${name}-bbbbbbbb`, next) }),
  step(type, { op: "delete", name: `${name}-aaaaaaaa`, old: named(`${name}-aaaaaaaa`, old) }),
];

describe("Another content under another name", () => {
  const pair = renewed(
    configMap,
    "opendata-web",
    { data: { "a.ini": "x = 1\ny = 2\n" } },
    { data: { "a.ini": "x = 3\ny = 2\n" } },
  );

  test("is an update of one object, with the lines that differ", () => {
    expect(change(...pair)).toMatchObject({
      operation: "updated",
      name: "opendata-web",
      properties: [{ kind: "text", path: 'data["a.ini"]', lines: ["-x = 1", "+x = 3", " y = 2"] }],
    });
  });

  test("is what others move to, not a change of theirs", () => {
    const volumes = (hash: string) => ({
      inputs: { spec: { volumes: [{ name: "v", configMap: { name: `opendata-web-${hash}` } }] } },
    });
    const [, web] = changes(...pair, step(deployment, { old: volumes("aaaaaaaa"), next: volumes("bbbbbbbb") }));
    expect(web).toMatchObject({ type: deployment, properties: [], follows: ["opendata-web"] });
  });

  test("is followed in lists that go by such names, too", () => {
    const references = (hash: string) => ({ inputs: { refs: [{ name: `opendata-web-${hash}`, key: "a" }] } });
    const next = step(deployment, { old: references("aaaaaaaa"), next: references("bbbbbbbb") });
    expect(changes(...pair, next)[1]).toMatchObject({ type: deployment, properties: [], follows: ["opendata-web"] });
  });

  test("is not guessed where two could be meant", () => {
    const another = step(configMap, { op: "create", name: "opendata-web-cccccccc", next: {} });
    expect(changes(...pair, another).map(({ operation }) => operation)).toEqual(["deleted", "created", "created"]);
  });

  test("of another kind or part is another object", () => {
    const [created] = renewed(configMap, "opendata-web", {}, {});
    const [, deleted] = renewed(secret, "opendata-web", {}, {});
    expect(
      changes(created ?? {}, deleted ?? {})
        .map(({ operation }) => operation)
        .sort(),
    ).toEqual(["created", "deleted"]);
    const elsewhere = step(configMap, {
      op: "delete",
      part: "opendata-worker",
      component: "XLoaderWorker",
      name: "opendata-web-aaaaaaaa",
      old: {},
    });
    expect(
      changes(created ?? {}, elsewhere)
        .map(({ operation }) => operation)
        .sort(),
    ).toEqual(["created", "deleted"]);
  });

  test("of a Job stands in its name, which is no change to look at", () => {
    const run = step(job, {
      op: "replace",
      old: named("opendata-bootstrap-aaaaaaaa"),
      next: named("opendata-bootstrap-bbbbbbbb"),
    });
    expect(change(run)).toMatchObject({ operation: "replaced", properties: [] });
    const later = step(job, {
      op: "replace",
      old: named("opendata-bootstrap-aaaaaaaa"),
      next: named("04da6b54-80e4-46f7-96ec-b56ff0331ba9"),
    });
    expect(change(later).properties).toEqual([]);
  });
});

describe("No content of a Secret", () => {
  test("is in a change, even where the engine did not mask it", () => {
    const data = (text: string) => ({
      inputs: { kind: "Secret", data: { word: text }, stringData: { file: `a\n${text}\nb` } },
    });
    const found = change(step(secret, { old: data("swordfish"), next: data("marlinspike") }));
    expect(found.properties).toEqual([
      { kind: "value", path: "data.word", old: "[secret]", next: "[secret]" },
      { kind: "value", path: "stringData.file", old: "[secret]", next: "[secret]" },
    ]);
    expect(JSON.stringify(found)).not.toMatch(/swordfish|marlinspike/);
  });
});

describe("The engine's operations", () => {
  test.each([
    ["create", "created"],
    ["update", "updated"],
    ["delete", "deleted"],
    ["replace", "replaced"],
    ["import", "imported"],
    ["create-replacement", "replaced"],
    ["delete-replaced", "deleted"],
  ])("%s: the object is %s", (op, operation) => {
    expect(change(step(claim, { op, old: {}, next: {} })).operation).toBe(operation);
  });

  test.each(["same", "read", "refresh", "discard", "remove-pending-replace"])("%s is no change", (op) => {
    expect(changes(step(claim, { op, old: {}, next: {} }))).toEqual([]);
  });

  test("the halves of a replacement are one", () => {
    const halves = ["replace", "create-replacement", "delete-replaced"].map((op) =>
      step(claim, { op, old: {}, next: {} }),
    );
    expect(changes(...halves).map(({ operation }) => operation)).toEqual(["replaced"]);
  });

  test("same with another protection is one of its own", () => {
    const found = change(step(claim, { op: "same", old: { protect: true, retainOnDelete: true }, next: {} }));
    expect([found.operation, found.guardBefore, found.guardAfter]).toEqual([
      "guarded",
      { protect: true, retain: true },
      { protect: false, retain: false },
    ]);
  });

  test("components, the stack and providers that Pulumi makes are no objects", () => {
    const provider = {
      op: "create",
      urn: "urn:pulumi:prod::ckan::pulumi:providers:gcp::default_9_37_0",
      newState: { type: "pulumi:providers:gcp", custom: true },
    };
    expect(changes(siteStep("create"), provider)).toEqual([]);
  });
});

describe("A place", () => {
  test.each([
    ["CkanWeb", "opendata-web", "opendata", "web"],
    ["XLoaderWorker", "open-data-worker-bulk", "open-data", "worker bulk"],
    ["PostgresDb", "opendata-database", "opendata", "database"],
    ["CkanExposure", "opendata-exposure", "opendata", "ingress"],
    ["Novelty", "opendata-novelty", undefined, "Novelty"],
  ])("below %s called %s", (component, part, instance, words) => {
    const found = change(step(claim, { component, part, name: "any", next: {}, old: {} }));
    expect([found.instance, found.part]).toEqual([instance, words]);
  });

  test("a new site is known to all of its objects", () => {
    expect(changes(siteStep("create"), step(claim, { op: "create", next: {} })).map(({ site }) => site)).toEqual([
      "new",
    ]);
    expect(changes(siteStep("delete"), step(claim, { op: "delete", old: {} })).map(({ site }) => site)).toEqual([
      "gone",
    ]);
  });
});

test("the order of the engine's steps does not count", () => {
  const steps = ["b", "a", "c"].map((name) =>
    step(claim, { name, old: { inputs: { a: 1 } }, next: { inputs: { a: 2 } } }),
  );
  const one = changesOf(parsePreview(previewText(steps)));
  expect(one.map(({ name }) => name)).toEqual(["a", "b", "c"]);
  expect(changesOf(parsePreview(previewText([...steps].reverse())))).toEqual(one);
});

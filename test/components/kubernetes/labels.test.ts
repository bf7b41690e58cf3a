import { expect, test } from "vitest";
import { clientLabel, imageVersion, labels, selector } from "../../../components/kubernetes/labels.ts";

const identity = { instance: "opendata", component: "search", software: "solr", version: "9.10.1" };
const selecting = {
  "app.kubernetes.io/name": "solr",
  "app.kubernetes.io/instance": "opendata",
  "app.kubernetes.io/component": "search",
};

test("labels say what an object is, of what it is a part, and who manages it", () => {
  expect(labels(identity)).toEqual({
    ...selecting,
    "app.kubernetes.io/version": "9.10.1",
    "app.kubernetes.io/part-of": "ckan",
    "app.kubernetes.io/managed-by": "pulumi",
  });
});

test("a version that nobody knows is no label", () => {
  expect(Object.keys(labels({ ...identity, version: undefined }))).not.toContain("app.kubernetes.io/version");
});

test("a selector is a part of the labels, and carries no version", () => {
  expect(selector(identity)).toEqual(selecting);
});

test("a server's clients carry one label, named after it", () => {
  expect(clientLabel("search")).toEqual({ "search-client": "true" });
});

test.each([
  ["solr:9.10.1-2", "9.10.1"],
  ["registry.example.org:5000/a/solr:9", "9"],
  ["solr:v1.2", "1.2"],
  ["postgres:17.6-bookworm", "17.6"],
  [`solr:9.10.1@sha256:${"0".repeat(64)}`, "9.10.1"],
  [`solr@sha256:${"0".repeat(64)}`, undefined],
  ["solr:blue", undefined],
  ["registry.example.org:5000/solr", undefined],
])("the version in %s is %s", (image, version) => {
  expect(imageVersion(image)).toBe(version);
});

/** What each scanner prints, shortened from what it really printed, and how that is read. */
import { expect, test } from "vitest";
import { readCheckov } from "../../scan/scanners/checkov.ts";
import { readKubeScore } from "../../scan/scanners/kube-score.ts";
import { readKubeconform } from "../../scan/scanners/kubeconform.ts";

test("kube-score: every grade below 10 is a finding, unless the check did not apply", () => {
  const check = (id: string, grade: number, skipped: boolean, comments: object[] | null) => ({
    check: { id, name: `Name of ${id}` },
    grade,
    skipped,
    comments,
  });
  const checks = [
    check("stable-version", 10, false, null),
    check("pod-probes", 7, false, null),
    check("service-type", 5, false, [{ path: "", summary: "a node port" }]),
    check("container-image-tag", 1, false, [
      { path: "web", summary: "latest" },
      { path: "setup", summary: "latest" },
    ]),
    check("hpa", 1, true, [{ path: "", summary: "skipped" }]),
  ];
  expect(readKubeScore(JSON.stringify([{ file_name: "/tmp/scan/dev/web.yaml", checks }]))).toEqual({
    looked: new Set(["web.yaml"]),
    passed: 1,
    findings: [
      { check: "pod-probes", file: "web.yaml", message: "Name of pod-probes" },
      { check: "service-type", file: "web.yaml", message: "a node port" },
      { check: "container-image-tag", file: "web.yaml", message: "web: latest; setup: latest" },
    ],
  });
});

test("checkov: what an annotation skips is a finding too", () => {
  const check = (check_id: string, file_path: string) => ({ check_id, check_name: `Name of ${check_id}`, file_path });
  const results = {
    passed_checks: [check("CKV_1", "/web.yaml"), check("CKV_2", "/web.yaml")],
    failed_checks: [check("CKV_3", "/web.yaml")],
    skipped_checks: [check("CKV_4", "/worker.yaml")],
    parsing_errors: [],
  };
  expect(readCheckov(JSON.stringify({ results }))).toEqual({
    looked: new Set(["web.yaml", "worker.yaml"]),
    passed: 2,
    findings: [
      { check: "CKV_3", file: "web.yaml", message: "Name of CKV_3" },
      { check: "CKV_4", file: "worker.yaml", message: "Name of CKV_4" },
    ],
  });
  const unreadable = { results: { ...results, parsing_errors: ["/web.yaml"] } };
  expect(() => readCheckov(JSON.stringify(unreadable))).toThrow("checkov printed something unexpected");
});

test("checkov: no object at all, for which it prints only numbers, fails the scan", () => {
  const nothing = { passed: 0, failed: 0, skipped: 0, parsing_errors: 0, resource_count: 0, checkov_version: "3.3.30" };
  expect(() => readCheckov(JSON.stringify(nothing))).toThrow("checkov printed something unexpected");
});

test("kubeconform: an object that is invalid, unreadable, skipped or of a kind without schema is a finding", () => {
  const resource = (status: string, msg: string) => ({ filename: `/tmp/${status}.yaml`, kind: "Job", status, msg });
  const resources = [
    resource("statusValid", ""),
    resource(
      "statusInvalid",
      "problem validating schema. Check JSON formatting: jsonschema validation failed with 'file:///tmp/job.json#' - at '/spec': additional properties 'image' not allowed",
    ),
    resource("statusError", "could not find schema for Job"),
    resource("statusSkipped", ""),
  ];
  expect(readKubeconform(JSON.stringify({ resources }))).toEqual({
    looked: new Set(["statusValid.yaml", "statusInvalid.yaml", "statusError.yaml", "statusSkipped.yaml"]),
    passed: 1,
    findings: [
      {
        check: "invalid",
        file: "statusInvalid.yaml",
        message: "at '/spec': additional properties 'image' not allowed",
      },
      { check: "error", file: "statusError.yaml", message: "could not find schema for Job" },
      { check: "skipped", file: "statusSkipped.yaml", message: "" },
    ],
  });
});

/** versions.ts names what is built; the go.mod files say what it is built from. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import {
  actionlintVersion,
  checkovVersion,
  engineKubernetesVersions,
  kubeconformVersion,
  kubernetesVersion,
  kubeScoreVersion,
  kwokVersion,
  pulumiVersion,
  wirefilterVersion,
} from "../../toolchain/versions.ts";

const [, second] = engineKubernetesVersions;

test.each([
  ["kubernetes", "k8s.io/kubernetes", kubernetesVersion],
  ["control-plane", "k8s.io/kubernetes", second],
  ["kwok", "sigs.k8s.io/kwok", kwokVersion],
  ["kube-score", "github.com/zegl/kube-score", kubeScoreVersion],
  ["kubeconform", "github.com/yannh/kubeconform", kubeconformVersion],
  ["actionlint", "github.com/rhysd/actionlint", actionlintVersion],
  ["pulumi-cli", "github.com/pulumi/pulumi/pkg/v3", pulumiVersion],
])("toolchain/go/%s is built from %s %s", (folder, module, version) => {
  const lines = goMod(folder)
    .split("\n")
    .map((line) =>
      line
        .trim()
        .replace(/^require /, "")
        .replace(/ \/\/.*$/, ""),
    );
  expect(lines.filter((line) => line.startsWith(`${module} `))).toEqual([`${module} v${version}`]);
});

test.each([
  ["kubernetes", kubernetesVersion],
  ["control-plane", second],
])("toolchain/go/%s takes every part of Kubernetes from the release %s", (folder, version) => {
  const targets = [...goMod(folder).matchAll(/^\tk8s\.io\/\S+ => k8s\.io\/\S+ v(\S+)$/gm)].map(([, target]) => target);
  expect(targets.length).toBeGreaterThan(30);
  expect(new Set(targets)).toEqual(new Set([version.replace(/^1\./, "0.")]));
});

test.each([
  ["checkov", "checkov", checkovVersion],
  ["wirefilter", "octorules-wirefilter", wirefilterVersion],
])("toolchain/python/%s installs the %s that was asked for, %s", (folder, name, version) => {
  const pins = ["in", "txt"].map((ending) => {
    const text = readFileSync(
      join(import.meta.dirname, `../../toolchain/python/${folder}/requirements.${ending}`),
      "utf8",
    );
    return new RegExp(`^${name}==(\\S+)`, "m").exec(text)?.[1];
  });
  expect(pins).toEqual([version, version]);
});

function goMod(folder: string): string {
  return readFileSync(join(import.meta.dirname, "../../toolchain/go", folder, "go.mod"), "utf8");
}

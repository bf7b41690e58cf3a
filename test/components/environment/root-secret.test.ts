import { expect, test } from "vitest";
import { publicRootSecret, rootSecretMistakes } from "../../../components/environment/root-secret.ts";
import { readStackFile } from "../../../render/stack-file.ts";
import { rootSecret } from "../../support/configuration.ts";

const remedy = 'run pulumi config set --secret ckan:rootSecret "$(openssl rand -base64 48)"';
const missing = `expected a root secret: ${remedy}`;
const placeholder = `expected random characters, got a placeholder: ${remedy}`;
const shared = `expected a secret of this environment's own: the public one of the dev stack is for cluster.platform local only; ${remedy}`;

test.each([
  ["random characters anywhere", rootSecret, "kubernetes", []],
  ["random characters on a local cluster", rootSecret, "local", []],
  ["32 characters", rootSecret.slice(0, 32), "kubernetes", []],
  ["31 characters", rootSecret.slice(0, 31), "local", [`expected at least 32 random characters, got 31: ${remedy}`]],
  ["the public one on a local cluster", publicRootSecret, "local", []],
  ["the public one elsewhere", publicRootSecret, "kubernetes", [shared]],
  ["the public one without a platform", publicRootSecret, undefined, [shared]],
  ["none", undefined, "local", [missing]],
  ["an empty one", "", "local", [missing]],
  ["one repeated character", "x".repeat(40), "local", [placeholder]],
  ["an instruction", "CHANGE-ME-CHANGE-ME-CHANGE-ME-CHANGE-ME", "local", [placeholder]],
  ["a word for a secret", "my-very-own-password-my-very-own-password", "local", [placeholder]],
])("%s: what is said of the root secret", (_name, value, platform, expected) => {
  const mistakes = rootSecretMistakes({ rootSecret: value }, platform);
  expect(mistakes).toEqual(expected.map((text) => ({ key: "rootSecret", expected: text })));
});

test.each([
  ["another one, however weak", "short", []],
  ["the same", rootSecret, ["expected the root secret before this one, got the same: take the key out"]],
  ["an empty one", "", ["expected the root secret before this one, or no such key"]],
])("%s: what is said of the root secret before", (_name, previousRootSecret, expected) => {
  const mistakes = rootSecretMistakes({ rootSecret, previousRootSecret }, "kubernetes");
  expect(mistakes).toEqual(expected.map((text) => ({ key: "previousRootSecret", expected: text })));
});

test("the public root secret is the one in Pulumi.dev.yaml", () => {
  const { values } = readStackFile(new URL("../../../Pulumi.dev.yaml", import.meta.url).pathname);
  expect(values["ckan:rootSecret"]).toBe(publicRootSecret);
});

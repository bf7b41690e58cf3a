/** What is said of pods: a bad setting gives one line that says what to write, and declares nothing. */
import { expect, test } from "vitest";
import { stackFile } from "../support/configuration.ts";
import { refusalOf } from "../support/program.ts";

const toleration = (settings: object) => ({ tolerations: [settings] });
const label = "expected a label of your own: Kubernetes, operators and network policies know pods by this one";
const annotation = "expected an annotation of your own: this one belongs to the program, to kubectl or to an operator";
const key = "expected a key such as example.org/pool, or pool";
const value = "expected text of at most 63 letters, digits, ., _ and -, in quotes where it is a number or true";

test.each([
  ["a selector that is no text", { nodeSelector: { spot: true } }, `nodeSelector.spot: ${value}, got true`],
  ["a selector with a bad key", { nodeSelector: { "spot!": "c" } }, `nodeSelector.spot!: ${key}`],
  [
    "a toleration of nothing",
    toleration({ effect: "NoSchedule" }),
    "tolerations.0.key: expected the key of a taint, or operator: Exists for every taint, got nothing",
  ],
  [
    "a value that nothing asks for",
    toleration({ key: "spot", operator: "Exists", value: "a" }),
    'tolerations.0.value: expected nothing here with operator: Exists, which asks for no value, got "a"',
  ],
  [
    "seconds on a node that takes nobody away",
    toleration({ key: "spot", operator: "Exists", tolerationSeconds: 30 }),
    "tolerations.0.tolerationSeconds: expected nothing here without effect: NoExecute, which alone takes pods away, got 30",
  ],
  [
    "an unknown effect",
    toleration({ key: "spot", effect: "Never" }),
    'tolerations.0.effect: expected effect: NoSchedule, PreferNoSchedule or NoExecute, got "Never"',
  ],
  [
    "a label that selectors go by",
    { labels: { "app.kubernetes.io/name": "x" } },
    `labels.app.kubernetes.io/name: ${label}`,
  ],
  ["a label that opens a server", { labels: { "database-client": "true" } }, `labels.database-client: ${label}`],
  ["a label of an operator", { labels: { "cnpg.io/cluster": "x" } }, `labels.cnpg.io/cluster: ${label}`],
  [
    "an annotation of the program",
    { annotations: { "pulumi.com/patchForce": "true" } },
    `annotations.pulumi.com/patchForce: ${annotation}`,
  ],
  [
    "an annotation that fences a database",
    { annotations: { "cnpg.io/fencedInstances": "*" } },
    `annotations.cnpg.io/fencedInstances: ${annotation}`,
  ],
  [
    "a setting of CKAN",
    { environment: { CKAN__SITE_TITLE: "x" } },
    "environment.CKAN__SITE_TITLE: expected nothing here: write ckan.settings, or ckan.secretSettings: CKAN takes this variable for a setting",
  ],
  ["a proxy", { environment: { https_proxy: "x" } }, "environment.https_proxy: expected nothing here: write proxy"],
  [
    "a setting of libpq",
    { environment: { PGSSLMODE: "disable" } },
    "environment.PGSSLMODE: expected nothing here: the part has its own",
  ],
  [
    "a secret",
    { environment: { SENTRY_TOKEN: "x" } },
    "environment.SENTRY_TOKEN: expected nothing here: it would stand in plain text in every pod; write ckan.secretSettings",
  ],
  [
    "no name of a variable",
    { environment: { "A-B": "x" } },
    "environment.A-B: expected the name of a variable such as TZ",
  ],
  [
    "a number where text is meant",
    { environment: { WORKERS: 3 } },
    "environment.WORKERS: expected text, in quotes where it is a number or true, got 3",
  ],
])("%s", async (_, pods, line) => {
  for (const [at, settings] of [
    ["pods", pods],
    ["pods.parts.web", { parts: { web: pods } }],
  ] as const) {
    const { message, registered } = await refusalOf(stackFile({ opendata: { pods: settings } }));
    expect(message).toContain(`The stack file has 1 mistake; nothing was created or changed:\n`);
    expect(message).toContain(`  ckan:instances.opendata.${at}.${line}`);
    expect(registered).toBe(0);
  }
});

test("a part that is not there", async () => {
  const { message } = await refusalOf(stackFile({ opendata: { pods: { parts: { serach: {} } } } }));
  expect(message).toContain(
    "ckan:instances.opendata.pods.parts.serach: expected a part that runs in this site's pods: web, worker, bootstrap, recovery, database, search, queue, files, files-setup",
  );
});

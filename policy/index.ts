/** The policy pack: `pulumi preview --policy-pack <this folder>`. */
import { PolicyPack } from "@pulumi/policy";
import * as pulumi from "@pulumi/pulumi";
import { policies, type Violation } from "./pack.ts";
import { rememberResources } from "./received.ts";
import { rules } from "./rules.ts";
import { readStackSettings } from "./stack-settings.ts";

// The only clock, for expired exceptions. Tests, and trials of a future day, set POLICY_TODAY.
const today = process.env["POLICY_TODAY"] ?? new Date().toISOString().slice(0, "YYYY-MM-DD".length);

// `pulumi preview --json` omits policy violations but keeps printed lines, where the review report reads them.
const print = (violation: Violation) => console.error(`policy violation: ${JSON.stringify(violation)}`);
const tell = process.env["POLICY_PRINT_VIOLATIONS"] === "true" ? print : undefined;

rememberResources();
new PolicyPack("ckan-environments", {
  policies: policies(rules, readStackSettings(pulumi.runtime.allConfig(), pulumi.getProject()), today, tell),
});

/** The policy pack: `pulumi preview --policy-pack <this folder>`. */
import { PolicyPack } from "@pulumi/policy";
import * as pulumi from "@pulumi/pulumi";
import { policies, type Violation } from "./pack.ts";
import { rememberResources } from "./received.ts";
import { rules } from "./rules.ts";
import { readStackSettings } from "./stack-settings.ts";

// The one clock: whether an exception has expired. Tests and rehearsals of a day to come name another one.
const today = process.env["POLICY_TODAY"] ?? new Date().toISOString().slice(0, "YYYY-MM-DD".length);

// `pulumi preview --json` leaves out what policies say, and keeps what they print: the review report reads it there.
const print = (violation: Violation) => console.error(`policy violation: ${JSON.stringify(violation)}`);
const tell = process.env["POLICY_PRINT_VIOLATIONS"] === "true" ? print : undefined;

rememberResources();
new PolicyPack("ckan-environments", {
  policies: policies(rules, readStackSettings(pulumi.runtime.allConfig(), pulumi.getProject()), today, tell),
});

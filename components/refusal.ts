/** Errors that a person has to act on. */
import * as pulumi from "@pulumi/pulumi";

/** An error that Pulumi prints as its message alone. */
export function refusal(message: string): pulumi.RunError {
  const error = new pulumi.RunError(message);
  // Node 24.9 takes half a minute to colour a stack with a frame such as node_modules/@pulumi/resource.ts.
  error.stack = "";
  return error;
}

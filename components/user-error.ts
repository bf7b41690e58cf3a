/** Errors that a person has to act on. */
import * as pulumi from "@pulumi/pulumi";

/** An error that Pulumi prints as its message alone. */
export function userError(message: string): pulumi.RunError {
  const error = new pulumi.RunError(message);
  // In programs without our preloaded module, Node 24.9 takes half a minute to colour a stack (toolchain/preload.cjs).
  error.stack = "";
  return error;
}

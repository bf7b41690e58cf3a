/** Errors that the user has to fix. */
import * as pulumi from "@pulumi/pulumi";

/** An error of which Pulumi prints only the message. */
export function userError(message: string): pulumi.RunError {
  const error = new pulumi.RunError(message);
  // Without our preloaded module, Node 24.9 takes half a minute to colour a stack trace (toolchain/preload.cjs).
  error.stack = "";
  return error;
}

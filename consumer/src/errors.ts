/** What can be wrong with the outputs of another team's stack, as sentences that say what to do. */
import { RunError } from "@pulumi/pulumi";
import { contractVersion } from "./contract.ts";

const packageName = "@ckan-environments/consumer";

/** A contract that cannot be read. Pulumi prints the sentence alone. */
export class ContractError extends RunError {
  constructor(message: string) {
    super(message);
    this.name = "ContractError";
    // Pulumi would print it, and nobody needs it to mend a name or a version.
    this.stack = "";
  }
}

export function incompleteName(stack: string): ContractError {
  return new ContractError(
    `expected the full name of a stack such as example/ckan/prod, got ${JSON.stringify(stack)}: ` +
      "organization, project and stack; in a backend without organizations the first is called organization",
  );
}

export function noContract(stack: string): ContractError {
  return new ContractError(
    `${stack} publishes no contract: it has no output contractVersion. See whether it is the stack of a CKAN environment, and ` +
      "whether its first `pulumi up` has ended",
  );
}

export function otherVersion(stack: string, found: unknown): ContractError {
  const remedy =
    typeof found === "number"
      ? `install the release that reads it: npm install ${packageName}@${found}`
      : "ask the team that runs the environment";
  return new ContractError(
    `${stack} publishes version ${JSON.stringify(found)} of its contract, and this release of ${packageName} reads version ` +
      `${contractVersion}: ${remedy}`,
  );
}

export function noInstance(stack: string, name: string, existing: readonly string[]): ContractError {
  const known = existing.length === 0 ? "none" : [...existing].sort().join(", ");
  return new ContractError(`${stack} has no instance ${JSON.stringify(name)}; it has: ${known}`);
}

/** `what` that the instance has not, such as `datastore`, and why. */
export function nothingThere(stack: string, name: string, what: string, reason: string): ContractError {
  return new ContractError(`the instance ${JSON.stringify(name)} of ${stack} has no ${what}: ${reason}`);
}

export function undecryptable(stack: string, name: string): ContractError {
  return new ContractError(
    `the password of the datastore of ${JSON.stringify(name)} cannot be decrypted: whoever runs this program needs the passphrase of ` +
      `${stack}, or the right to decrypt with its key`,
  );
}

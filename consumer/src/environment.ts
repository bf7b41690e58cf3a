/** A CKAN environment as its stack's outputs describe it. */
import * as pulumi from "@pulumi/pulumi";
import { contractVersion, type Instance, type InstanceCredentials } from "./contract.ts";
import { incompleteName, noContract, noInstance, otherVersion } from "./errors.ts";
import { CkanInstance } from "./instance.ts";

/**
 * What the stack of a CKAN environment publishes.
 *
 * @param stack its full name, such as example/ckan/prod
 * @param opts options of the StackReference behind it
 * @throws ContractError when the name is not full. Any other error fails the program when it uses what cannot be read: the stack
 * publishes no contract, another version, or no such instance.
 */
export function ckanEnvironment(stack: string, opts: pulumi.CustomResourceOptions = {}): CkanEnvironment {
  // A name alone is taken for a stack of the program's own project.
  if (!/^[^/\s]+\/[^/\s]+\/[^/\s]+$/.test(stack)) throw incompleteName(stack);
  return new CkanEnvironment(stack, new pulumi.StackReference(stack, {}, opts));
}

export class CkanEnvironment {
  /** Full name of the stack. */
  readonly stack: string;
  /** Name of the environment, such as prod. */
  readonly name: pulumi.Output<string>;
  /** Every instance by its name. Nothing of it is a secret. */
  readonly instances: pulumi.Output<Readonly<Record<string, Instance>>>;
  readonly #credentials: pulumi.Output<Readonly<Record<string, InstanceCredentials>>>;

  /** Use `ckanEnvironment`. */
  constructor(stack: string, reference: pulumi.StackReference) {
    this.stack = stack;
    const checked = reference.getOutput("contractVersion").apply((version) => {
      if (version === undefined) throw noContract(stack);
      if (version !== contractVersion) throw otherVersion(stack, version);
    });
    // One output each: the secrets in `credentials` would make everything that is read with them a secret.
    const read = <T>(output: string): pulumi.Output<T> =>
      pulumi.all([checked, reference.getOutput(output)]).apply(([, value]) => value as T);
    this.name = read("environment");
    this.instances = read("instances");
    this.#credentials = read("credentials");
  }

  /** One CKAN site, by its name in the stack file. */
  instance(name: string): CkanInstance {
    const named = <T>(instances: Readonly<Record<string, T>>): T => {
      const found = instances[name];
      if (found === undefined) throw noInstance(this.stack, name, Object.keys(instances));
      return found;
    };
    const details = this.instances.apply(named);
    // After the other, so that a missing instance is one error.
    const credentials = pulumi.all([details, this.#credentials]).apply(([, all]) => named(all));
    return new CkanInstance(this.stack, name, details, credentials);
  }
}

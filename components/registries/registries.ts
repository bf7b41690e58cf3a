/** Private registries: the one Secret by which nodes pull the images of an instance. */
import * as pulumi from "@pulumi/pulumi";
import type { Credentials } from "../site/credentials.ts";
import { credentialsSecret } from "../site/credentials-secret.ts";

/** A registry that requires a login. */
export interface Registry {
  /** As it stands in the names of its images, such as registry.example.org or registry.example.org:5000/team. */
  readonly server: string;
  readonly user: string;
  readonly password: pulumi.Input<string>;
}

export interface PullSecretArgs {
  readonly namespace: pulumi.Input<string>;
  readonly credentials: Credentials;
  readonly registries: readonly Registry[];
}

/** Declares the Secret and returns its name; undefined without such a registry. */
export function pullSecret(
  name: string,
  { namespace, credentials, registries }: PullSecretArgs,
  options: pulumi.CustomResourceOptions,
): pulumi.Input<string> | undefined {
  if (registries.length === 0) return undefined;
  const identity = { instance: credentials.instance, component: "registries", software: "ckan" };
  const data = { [key]: dockerConfig(registries) };
  const secret = credentialsSecret(
    name,
    { namespace, identity, credentials, type: "kubernetes.io/dockerconfigjson", data },
    options,
  );
  return secret[key]?.secretName;
}

/** The key that Kubernetes requires in a Secret of this type. */
const key = ".dockerconfigjson";

/** Plain text if every password is plain text, so that the Secret's name can change with its content. */
function dockerConfig(registries: readonly Registry[]): pulumi.Input<string> {
  const known = registries.map(({ password }) => password);
  if (known.every((password) => typeof password === "string")) return render(registries, known);
  return pulumi.secret(pulumi.all(known)).apply((passwords) => render(registries, passwords));
}

function render(registries: readonly Registry[], passwords: readonly string[]): string {
  const auths = registries.map(({ server, user }, index) => {
    const password = passwords[index] ?? "";
    return [server, { username: user, password, auth: Buffer.from(`${user}:${password}`).toString("base64") }];
  });
  return JSON.stringify({ auths: Object.fromEntries(auths) });
}

/** Secrets that a site is given instead of deriving them: the arguments, their Secret and their variables. */
import type * as pulumi from "@pulumi/pulumi";
import { secretVariable } from "../../ckan/secret-settings.ts";
import type { MailArgs } from "../mail/settings.ts";
import { type CredentialsSecretArgs, credentialsSecret } from "../site/credentials-secret.ts";
import type { EnvironmentVariable } from "../site/endpoints.ts";

export interface SiteSecrets {
  /** @default the site sends no e-mail */
  readonly mail?: MailArgs | undefined;
  /** Further settings of CKAN and its plugins, by name. @default none */
  readonly secretSettings?: SecretSettings;
}

export type SecretSettings = Readonly<Record<string, pulumi.Input<string>>>;

/** Declares the Secret with the settings, if any, and returns the variables that pass them to CKAN. */
export function declareSecretSettings(
  name: string,
  { mail, secretSettings = {} }: SiteSecrets,
  args: Omit<CredentialsSecretArgs<unknown>, "data">,
  options: pulumi.CustomResourceOptions,
): readonly EnvironmentVariable[] {
  const password = mail?.password;
  const data = { ...secretSettings, ...(password !== undefined && { "smtp.password": password }) };
  if (Object.keys(data).length === 0) return [];
  const references = credentialsSecret<SecretSettings>(name, { ...args, data }, options);
  return Object.entries(references).map(([setting, secret]) => ({ name: secretVariable(setting), secret }));
}

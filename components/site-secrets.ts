/** Secrets that are given to a site instead of derived: as arguments, as one Secret, as variables. */
import * as pulumi from "@pulumi/pulumi";
import { secretVariable } from "../ckan/secret-settings.ts";
import type { EnvironmentVariable } from "./contracts.ts";
import type { MailArgs } from "./mail.ts";
import { type CredentialsSecretArgs, credentialsSecret } from "./secret.ts";

export interface SiteSecrets {
  /** @default the site sends no e-mail */
  readonly mail?: MailArgs | undefined;
  /** Further settings of CKAN and its plugins, by name. @default none */
  readonly secretSettings?: SecretSettings;
}

export type SecretSettings = Readonly<Record<string, pulumi.Input<string>>>;

/** Declares the Secret that holds the settings, where there are any, and returns the variables by which CKAN gets them. */
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

/** The mail server as it may be written to the state. */
export function concealMail(mail: MailArgs): MailArgs {
  return { ...mail, ...(mail.password !== undefined && { password: pulumi.secret(mail.password) }) };
}

/** The settings as they may be written to the state. */
export function concealSettings(settings: SecretSettings): SecretSettings {
  return Object.fromEntries(Object.entries(settings).map(([name, value]) => [name, pulumi.secret(value)]));
}

/** Hundreds of kilobytes, when it is complete; its ConfigMap has it. */
export const withoutBundle = { caBundle: undefined };

/** All of it, where it is. */
export function concealSecrets<Args extends SiteSecrets>(args: Args): Args {
  return {
    ...args,
    ...(args.mail !== undefined && { mail: concealMail(args.mail) }),
    ...(args.secretSettings !== undefined && { secretSettings: concealSettings(args.secretSettings) }),
    ...withoutBundle,
  };
}

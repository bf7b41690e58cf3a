/** The only reader of Pulumi's configuration: one strict parse at the edge, all mistakes in one report. */
import * as pulumi from "@pulumi/pulumi";
import { resolveSecrets } from "../../config/arguments.ts";
import { deepMerge, isObject, valueAt } from "../../config/merge.ts";
import { ConfigurationError, type Mistake, schemaMistakes } from "../../config/mistakes.ts";
import { readStackFile } from "../../config/read.ts";
import { namedSecrets, secretMistakes, unknownKeys } from "../../config/secrets.ts";
import { instanceName, stackName } from "../../config/values.ts";
import { cloudflareMistakes } from "../dns/zone-checks.ts";
import { environmentMistakes, siteMistakes } from "../site/checks.ts";
import { type Instance, instanceSettings } from "../site/settings.ts";
import { rootSecretMistakes } from "./root-secret.ts";
import { type EnvironmentSettings, environmentSettings, structuredKeys } from "./settings.ts";

const knownKeys = [...structuredKeys, "rootSecret", "previousRootSecret"];

/** One environment, as its stack file declares it. */
export interface Environment extends EnvironmentSettings {
  /** The stack's name: data for names and labels, never a branch in code. */
  readonly name: string;
  readonly instances: Readonly<Record<string, Instance>>;
  /** Every password and key of the environment is derived from it. */
  readonly rootSecret: string;
  /** The previous root secret, during a rotation of every password and key. */
  readonly previousRootSecret: string | undefined;
  /** A secret that the stack file names, such as an external server's password. */
  readonly secret: (key: string) => string;
}

/**
 * Reads and checks the stack file.
 *
 * @throws ConfigurationError with every mistake of the file, before anything is declared
 */
export function loadEnvironment(config: pulumi.Config): Environment {
  const raw = readStackFile(config, structuredKeys);
  const mistakes: Mistake[] = [];
  const settings = parseSettings(raw, mistakes);
  const instances = parseInstances(raw, mistakes);
  const name = pulumi.getStack();
  const validName = stackName.safeParse(name);

  mistakes.push(...rootSecretMistakes(raw, valueAt(raw, ["cluster", "platform"])));
  const complete = isObject(raw["instances"]) && Object.keys(raw["instances"]).every((key) => key in instances);
  const named = [
    ...namedSecrets(environmentSettings, settings, ""),
    ...Object.entries(instances).flatMap(([key, one]) => namedSecrets(instanceSettings, one, `instances.${key}`)),
  ];
  mistakes.push(...secretMistakes(raw, named));
  // An instance that could not be parsed may name secrets, so unknown keys are reported only when all could be.
  if (settings !== undefined && complete) mistakes.push(...unknownKeys(raw, knownKeys, named));
  if (settings !== undefined) mistakes.push(...cloudflareMistakes(settings.cloudflare, instances, complete));
  if (!validName.success) {
    mistakes.push({ key: "name of the stack", expected: validName.error.issues[0]?.message ?? "", found: name });
  }
  if (settings === undefined || mistakes.length > 0) throw new ConfigurationError(mistakes);

  return {
    ...settings,
    name,
    instances,
    rootSecret: config.require("rootSecret"),
    previousRootSecret: config.get("previousRootSecret"),
    secret: (key) => config.require(key),
  };
}

function parseSettings(raw: Readonly<Record<string, unknown>>, mistakes: Mistake[]): EnvironmentSettings | undefined {
  const names = Object.keys(environmentSettings.shape);
  const input = Object.fromEntries(Object.entries(raw).filter(([name]) => names.includes(name)));
  const parsed = environmentSettings.safeParse(input);
  if (parsed.success) return parsed.data;
  mistakes.push(...schemaMistakes(parsed.error, input, [], environmentSettings));
  return undefined;
}

function parseInstances(raw: Readonly<Record<string, unknown>>, mistakes: Mistake[]): Record<string, Instance> {
  const { defaults = {}, instances } = raw;
  if (!isObject(defaults))
    mistakes.push({ key: "defaults", expected: "expected keys and values below this key", found: defaults });
  if (!isObject(instances) || Object.keys(instances).length === 0) {
    mistakes.push({ key: "instances", expected: "expected at least one instance, such as opendata", found: instances });
    return {};
  }
  const parsed: Record<string, Instance> = {};
  for (const [name, own] of Object.entries(instances)) {
    const named = instanceName.safeParse(name);
    if (!named.success)
      mistakes.push({ key: `instances.${name}`, expected: named.error.issues[0]?.message ?? "", found: name });
    const instance = parseInstance(name, own ?? {}, raw, mistakes);
    if (instance !== undefined) parsed[name] = instance;
  }
  mistakes.push(...environmentMistakes(parsed));
  return parsed;
}

function parseInstance(
  name: string,
  own: unknown,
  raw: Readonly<Record<string, unknown>>,
  mistakes: Mistake[],
): Instance | undefined {
  const { defaults = {} } = raw;
  const merged = deepMerge(defaults, own);
  const result = instanceSettings.safeParse(merged);
  if (result.success) {
    // The rules look at no secret, so its name will do.
    const site = resolveSecrets(instanceSettings, result.data, (key) => key);
    mistakes.push(
      ...siteMistakes(name, site, valueAt(raw, ["cluster", "platform"]), (key) => `instances.${name}.${key}`),
    );
    return result.data;
  }
  mistakes.push(
    ...schemaMistakes(result.error, merged, ["instances", name], instanceSettings).map((mistake) =>
      whereWritten(mistake, name, own, defaults),
    ),
  );
  return undefined;
}

/** A mistake in the defaults is reported there: once, and where it can be fixed. */
function whereWritten(mistake: Mistake, name: string, own: unknown, defaults: unknown): Mistake {
  const prefix = `instances.${name}.`;
  if (!mistake.key.startsWith(prefix)) return mistake;
  const path = mistake.key.slice(prefix.length).split(".");
  if (valueAt(own, path) !== undefined || valueAt(defaults, path) === undefined) return mistake;
  return { ...mistake, key: `defaults.${path.join(".")}` };
}

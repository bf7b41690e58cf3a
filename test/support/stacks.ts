/** The stacks that are committed, and variants of what a stack file may ask for. */
import { readStackFile } from "../../render/stack-file.ts";
import type { Declared } from "../../render/synthesize.ts";
import {
  external,
  externalSecrets,
  onVolume,
  operated,
  operatedSecrets,
  pushing,
  type StackFile,
  scaled,
  stackFile,
} from "./configuration.ts";
import { declaredBy } from "./program.ts";

export const stacks = ["dev", "staging", "prod"] as const;
export type Stack = (typeof stacks)[number];

/** The stack file as an object. */
export function committed(stack: Stack): Record<string, unknown> {
  return parsed(`Pulumi.${stack}.yaml`);
}

/** An example of examples/stacks with the secrets that it names. */
export function example(name: string, secrets: Readonly<Record<string, string>>): Record<string, unknown> {
  return { ...parsed(`examples/stacks/${name}.yaml`), ...secrets };
}

/** The example of a site on OpenShift, with the secret that its operator sets. */
export function openShiftExample(): Record<string, unknown> {
  return example("openshift", { "ckan:registryPassword": "password-of-the-puller" });
}

/** What Pulumi hands over as JSON is parsed again. */
function parsed(path: string): Record<string, unknown> {
  const { values } = readStackFile(new URL(`../../${path}`, import.meta.url).pathname);
  return Object.fromEntries(
    Object.entries(values).map(([key, text]) => [key, /^[[{]/.test(text) ? JSON.parse(text) : text]),
  );
}

/** The longest name that an instance may have. */
export const longestName = "a".repeat(30);

function withLongestName(): Record<string, unknown> {
  const file = committed("prod");
  const [instance] = Object.values(file["ckan:instances"] as Record<string, unknown>);
  return { ...file, "ckan:instances": { [longestName]: instance } };
}

const exampleSecrets = {
  "ckan:mailPassword": "password-of-the-mail-server",
  "ckan:directoryPassword": "password-of-the-directory",
  "ckan:queuePassword": "password-of-the-queue",
  "ckan:solrPassword": "password-of-solr",
};

const maintenance = { enabled: true };
const nodePort = { exposure: { kind: "node-port", nodePort: 30500 } };

/** Of the environments, the one where the cluster assigns whom pods run as. */
export const onOpenShift = "the example for OpenShift";

/** Every stack file that a rule must hold for, with the name of its stack. */
export const stackFiles: Readonly<Record<string, () => readonly [file: StackFile, stack?: string]>> = {
  dev: () => [committed("dev"), "dev"],
  staging: () => [committed("staging"), "staging"],
  prod: () => [committed("prod"), "prod"],
  "the longest instance name": () => [withLongestName(), "production"],
  "uploads on a volume": () => [stackFile({ opendata: { ...onVolume, ...nodePort } })],
  "servers of somebody else": () => [stackFile({ opendata: external }, externalSecrets)],
  "settings about the world outside": () => [example("settings", exampleSecrets)],
  "a closed site": () => [stackFile({ opendata: { maintenance, workers: { default: { replicas: 2 } } } })],
  "DataPusher in place of XLoader": () => [stackFile({ opendata: pushing })],
  "as many pods as are needed": () => [stackFile({ opendata: scaled })],
  [onOpenShift]: () => [openShiftExample(), "openshift"],
  "databases that an operator runs": () => [stackFile({ opendata: operated }, operatedSecrets)],
  "two instances": () => [stackFile({ a: { host: "a.example.org" }, b: { host: "b.example.org" } })],
};

const declared = new Map<string, Promise<readonly Declared[]>>();

/** Every environment over which an invariant must hold. Each is declared once for all files that a worker runs. */
export const environments: Readonly<Record<string, () => Promise<readonly Declared[]>>> = Object.fromEntries(
  Object.entries(stackFiles).map(([name, read]) => [
    name,
    () => {
      const known = declared.get(name) ?? declaredBy(...read());
      declared.set(name, known);
      return known;
    },
  ]),
);

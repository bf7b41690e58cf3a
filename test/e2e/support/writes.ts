/** Every action of CKAN that writes, each with an input that would be taken from somebody who may. */
import { readFileSync } from "node:fs";
import { kubectl, succeed } from "./commands.ts";

/** Things of the site that are there to be changed. */
export interface Victims {
  readonly organization: string;
  readonly group: string;
  readonly dataset: string;
  /** The dataset links to it. */
  readonly otherDataset: string;
  readonly resource: string;
  readonly view: string;
  readonly vocabulary: string;
  readonly tag: string;
  /** Of the kind in which XLoader notes how a load went. */
  readonly taskStatus: string;
  readonly user: string;
}

const program = readFileSync(new URL("actions.py", import.meta.url), "utf8");

/** Names of the actions that this CKAN with its plugins has and does not call free of side effects. */
export function writingActions(namespace: string): readonly string[] {
  const worker = ["exec", "-i", "-n", namespace, "deployment/opendata-worker", "--", "python3", "-c", program];
  const actions: Readonly<Record<string, boolean>> = JSON.parse(succeed(kubectl(worker)));
  return Object.entries(actions)
    .filter(([, onlyReads]) => !onlyReads)
    .map(([name]) => name);
}

/** An input that names what the action acts on. An action that is not listed gets what most of its kind want. */
export function inputOf(action: string, victims: Victims): object {
  return special(victims)[action] ?? { ...common(victims), id: target(action, victims) };
}

function target(action: string, victims: Victims): string {
  const kinds: readonly (readonly [RegExp, string])[] = [
    [/resource_view/, victims.view],
    [/resource|xloader/, victims.resource],
    [/organization|member_/, victims.organization],
    [/group/, victims.group],
    [/user/, victims.user],
    [/vocabulary/, victims.vocabulary],
  ];
  return kinds.find(([kind]) => kind.test(action))?.[1] ?? victims.dataset;
}

function common(victims: Victims): object {
  const { organization, dataset, resource, user } = victims;
  return {
    name: "e2e-intruder",
    package_id: dataset,
    resource_id: resource,
    org_id: organization,
    group_id: organization,
    user,
    user_id: user,
    username: user,
    email: "e2e-intruder@example.org",
    password: "a-password-of-nobody",
    role: "admin",
    capacity: "admin",
    object: dataset,
    object_type: "package",
    datasets: [dataset],
    package: { id: dataset, resources: [] },
    resource: { id: resource, package_id: dataset, url: "http://example.org" },
    metadata: { resource_id: resource },
    status: "complete",
    term: "a",
    term_translation: "b",
    lang_code: "de",
    data: [taskStatus(victims)],
    token: "x",
    rettype: "trigger",
    definition: "BEGIN RETURN NEW; END;",
  };
}

function special(victims: Victims): Readonly<Record<string, object>> {
  const { organization, group, dataset, otherDataset, resource, view, vocabulary, tag, user } = victims;
  const relationship = { subject: dataset, object: otherDataset, type: "links_to" };
  const member = { id: dataset, user_id: user };
  const rows = { resource_id: resource, force: true };
  const shown = { resource_id: resource, title: "x", view_type: "text_view" };
  return {
    group_update: { id: group, name: group, title: "x" },
    organization_update: { id: organization, name: organization, title: "x" },
    package_revise: { match: { name: dataset }, update: { title: "x" } },
    package_resource_reorder: { id: dataset, order: [resource] },
    package_relationship_create: relationship,
    package_relationship_update: relationship,
    package_relationship_delete: relationship,
    package_collaborator_create: { ...member, capacity: "editor" },
    package_collaborator_delete: member,
    resource_view_create: shown,
    resource_view_update: { ...shown, id: view },
    resource_view_reorder: { id: resource, order: [view] },
    tag_delete: { id: tag, vocabulary_id: vocabulary },
    task_status_update: taskStatus(victims),
    task_status_delete: { id: victims.taskStatus },
    datastore_create: { ...rows, records: [{ a: 2 }] },
    datastore_upsert: { ...rows, records: [{ a: 2 }], method: "insert" },
    datastore_delete: rows,
    datastore_records_delete: { ...rows, filters: {} },
  };
}

function taskStatus({ resource }: Victims): object {
  const about = { entity_id: resource, entity_type: "resource", task_type: "xloader" };
  return { ...about, key: "e2e", value: "x", state: "complete" };
}

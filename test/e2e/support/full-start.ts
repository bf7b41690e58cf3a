/** Runs the stack's Jobs once more, as a first start does: they may be repeated, and this way their output is there to be read. */
import { setTimeout as sleep } from "node:timers/promises";
import { type LiveObject, list } from "./cluster.ts";
import { kubectl, succeed } from "./commands.ts";
import { eventually } from "./site.ts";

interface LiveJob extends LiveObject {
  readonly spec: { readonly template: { readonly metadata: { readonly labels: object }; readonly spec: object } };
  readonly status: { readonly succeeded?: number; readonly failed?: number };
}

const mark = { "ckan-environments.test/again": "true" };

/** Starts a copy of each Job and looks at what `look` sees until all are done. */
export async function runJobsAgain(namespace: string, look: () => void): Promise<void> {
  removeJobs();
  const own = list<LiveJob>("jobs", namespace).filter(({ metadata }) => metadata.ownerReferences === undefined);
  const items = own.map(({ metadata, spec }) => ({
    apiVersion: "batch/v1",
    kind: "Job",
    metadata: { name: `e2e-${metadata.name}`, namespace, labels: mark },
    spec: { backoffLimit: 0, activeDeadlineSeconds: 300, template: withoutOwner(spec.template) },
  }));
  succeed(kubectl(["apply", "-f", "-"], JSON.stringify({ apiVersion: "v1", kind: "List", items })));
  let looking = true;
  const looker = (async () => {
    while (looking) {
      look();
      await sleep(100);
    }
  })();
  try {
    await eventually(
      async () => copies().map(({ status }) => status.succeeded ?? 0),
      (done) => done.every((count) => count === 1),
      300,
    );
  } finally {
    looking = false;
    await looker;
  }
}

export function removeJobs(): void {
  succeed(kubectl(["delete", "jobs", "--all-namespaces", "--selector", Object.entries(mark).flat().join("=")]));
}

function copies(): readonly LiveJob[] {
  return list<LiveJob>("jobs").filter(({ metadata }) => metadata.labels?.["ckan-environments.test/again"] === "true");
}

/** Without the labels by which the Job's controller knows its own pods. */
function withoutOwner({ metadata, spec }: LiveJob["spec"]["template"]): object {
  const labels = Object.entries(metadata.labels).filter(([key]) => !/(?:controller-uid|job-name)$/.test(key));
  return { metadata: { labels: Object.fromEntries(labels) }, spec };
}

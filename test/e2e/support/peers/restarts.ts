/** Containers that ended and were started again. */
import { type LivePod, list } from "../cluster.ts";

/** `<pod> <container> <restarts>` of every container of the site's lasting pods. */
export function restarts(namespace: string): readonly string[] {
  const lasting = list<LivePod>("pods", namespace).filter(
    ({ metadata }) => !(metadata.ownerReferences ?? []).some(({ kind }) => kind === "Job"),
  );
  return lasting
    .flatMap(({ metadata, status }) =>
      [...(status.initContainerStatuses ?? []), ...(status.containerStatuses ?? [])].map(
        ({ name, restartCount }) => `${metadata.name} ${name} ${restartCount}`,
      ),
    )
    .sort();
}

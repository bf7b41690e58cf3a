/**
 * Adjusts requests so that GKE Autopilot does not modify them. Autopilot edits the objects themselves: it lowers disk limits to the
 * requests (kelos-dev/kelos#296, GoogleContainerTools/skaffold#7701), so that a web pod would be evicted at its first upload of 64Mi. It
 * raises everything else, and every refresh shows that as drift (Kong/kong-operator#888).
 */
import type { Resources } from "./pod.ts";
import { quantityValue } from "./quantity.ts";

/** Minimum of a container, in millicores and Mi, on clusters where pods can burst (GKE 1.30 and newer). */
const least = { cpu: 50, memory: 52 };

/** Maximum disk of all containers of a pod together, in bytes. */
export const mostDisk = 10 * 2 ** 30;

/** Gi of memory per CPU, over the whole pod. */
const ratio = { least: 1, most: 6.5 };

/** Adjusts the containers of one pod; the first container makes up for what the pod lacks in total. */
export function onAutopilot(containers: readonly [Resources, ...Resources[]]): readonly [Resources, ...Resources[]] {
  const sized: readonly (typeof least)[] = containers.map(({ requests }) => ({
    cpu: Math.max(least.cpu, Math.ceil(quantityValue(requests.cpu) * 1000)),
    memory: Math.max(least.memory, Math.ceil(quantityValue(requests.memory) / 2 ** 20)),
  }));
  const cpu = sized.reduce((sum, container) => sum + container.cpu, 0);
  const memory = sized.reduce((sum, container) => sum + container.memory, 0);
  const lacking = {
    cpu: Math.max(0, Math.ceil((memory / 1024 / ratio.most) * 1000) - cpu),
    memory: Math.max(0, Math.ceil((cpu / 1000) * 1024 * ratio.least) - memory),
  };
  const [first, ...others] = containers;
  const [own = least, ...besides] = sized;
  return [
    reserved(first, { cpu: own.cpu + lacking.cpu, memory: own.memory + lacking.memory }),
    ...others.map((container, index) => reserved(container, besides[index] ?? least)),
  ];
}

function reserved({ requests, limits }: Resources, { cpu, memory }: typeof least): Resources {
  const enough = (said: Resources["requests"]) => ({
    cpu: atLeast(said.cpu, cpu / 1000, `${cpu}m`),
    memory: atLeast(said.memory, memory * 2 ** 20, `${memory}Mi`),
    "ephemeral-storage": limits["ephemeral-storage"],
  });
  return { requests: enough(requests), limits: enough(limits) };
}

/** Keeps the given quantity where it suffices, so that nothing changes without need. */
function atLeast(said: string, needed: number, otherwise: string): string {
  return quantityValue(said) >= needed ? said : otherwise;
}

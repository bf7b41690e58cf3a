/**
 * Pods of the tests' own. Some carry exactly the labels of pods that come and go (those of Jobs), and so get what network policies
 * give those. They never become ready, so that no Service sends them anybody, and lack the labels by which controllers know their own
 * pods (a ReplicaSet's hash, a Job's id), so that none adopts or counts them.
 */
import type { Labels } from "../../support/objects.ts";
import { isReady, type LiveObject, type LivePod, list } from "./cluster.ts";
import { kubectl, succeed } from "./commands.ts";
import { eventually } from "./site.ts";

/** Beside the labels of the pod that is stood in for. */
const mark = { "ckan-environments.test/fake": "true" };

export interface Fake {
  readonly name: string;
  readonly namespace: string;
  readonly labels: Labels;
}

/** Namespaces of the tests' own; every pod in one marked sealed is forbidden to send anything. */
export interface TestNamespace {
  readonly name: string;
  readonly sealed: boolean;
}

/** Starts the pods with an image that is on the node and has sleep and Perl, and waits until they run. */
export async function startFakes(
  image: string,
  namespaces: readonly TestNamespace[],
  pods: readonly Fake[],
): Promise<void> {
  const items = [...namespaces.flatMap(namespaceObjects), ...pods.map((pod) => podObject(pod, image))];
  succeed(kubectl(["apply", "-f", "-"], JSON.stringify({ apiVersion: "v1", kind: "List", items })));
  await eventually(
    async () => fakes().filter(({ status }) => status.phase === "Running" && status.podIP !== undefined).length,
    (running) => running === pods.length,
    60,
  );
}

export function fakes(): readonly LivePod[] {
  return list<LivePod>("pods").filter(({ metadata }) =>
    Object.entries(mark).every(([key, value]) => metadata.labels?.[key] === value),
  );
}

/** Those of the fakes that Kubernetes takes for a part of the site. */
export function mistakenFakes(): readonly string[] {
  const pods = fakes();
  const addresses = pods.map(({ status }) => status.podIP);
  const served = list<EndpointSlice>("endpointslices").flatMap(({ metadata, endpoints }) =>
    (endpoints ?? [])
      .filter(({ conditions }) => conditions?.ready === true)
      .flatMap((endpoint) => endpoint.addresses)
      .filter((address) => addresses.includes(address))
      .map((address) => `${metadata.name} leads to ${address}`),
  );
  const adopted = pods.filter(({ metadata }) => metadata.ownerReferences !== undefined);
  const ready = pods.filter(isReady);
  return [...served, ...[...adopted, ...ready].map(({ metadata }) => metadata.name)];
}

export function removeFakes(namespaces: readonly TestNamespace[]): void {
  const selector = Object.entries(mark).map(([key, value]) => `${key}=${value}`);
  succeed(
    kubectl(["delete", "pods", "--all-namespaces", "--selector", selector.join(), "--grace-period=0", "--force"]),
  );
  if (namespaces.length === 0) return;
  succeed(kubectl(["delete", "namespace", "--ignore-not-found", ...namespaces.map(({ name }) => name)]));
}

interface EndpointSlice extends LiveObject {
  readonly endpoints?: readonly {
    readonly addresses: readonly string[];
    readonly conditions?: { readonly ready?: boolean };
  }[];
}

function namespaceObjects({ name, sealed }: TestNamespace): readonly object[] {
  const namespace = {
    apiVersion: "v1",
    kind: "Namespace",
    metadata: { name, labels: { "pod-security.kubernetes.io/enforce": "restricted" } },
  };
  return sealed ? [namespace, sealedPolicy(name)] : [namespace];
}

/** In a namespace of its own nothing comes out of any pod. */
export function sealedPolicy(namespace: string) {
  return {
    apiVersion: "networking.k8s.io/v1",
    kind: "NetworkPolicy",
    metadata: { name: "sealed", namespace },
    spec: { podSelector: {}, policyTypes: ["Egress"], egress: [] },
  };
}

function podObject({ name, namespace, labels }: Fake, image: string): object {
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name, namespace, labels: { ...labels, ...mark } },
    spec: {
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      restartPolicy: "Never",
      // sleep ignores SIGTERM as the first process of a container; and a killed test leaves nothing that stays.
      terminationGracePeriodSeconds: 0,
      activeDeadlineSeconds: 900,
      readinessGates: [{ conditionType: "ckan-environments.test/never" }],
      securityContext: { runAsNonRoot: true, runAsUser: 10001, seccompProfile: { type: "RuntimeDefault" } },
      containers: [
        {
          name: "fake",
          image,
          imagePullPolicy: "IfNotPresent",
          command: ["sleep", "900"],
          resources: { requests: { cpu: "10m", memory: "32Mi" }, limits: { cpu: "500m", memory: "256Mi" } },
          securityContext: {
            allowPrivilegeEscalation: false,
            readOnlyRootFilesystem: true,
            capabilities: { drop: ["ALL"] },
          },
        },
      ],
    },
  };
}

/** Pods that meet the Pod Security Standard `restricted`, plus a read-only root file system. */
import type { types } from "@pulumi/kubernetes";
import type { Input } from "@pulumi/pulumi";
import type { EnvironmentVariable } from "../site/endpoints.ts";
import { onAutopilot } from "./autopilot.ts";
import { environment } from "./env.ts";
import { type Identity, labels, selector } from "./labels.ts";
import { type PodOptions, placement, podOptions, type SitePodOptions } from "./pod-options.ts";
import type { Probes } from "./probes.ts";

type PodTemplateSpec = types.input.core.v1.PodTemplateSpec;

/** Requests and limits, as in Kubernetes. */
export interface Resources {
  readonly requests: Readonly<Record<"cpu" | "memory" | "ephemeral-storage", string>>;
  readonly limits: Readonly<Record<"cpu" | "memory" | "ephemeral-storage", string>>;
}

/** A volume and where it is mounted. */
export interface Mount {
  readonly name: string;
  readonly path: string;
  /** @default an emptyDir, limited by the container's share of the node's disk */
  readonly source?: Omit<types.input.core.v1.Volume, "name">;
  readonly readOnly?: boolean;
}

/** Which UID the containers of a pod run as. */
export const PodUser = {
  /** A fixed UID, the same in every cluster. */
  Fixed: "fixed",
  /** The cluster assigns UID, GID and fsGroup, as OpenShift does with the SCC restricted-v2. */
  Assigned: "assigned",
} as const;
export type PodUser = (typeof PodUser)[keyof typeof PodUser];

/** Settings of every pod of an instance. */
export interface PodSettings extends SitePodOptions {
  /** @default fixed */
  readonly user?: PodUser | undefined;
  /** Image pull Secret. @default none */
  readonly pullSecret?: Input<string> | undefined;
  /** Addresses or networks of resolvers that are not pods. @default the well-known ones: see network.ts */
  readonly dnsResolvers?: readonly string[] | undefined;
  /** Whether requests are adjusted for GKE Autopilot. @default false */
  readonly autopilot?: boolean | undefined;
}

/** One container. */
export interface ContainerArgs {
  readonly image: string;
  readonly command?: readonly string[];
  readonly args?: readonly Input<string>[];
  readonly environment?: readonly EnvironmentVariable[];
  readonly ports?: Readonly<Record<string, number>>;
  /** Jobs have none. */
  readonly probes?: Partial<Probes>;
  readonly resources: Resources;
  /** Besides /tmp, which every container has for itself. Mounts of one name share a volume. */
  readonly mounts?: readonly Mount[];
  /** Seconds between the end of new traffic and SIGTERM. @default 0 */
  readonly drainSeconds?: number;
}

/** A container that starts before the main container and stops after it. */
export interface SidecarArgs extends ContainerArgs {
  readonly name: string;
}

/** The main container and its pod. */
export interface PodArgs extends ContainerArgs {
  readonly identity: Identity;
  /** @default the part's name */
  readonly name?: string;
  /** Containers that the main container needs while it runs. @default none */
  readonly sidecars?: readonly SidecarArgs[];
  /** Default container of `kubectl logs` and `exec`. @default the main container */
  readonly mainContainer?: string;
  /** Labels that other parts' network policies select. */
  readonly clientLabels?: Readonly<Record<string, string>>;
  /** Seconds between SIGTERM and SIGKILL. @default 30 */
  readonly terminationGracePeriodSeconds?: number;
  readonly restartPolicy?: "Always" | "Never";
  /** Service account, where something outside identifies pods by it; no pod gets an API token. @default default */
  readonly serviceAccount?: Input<string> | undefined;
  /** Spreads the part's pods over nodes and zones where possible. @default false */
  readonly spread?: boolean;
  /** Name of a PriorityClass in the cluster. @default the cluster's default */
  readonly priorityClass?: string | undefined;
  /** Settings for all pods of the instance. @default fixed UID, no pull Secret */
  readonly settings?: PodSettings | undefined;
}

/** Images and volumes work with any UID. Above 10000 it cannot collide with an account of the node. */
const user = 10001;

const fixedUser = {
  runAsUser: user,
  runAsGroup: user,
  fsGroup: user,
  // A recursive chown takes minutes on a large volume.
  fsGroupChangePolicy: "OnRootMismatch",
};

export function podTemplate(args: PodArgs): PodTemplateSpec {
  const { user: runsAs = PodUser.Fixed, pullSecret } = args.settings ?? {};
  const { identity, sidecars = [] } = args;
  const options = podOptions(args.settings ?? {}, identity.component);
  const { environment: further } = options;
  const [resources, ...besides] = podResources([args, ...sidecars], args.settings);
  const own = prepared({ ...args, resources, name: args.name ?? identity.component }, "tmp", further);
  const others = sidecars.map((sidecar, index) =>
    prepared({ ...sidecar, resources: besides[index] ?? sidecar.resources }, `${sidecar.name}-tmp`, further),
  );
  return {
    metadata: metadata(args, options),
    spec: {
      ...(args.serviceAccount !== undefined && { serviceAccountName: args.serviceAccount }),
      automountServiceAccountToken: false,
      // Service variables would shadow settings with the same name (SOLR_PORT, REDIS_PORT).
      enableServiceLinks: false,
      restartPolicy: args.restartPolicy ?? "Always",
      terminationGracePeriodSeconds: args.terminationGracePeriodSeconds ?? 30,
      securityContext: {
        runAsNonRoot: true,
        ...(runsAs === PodUser.Fixed && fixedUser),
        seccompProfile: { type: "RuntimeDefault" },
      },
      ...(args.priorityClass !== undefined && { priorityClassName: args.priorityClass }),
      ...(pullSecret !== undefined && { imagePullSecrets: [{ name: pullSecret }] }),
      ...placement(options),
      ...(args.spread ? spread(args.identity) : {}),
      ...(others.length > 0 && {
        initContainers: others.map((sidecar) => ({ ...container(sidecar), restartPolicy: "Always" })),
      }),
      containers: [container(own)],
      volumes: volumes([own, ...others]),
    },
  };
}

/** Requests and limits of one pod's containers, adjusted for the cluster. */
export function podResources(
  containers: readonly [Pick<ContainerArgs, "resources">, ...Pick<ContainerArgs, "resources">[]],
  settings: PodSettings | undefined,
): readonly [Resources, ...Resources[]] {
  const [first, ...others] = containers;
  const said = [first.resources, ...others.map(({ resources }) => resources)] as const;
  return settings?.autopilot ? onAutopilot(said) : said;
}

/** Our own labels and annotations override the extra ones: parts and network policies rely on them. */
function metadata(
  { identity, mainContainer, clientLabels }: PodArgs,
  besides: Pick<PodOptions, "labels" | "annotations">,
) {
  const own = mainContainer === undefined ? {} : { "kubectl.kubernetes.io/default-container": mainContainer };
  const annotations = { ...besides.annotations, ...own };
  return {
    labels: { ...besides.labels, ...labels(identity), ...clientLabels },
    ...(Object.keys(annotations).length > 0 && { annotations }),
  };
}

type NamedContainer = SidecarArgs & { readonly mounts: readonly Mount[] };

/** Adds the container's own /tmp and the extra variables. */
function prepared(args: SidecarArgs, scratch: string, besides: Readonly<Record<string, string>>): NamedContainer {
  const further = Object.entries(besides).map(([name, value]) => ({ name, value }));
  return {
    ...args,
    ...(further.length > 0 && { environment: [...(args.environment ?? []), ...further] }),
    mounts: [scratchMount(scratch, "/tmp"), ...(args.mounts ?? [])],
  };
}

/** Each volume once. A shared emptyDir gets the size limit of the first container that mounts it. */
function volumes(containers: readonly NamedContainer[]): types.input.core.v1.Volume[] {
  const byName = new Map<string, types.input.core.v1.Volume>();
  for (const { mounts, resources } of containers) {
    const scratch = { emptyDir: { sizeLimit: resources.limits["ephemeral-storage"] } };
    for (const { name, source = scratch } of mounts) {
      if (!byName.has(name)) byName.set(name, { name, ...source });
    }
  }
  return [...byName.values()];
}

function container(args: NamedContainer): types.input.core.v1.Container {
  return {
    name: args.name,
    image: args.image,
    imagePullPolicy: "IfNotPresent",
    // The last output of a failed container goes into its status, which `pulumi up` prints.
    terminationMessagePolicy: "FallbackToLogsOnError",
    ...(args.command && { command: [...args.command] }),
    ...(args.args && { args: [...args.args] }),
    ...(args.environment && { env: environment(args.environment) }),
    ...(args.ports && {
      ports: Object.entries(args.ports).map(([name, containerPort]) => ({ name, containerPort, protocol: "TCP" })),
    }),
    ...args.probes,
    ...(args.drainSeconds && { lifecycle: { preStop: { sleep: { seconds: args.drainSeconds } } } }),
    resources: { requests: { ...args.resources.requests }, limits: { ...args.resources.limits } },
    securityContext: {
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      runAsNonRoot: true,
      capabilities: { drop: ["ALL"] },
      seccompProfile: { type: "RuntimeDefault" },
    },
    volumeMounts: args.mounts.map(({ name, path, readOnly }) => ({
      name,
      mountPath: path,
      ...(readOnly && { readOnly }),
    })),
  };
}

function spread(identity: Identity): Pick<types.input.core.v1.PodSpec, "affinity" | "topologySpreadConstraints"> {
  const labelSelector = { matchLabels: selector(identity) };
  return {
    affinity: {
      podAntiAffinity: {
        preferredDuringSchedulingIgnoredDuringExecution: [
          { weight: 100, podAffinityTerm: { topologyKey: "kubernetes.io/hostname", labelSelector } },
        ],
      },
    },
    topologySpreadConstraints: [
      { maxSkew: 1, topologyKey: "topology.kubernetes.io/zone", whenUnsatisfiable: "ScheduleAnyway", labelSelector },
    ],
  };
}

/** A ConfigMap as files in a folder. */
export function configMapMount(name: string, path: string, configMap: Input<string>): Mount {
  return { name, path, source: { configMap: { name: configMap } }, readOnly: true };
}

/** A Secret as files in a folder, readable by the pod's group only. */
export function secretMount(name: string, path: string, secretName: Input<string>): Mount {
  return { name, path, source: { secret: { secretName, defaultMode: 0o440 } }, readOnly: true };
}

/** An emptyDir, which is deleted with the pod. */
export function scratchMount(name: string, path: string): Mount {
  return { name, path };
}

/** A PersistentVolumeClaim, which outlives the pod. */
export function claimMount(name: string, path: string, claimName: Input<string>): Mount {
  return { name, path, source: { persistentVolumeClaim: { claimName } } };
}

/** Pods as the `restricted` Pod Security Standard asks for, with a read-only root file system on top. */
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
  /** @default an empty folder that ends with the pod, of the container's share of the node's disk */
  readonly source?: Omit<types.input.core.v1.Volume, "name">;
  readonly readOnly?: boolean;
}

/** Whom the containers of a pod run as. */
export const PodUser = {
  /** Our own uid, the same in every cluster. */
  Fixed: "fixed",
  /** A uid, a group and a group of volumes that the cluster assigns, as OpenShift does for its constraint restricted-v2. */
  Assigned: "assigned",
} as const;
export type PodUser = (typeof PodUser)[keyof typeof PodUser];

/** What is the same for every pod of an instance. */
export interface PodSettings extends SitePodOptions {
  /** @default fixed */
  readonly user?: PodUser | undefined;
  /** Secret with the passwords of the registries that images come from. @default none */
  readonly pullSecret?: Input<string> | undefined;
  /** Addresses or networks of the cluster's resolvers, where those are no pods. @default those that are known: see network.ts */
  readonly dnsResolvers?: readonly string[] | undefined;
  /** Requests are such as GKE's Autopilot takes unchanged. @default false: as they are said */
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
  /** Besides /tmp, which every container has for itself. Those of one name are one volume. */
  readonly mounts?: readonly Mount[];
  /** Seconds between the end of new traffic and SIGTERM. @default 0 */
  readonly drainSeconds?: number;
}

/** A container that starts before the pod's own, and ends after it. */
export interface SidecarArgs extends ContainerArgs {
  readonly name: string;
}

/** The pod's own container and the pod around it. */
export interface PodArgs extends ContainerArgs {
  readonly identity: Identity;
  /** @default the part's name */
  readonly name?: string;
  /** What the pod's own container needs for as long as it runs. @default none */
  readonly sidecars?: readonly SidecarArgs[];
  /** The container that `kubectl logs` and `exec` mean. @default the pod's own */
  readonly mainContainer?: string;
  /** Labels that other parts' network policies look for. */
  readonly clientLabels?: Readonly<Record<string, string>>;
  /** Seconds between SIGTERM and SIGKILL. @default 30 */
  readonly terminationGracePeriodSeconds?: number;
  readonly restartPolicy?: "Always" | "Never";
  /** Under which the pod runs, where something outside goes by it; no pod gets a token for the API server. @default default */
  readonly serviceAccount?: Input<string> | undefined;
  /** Keeps pods of one part on different nodes and zones where there are any. @default false */
  readonly spread?: boolean;
  /** Name of a PriorityClass of the cluster. @default the cluster's own */
  readonly priorityClass?: string | undefined;
  /** What the instance says of all its pods. @default a fixed user, images that anybody may pull */
  readonly settings?: PodSettings | undefined;
}

/** Any uid does, images and volumes are made for that; above 10000 it cannot meet an account of the node. */
const user = 10001;

const fixedUser = {
  runAsUser: user,
  runAsGroup: user,
  fsGroup: user,
  // A recursive change of owner takes minutes on a large volume.
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
      // Variables for every Service of the namespace would hide settings of the same name (SOLR_PORT, REDIS_PORT).
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

/** What the containers of one pod reserve and may use, where they run. */
export function podResources(
  containers: readonly [Pick<ContainerArgs, "resources">, ...Pick<ContainerArgs, "resources">[]],
  settings: PodSettings | undefined,
): readonly [Resources, ...Resources[]] {
  const [first, ...others] = containers;
  const said = [first.resources, ...others.map(({ resources }) => resources)] as const;
  return settings?.autopilot ? onAutopilot(said) : said;
}

/** Our own labels and annotations stand over those that are said besides: parts and network policies go by them. */
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

/** With a folder /tmp of its own, and the variables that are said besides. */
function prepared(args: SidecarArgs, scratch: string, besides: Readonly<Record<string, string>>): NamedContainer {
  const further = Object.entries(besides).map(([name, value]) => ({ name, value }));
  return {
    ...args,
    ...(further.length > 0 && { environment: [...(args.environment ?? []), ...further] }),
    mounts: [scratchMount(scratch, "/tmp"), ...(args.mounts ?? [])],
  };
}

/** Each volume once. A folder that ends with the pod may take the share of whoever names it first. */
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
    // What a container that failed printed last stands in its status: `pulumi up` quotes it.
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

/** A volume that ends with the pod. */
export function scratchMount(name: string, path: string): Mount {
  return { name, path };
}

/** A volume that outlives the pod. */
export function claimMount(name: string, path: string, claimName: Input<string>): Mount {
  return { name, path, source: { persistentVolumeClaim: { claimName } } };
}

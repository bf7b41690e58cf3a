/** Pod Security level `restricted`, field by field: https://kubernetes.io/docs/concepts/security/pod-security-standards. */
import { type Container, containersOf, type PodSpec, podOf } from "../kubernetes.ts";
import { Level, type ResourceRule } from "../rule.ts";
import { RuleName } from "../rule-names.ts";
import { entries, isKnown, list, read, unknownValue } from "../values.ts";

export const restrictedPods: ResourceRule = {
  name: RuleName.RestrictedPods,
  level: Level.Mandatory,
  demand: "Pods keep to Pod Security's level restricted.",
  reason: "what breaks out of a container then has no rights on the node",
  remedy:
    "set runAsNonRoot: true, seccompProfile.type: RuntimeDefault, allowPrivilegeEscalation: false and capabilities.drop: [ALL], and use no part of the node",
  check: (resource) => {
    const pod = podOf(resource);
    if (pod === undefined) return [];
    return [...ofPod(pod), ...containersOf(pod).flatMap((container) => ofContainer(container, pod))];
  },
};

export const readOnlyRoot: ResourceRule = {
  name: RuleName.ReadOnlyRoot,
  level: Level.Mandatory,
  demand: "Containers cannot write to the file system of their image.",
  reason: "an intruder cannot change the programs that run",
  remedy: "set securityContext.readOnlyRootFilesystem: true and mount an emptyDir where the program writes",
  check: (resource) =>
    everyContainer(resource, ({ title, spec }) =>
      isOrUnknown(read(spec, "securityContext", "readOnlyRootFilesystem"), true)
        ? []
        : [`${title} may write to its root file system`],
    ),
};

export const serviceAccountToken: ResourceRule = {
  name: RuleName.ServiceAccountToken,
  level: Level.Mandatory,
  demand: "Pods get no token for the API server.",
  reason: "a token is a way from one pod to the whole cluster, and nearly no program needs it",
  remedy:
    "set automountServiceAccountToken: false in the pod; a program that talks to the API server needs an exception",
  check: (resource) => {
    const pod = podOf(resource);
    if (pod === undefined || isOrUnknown(pod.spec["automountServiceAccountToken"], false)) return [];
    return ["its pods get a token for the API server"];
  },
};

/** Violations of each container of a resource's pods. */
function everyContainer(
  resource: Parameters<ResourceRule["check"]>[0],
  check: (container: Container) => readonly string[],
): readonly string[] {
  const pod = podOf(resource);
  return pod === undefined ? [] : containersOf(pod).flatMap(check);
}

function isOrUnknown(value: unknown, ...allowed: readonly unknown[]): boolean {
  return value === unknownValue || allowed.includes(value);
}

const volumeKinds = [
  "configMap",
  "csi",
  "downwardAPI",
  "emptyDir",
  "ephemeral",
  "persistentVolumeClaim",
  "projected",
  "secret",
];

const safeSysctls = [
  "kernel.shm_rmid_forced",
  "net.ipv4.ip_local_port_range",
  "net.ipv4.ip_local_reserved_ports",
  "net.ipv4.ip_unprivileged_port_start",
  "net.ipv4.ping_group_range",
  "net.ipv4.tcp_fin_timeout",
  "net.ipv4.tcp_keepalive_intvl",
  "net.ipv4.tcp_keepalive_probes",
  "net.ipv4.tcp_keepalive_time",
  "net.ipv4.tcp_syncookies",
];

function ofPod({ spec }: PodSpec): readonly string[] {
  const shared = ["hostNetwork", "hostPID", "hostIPC"].filter((key) => spec[key] === true);
  const volumes = list(spec["volumes"]).flatMap((volume) =>
    entries(volume)
      .filter(([key, value]) => key !== "name" && value !== undefined && value !== null && !volumeKinds.includes(key))
      .map(([key]) => `volume ${String(read(volume, "name"))} is a ${key}`),
  );
  const sysctls = list(read(spec, "securityContext", "sysctls"))
    .map((sysctl) => read(sysctl, "name"))
    .filter((name) => isKnown(name) && !safeSysctls.includes(String(name)));
  return [
    ...shared.map((key) => `the pod sets ${key}`),
    ...volumes,
    ...sysctls.map((name) => `the pod sets the sysctl ${String(name)}`),
    ...ofContext("the pod", read(spec, "securityContext")),
  ];
}

/** Settings that are forbidden for pods and containers alike. */
function ofContext(title: string, context: unknown): readonly string[] {
  const found: string[] = [];
  if (read(context, "windowsOptions", "hostProcess") === true) found.push(`${title} is a process of the host`);
  if (read(context, "runAsUser") === 0) found.push(`${title} runs as root`);
  if (read(context, "runAsNonRoot") === false) found.push(`${title} may run as root`);
  const seccomp = read(context, "seccompProfile", "type");
  if (!isOrUnknown(seccomp, undefined, "RuntimeDefault", "Localhost"))
    found.push(`${title} has no filter of system calls`);
  const appArmor = read(context, "appArmorProfile", "type");
  if (!isOrUnknown(appArmor, undefined, "RuntimeDefault", "Localhost")) found.push(`${title} turns AppArmor off`);
  const selinux = read(context, "seLinuxOptions", "type");
  const types = [undefined, "", "container_t", "container_init_t", "container_kvm_t", "container_engine_t"];
  const chosen = ["user", "role"].some((key) => !isOrUnknown(read(context, "seLinuxOptions", key), undefined, ""));
  if (!isOrUnknown(selinux, ...types) || chosen) found.push(`${title} chooses its SELinux label`);
  return found;
}

function ofContainer({ title, spec }: Container, pod: PodSpec): readonly string[] {
  const context = read(spec, "securityContext");
  const ofBoth = (key: string) =>
    read(context, ...key.split(".")) ?? read(pod.spec, "securityContext", ...key.split("."));
  const found = [...ofContext(title, context)];
  if (read(context, "privileged") === true) found.push(`${title} is privileged`);
  if (!isOrUnknown(read(context, "allowPrivilegeEscalation"), false)) found.push(`${title} may gain privileges`);
  if (ofBoth("runAsNonRoot") === undefined) found.push(`${title} may run as root`);
  if (ofBoth("seccompProfile.type") === undefined) found.push(`${title} has no filter of system calls`);
  if (!isOrUnknown(read(context, "procMount"), undefined, "Default")) found.push(`${title} sees more of /proc`);
  const dropped = read(context, "capabilities", "drop");
  if (dropped !== unknownValue && !list(dropped).includes("ALL")) found.push(`${title} keeps capabilities`);
  const added = list(read(context, "capabilities", "add")).filter((name) => !isOrUnknown(name, "NET_BIND_SERVICE"));
  if (added.length > 0) found.push(`${title} adds the capabilities ${added.map(String).join(", ")}`);
  const ports = list(read(spec, "ports")).filter((port) => !isOrUnknown(read(port, "hostPort"), undefined, 0));
  if (ports.length > 0) found.push(`${title} opens a port of the node`);
  return found;
}

/** What the scheduler and the kubelet need from containers: resources, fixed images and probes. */
import { type Container, type ContainerKind, containersOf, kindOf, podOf } from "../kubernetes.ts";
import { Level, type Resource, type ResourceRule } from "../rule.ts";
import { RuleName } from "../rule-names.ts";
import { read, unknownValue } from "../values.ts";

/** Tags that move. */
const moving = /^(?:latest|main|master|stable|edge|nightly|dev|develop|head|canary|rolling|testing|unstable)$/i;
const digest = /@sha256:[0-9a-f]{64}$/;

export const imagePinned: ResourceRule = {
  name: RuleName.ImagePinned,
  level: Level.Mandatory,
  demand: "Images are named by a digest or an exact tag.",
  reason: "two starts of a pod must run the same software",
  remedy: "write the exact version, such as :2.11.6-1, or the digest @sha256:...",
  check: everyImage((image) => {
    if (digest.test(image)) return undefined;
    const tag = /:([\w][\w.-]*)$/.exec(image.split("/").at(-1) ?? "")?.[1];
    if (tag === undefined) return "names no tag, which means latest";
    return moving.test(tag) ? `has the tag ${tag}, which moves` : undefined;
  }),
};

export const imageDigest: ResourceRule = {
  name: RuleName.ImageDigest,
  level: Level.Disabled,
  demand: "Images are named by their digest.",
  reason: "a tag can be pushed again; what was tested is what has the digest",
  remedy: "write the digest behind the tag: :2.11.6-1@sha256:...",
  check: everyImage((image) => (digest.test(image) ? undefined : "has no digest")),
};

export const requestsAndLimits: ResourceRule = {
  name: RuleName.RequestsAndLimits,
  level: Level.Mandatory,
  demand: "Containers request processor and memory, and have a limit of memory.",
  reason: "a pod without them is placed blindly, and starves or kills its neighbours",
  remedy: "set resources.requests.cpu, resources.requests.memory and resources.limits.memory",
  check: everyContainer(({ title, spec }) =>
    ["requests.cpu", "requests.memory", "limits.memory"]
      .filter((key) => read(spec, "resources", ...key.split(".")) === undefined)
      .map((key) => `${title} has no resources.${key}`),
  ),
};

const servers = ["Deployment", "StatefulSet", "DaemonSet"];

/** Readiness is about the main containers; they report the sidecars that they need. */
const probesOf: Readonly<Partial<Record<ContainerKind, readonly string[]>>> = {
  container: ["readinessProbe", "livenessProbe"],
  sidecar: ["livenessProbe"],
};

export const probes: ResourceRule = {
  name: RuleName.Probes,
  level: Level.Advisory,
  demand:
    "Containers that run for ever say whether they are alive, and whether their pod is ready; sidecars only the first.",
  reason: "without probes visitors are sent to a pod that does not answer, and a pod that hangs is never started again",
  remedy: "set livenessProbe, and readinessProbe where it is no sidecar",
  check: (resource) => {
    const pod = podOf(resource);
    if (pod === undefined || !servers.includes(kindOf(resource) ?? "")) return [];
    return containersOf(pod).flatMap(({ kind, title, spec }) =>
      (probesOf[kind] ?? [])
        .filter((probe) => read(spec, probe) === undefined)
        .map((probe) => `${title} has no ${probe}`),
    );
  },
};

function everyContainer(check: (container: Container) => readonly string[]): ResourceRule["check"] {
  return (resource: Resource) => {
    const pod = podOf(resource);
    return pod === undefined ? [] : containersOf(pod).flatMap(check);
  };
}

/** `wrong` returns what is wrong with an image; undefined when nothing is. */
function everyImage(wrong: (image: string) => string | undefined): ResourceRule["check"] {
  return everyContainer(({ title, spec }) => {
    const image = read(spec, "image");
    if (image === unknownValue) return [];
    if (typeof image !== "string") return [`${title} names no image`];
    const found = wrong(image);
    return found === undefined ? [] : [`the image of ${title} ${found}: ${image}`];
  });
}

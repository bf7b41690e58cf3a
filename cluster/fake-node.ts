/** The node that kwok simulates, and volumes for claims of the default class. */

// No volume is used twice: these have to last for all tests of one control plane.
const volumeCount = 60;

/** Returns one List, for a single `kubectl apply`. */
export function fakeNode(): object {
  const className = "standard";
  const storageClass = {
    apiVersion: "storage.k8s.io/v1",
    kind: "StorageClass",
    metadata: { name: className, annotations: { "storageclass.kubernetes.io/is-default-class": "true" } },
    // No provisioner runs here: the controller manager binds claims to the volumes below.
    provisioner: "kubernetes.io/no-provisioner",
    volumeBindingMode: "WaitForFirstConsumer",
  };
  const volumes = Array.from({ length: volumeCount }, (_, index) => volume(`fake-${index}`, className));
  return { apiVersion: "v1", kind: "List", items: [node(), storageClass, ...volumes] };
}

function node(): object {
  const name = "fake";
  const labels = {
    "kubernetes.io/hostname": name,
    "kubernetes.io/os": "linux",
    "kubernetes.io/arch": "amd64",
    "topology.kubernetes.io/zone": "fake",
  };
  const resources = { cpu: "64", memory: "256Gi", pods: "500", "ephemeral-storage": "1Ti" };
  return {
    apiVersion: "v1",
    kind: "Node",
    metadata: { name, labels },
    status: { allocatable: resources, capacity: resources },
  };
}

function volume(name: string, storageClassName: string): object {
  return {
    apiVersion: "v1",
    kind: "PersistentVolume",
    metadata: { name },
    spec: {
      storageClassName,
      capacity: { storage: "100Gi" },
      accessModes: ["ReadWriteOnce"],
      hostPath: { path: `/var/empty/${name}` },
    },
  };
}

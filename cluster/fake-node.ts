/** The node that kwok plays, and volumes that claims of the default class are bound to. */

// A volume is not used twice: these are for all tests of one control plane together.
const volumeCount = 60;

/** One list for one `kubectl apply`. */
export function fakeNode(): object {
  const className = "standard";
  const storageClass = {
    apiVersion: "storage.k8s.io/v1",
    kind: "StorageClass",
    metadata: { name: className, annotations: { "storageclass.kubernetes.io/is-default-class": "true" } },
    // Nobody makes volumes here: the controller manager binds claims to those below.
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

/** Objects that the embedded cluster itself needs: the API server's access to the kubelet, DNS, a storage class. */
import { corednsImage, node } from "./settings.ts";

export const provisionerName = "ckan-environments/local-folder";

const coredns = { name: "coredns", namespace: "kube-system" };
// The label by which network policies select cluster DNS.
const dnsLabels = { "k8s-app": "kube-dns" };

/** Returns one List, for a single `kubectl apply`. */
export function clusterManifests(): object {
  return { apiVersion: "v1", kind: "List", items: [kubeletAccess(), storageClass(), ...dns()] };
}

/** kubeadm puts the API server's client certificate in this group. The phase that binds the group does not run here. */
function kubeletAccess(): object {
  return {
    apiVersion: "rbac.authorization.k8s.io/v1",
    kind: "ClusterRoleBinding",
    metadata: { name: "kubeadm:cluster-admins" },
    roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "cluster-admin" },
    subjects: [{ kind: "Group", name: "kubeadm:cluster-admins", apiGroup: "rbac.authorization.k8s.io" }],
  };
}

function storageClass(): object {
  return {
    apiVersion: "storage.k8s.io/v1",
    kind: "StorageClass",
    metadata: { name: "standard", annotations: { "storageclass.kubernetes.io/is-default-class": "true" } },
    provisioner: provisionerName,
    reclaimPolicy: "Delete",
    volumeBindingMode: "WaitForFirstConsumer",
  };
}

function dns(): readonly object[] {
  const rules = [
    { apiGroups: [""], resources: ["services", "pods", "namespaces"], verbs: ["list", "watch"] },
    { apiGroups: ["discovery.k8s.io"], resources: ["endpointslices"], verbs: ["list", "watch"] },
  ];
  const roleName = "system:coredns";
  const ports = [
    { name: "dns", port: 53, protocol: "UDP" },
    { name: "dns-tcp", port: 53, protocol: "TCP" },
  ];
  const rbac = "rbac.authorization.k8s.io";
  return [
    { apiVersion: "v1", kind: "ServiceAccount", metadata: coredns },
    { apiVersion: `${rbac}/v1`, kind: "ClusterRole", metadata: { name: roleName }, rules },
    {
      apiVersion: `${rbac}/v1`,
      kind: "ClusterRoleBinding",
      metadata: { name: roleName },
      roleRef: { apiGroup: rbac, kind: "ClusterRole", name: roleName },
      subjects: [{ kind: "ServiceAccount", ...coredns }],
    },
    { apiVersion: "v1", kind: "ConfigMap", metadata: coredns, data: { Corefile: corefile } },
    {
      apiVersion: "v1",
      kind: "Service",
      metadata: { name: "kube-dns", namespace: "kube-system", labels: dnsLabels },
      spec: { selector: dnsLabels, clusterIP: node.dnsService, ports },
    },
    dnsDeployment(),
  ];
}

const corefile = `.:53 {
    errors
    health
    ready
    kubernetes cluster.local in-addr.arpa ip6.arpa {
        fallthrough in-addr.arpa ip6.arpa
        ttl 5
    }
    forward . /etc/resolv.conf
    cache 5
    reload
    loadbalance
}
`;

function dnsDeployment(): object {
  const container = {
    name: "coredns",
    image: corednsImage,
    imagePullPolicy: "IfNotPresent",
    args: ["-conf", "/etc/coredns/Corefile"],
    resources: { requests: { cpu: "50m", memory: "40Mi" }, limits: { memory: "170Mi" } },
    ports: [
      { containerPort: 53, name: "dns", protocol: "UDP" },
      { containerPort: 53, name: "dns-tcp", protocol: "TCP" },
    ],
    livenessProbe: { httpGet: { path: "/health", port: 8080 }, initialDelaySeconds: 30 },
    readinessProbe: { httpGet: { path: "/ready", port: 8181 }, periodSeconds: 2 },
    securityContext: {
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { add: ["NET_BIND_SERVICE"], drop: ["ALL"] },
    },
    volumeMounts: [{ name: "configuration", mountPath: "/etc/coredns", readOnly: true }],
  };
  const template = {
    metadata: { labels: dnsLabels },
    spec: {
      priorityClassName: "system-cluster-critical",
      serviceAccountName: "coredns",
      dnsPolicy: "Default", // the machine's resolvers: cluster DNS would forward to itself
      containers: [container],
      volumes: [{ name: "configuration", configMap: { name: "coredns" } }],
    },
  };
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { ...coredns, labels: dnsLabels },
    spec: { replicas: 1, selector: { matchLabels: dnsLabels }, template },
  };
}

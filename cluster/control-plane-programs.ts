/** Command lines of etcd and the control plane, shared by the local cluster and the tests. */
import { join } from "node:path";
import { kubeconfigPath } from "./pki.ts";
import type { Program } from "./processes.ts";
import { node } from "./settings.ts";

export interface ControlPlane {
  /** The binary that contains every program. */
  readonly kubernetes: string;
  readonly pki: string;
  readonly etcdData: string;
  /** Address that every program listens on. */
  readonly address: string;
  readonly ports: { api: number; etcd: number; etcdPeer: number; controllerManager: number; scheduler: number };
  /** False: etcd does not fsync. For data that need not survive a crash. */
  readonly durable: boolean;
}

export function etcd(plane: ControlPlane): Program {
  const client = `https://${plane.address}:${plane.ports.etcd}`;
  const peer = `https://${plane.address}:${plane.ports.etcdPeer}`;
  const file = (name: string) => join(plane.pki, "etcd", name);
  return program(plane, "etcd", {
    name: node.name,
    "data-dir": plane.etcdData,
    "listen-client-urls": client,
    "advertise-client-urls": client,
    "listen-peer-urls": peer,
    "initial-advertise-peer-urls": peer,
    "initial-cluster": `${node.name}=${peer}`,
    "client-cert-auth": "true",
    "trusted-ca-file": file("ca.crt"),
    "cert-file": file("server.crt"),
    "key-file": file("server.key"),
    "peer-client-cert-auth": "true",
    "peer-trusted-ca-file": file("ca.crt"),
    "peer-cert-file": file("peer.crt"),
    "peer-key-file": file("peer.key"),
    "unsafe-no-fsync": String(!plane.durable),
    "log-level": "warn",
  });
}

export function apiServer(plane: ControlPlane): Program {
  const file = (name: string) => join(plane.pki, name);
  return program(plane, "kube-apiserver", {
    "bind-address": plane.address,
    "secure-port": String(plane.ports.api),
    "advertise-address": node.address,
    "allow-privileged": "true",
    "authorization-mode": "Node,RBAC",
    "enable-admission-plugins": "NodeRestriction",
    "service-cluster-ip-range": node.serviceSubnet,
    "etcd-servers": `https://${plane.address}:${plane.ports.etcd}`,
    "etcd-cafile": file("etcd/ca.crt"),
    "etcd-certfile": file("apiserver-etcd-client.crt"),
    "etcd-keyfile": file("apiserver-etcd-client.key"),
    "client-ca-file": file("ca.crt"),
    "tls-cert-file": file("apiserver.crt"),
    "tls-private-key-file": file("apiserver.key"),
    "kubelet-client-certificate": file("apiserver-kubelet-client.crt"),
    "kubelet-client-key": file("apiserver-kubelet-client.key"),
    "kubelet-preferred-address-types": "InternalIP",
    "service-account-issuer": "https://kubernetes.default.svc.cluster.local",
    "service-account-key-file": file("sa.pub"),
    "service-account-signing-key-file": file("sa.key"),
    "requestheader-client-ca-file": file("front-proxy-ca.crt"),
    "requestheader-allowed-names": "front-proxy-client",
    "requestheader-extra-headers-prefix": "X-Remote-Extra-",
    "requestheader-group-headers": "X-Remote-Group",
    "requestheader-username-headers": "X-Remote-User",
    "proxy-client-cert-file": file("front-proxy-client.crt"),
    "proxy-client-key-file": file("front-proxy-client.key"),
  });
}

export function controllerManager(plane: ControlPlane): Program {
  const file = (name: string) => join(plane.pki, name);
  return program(plane, "kube-controller-manager", {
    ...leader(kubeconfigPath(plane.pki, "controller-manager")),
    "bind-address": plane.address,
    "secure-port": String(plane.ports.controllerManager),
    "use-service-account-credentials": "true",
    "client-ca-file": file("ca.crt"),
    "requestheader-client-ca-file": file("front-proxy-ca.crt"),
    "cluster-signing-cert-file": file("ca.crt"),
    "cluster-signing-key-file": file("ca.key"),
    "root-ca-file": file("ca.crt"),
    "service-account-private-key-file": file("sa.key"),
    // No plugins exist, but the default folder would be created outside the cluster's folders.
    "flex-volume-plugin-dir": file("volume-plugins"),
  });
}

export function scheduler(plane: ControlPlane): Program {
  return program(plane, "kube-scheduler", {
    ...leader(kubeconfigPath(plane.pki, "scheduler")),
    "bind-address": plane.address,
    "secure-port": String(plane.ports.scheduler),
  });
}

/** Only one of each runs. Leader election would only delay a restart by the lease time. */
function leader(kubeconfig: string): Record<string, string> {
  return {
    kubeconfig,
    "authentication-kubeconfig": kubeconfig,
    "authorization-kubeconfig": kubeconfig,
    "leader-elect": "false",
  };
}

export function program(plane: { kubernetes: string }, name: string, flags: Readonly<Record<string, string>>): Program {
  const args = Object.entries(flags).map(([flag, value]) => `--${flag}=${value}`);
  return { name, command: plane.kubernetes, args: [name, ...args] };
}

/** Somebody else's object store: a MinIO on the node's own network, for pods and this machine at an address that is no pod's. */
import { kubectl, succeed } from "../../e2e/support/commands.ts";
import { stackDefaults } from "../../faults/support/stack.ts";
import type { Certificate } from "../../support/certificates.ts";

const namespace = "outside";
const port = 9100;
const accessKey = "somebody-elses-key";
const secretKey = "somebody-elses-secret-key";

export interface Store {
  readonly endpoint: string;
  readonly accessKey: string;
  readonly secretKey: string;
  /** Bytes of an object of the bucket. */
  readonly sizeOf: (key: string) => number;
  readonly stop: () => void;
}

/** Starts it with an empty bucket. */
export function startStore(address: string, certificate: Certificate, bucket: string): Store {
  // What a killed run left has another certificate.
  stop();
  const items = [
    { apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } },
    ...objects(address, certificate),
  ];
  succeed(kubectl(["apply", "-f", "-"], JSON.stringify({ apiVersion: "v1", kind: "List", items })));
  succeed(kubectl(["-n", namespace, "wait", "pod/store", "--for=condition=Ready", "--timeout=60s"]));
  const endpoint = `https://${address}:${port}`;
  const mc = (...command: readonly string[]) => {
    const environment = [
      `MC_HOST_store=https://${accessKey}:${secretKey}@${address}:${port}`,
      "MC_CONFIG_DIR=/tmp/.mc",
    ];
    const inPod = ["-n", namespace, "exec", "store", "--", "env", ...environment];
    return succeed(kubectl([...inPod, "mc", "--insecure", "--json", ...command]));
  };
  mc("mb", `store/${bucket}`);
  const sizeOf = (key: string) => JSON.parse(mc("stat", `store/${bucket}/${key}`)).size;
  return { endpoint, accessKey, secretKey, sizeOf, stop };
}

function stop(): void {
  succeed(kubectl(["delete", "namespace", namespace, "--ignore-not-found"]));
}

function objects(address: string, { certificate, key }: Certificate) {
  const metadata = { name: "store", namespace };
  const container = {
    name: "store",
    image: stackDefaults.files.image,
    args: ["server", "--address", `${address}:${port}`, "--certs-dir", "/certs", "/data"],
    env: [
      { name: "MINIO_ROOT_USER", value: accessKey },
      { name: "MINIO_ROOT_PASSWORD", value: secretKey },
    ],
    readinessProbe: { httpGet: { scheme: "HTTPS", host: address, port, path: "/minio/health/ready" } },
    volumeMounts: [
      { name: "data", mountPath: "/data" },
      { name: "certificate", mountPath: "/certs" },
    ],
  };
  const volumes = [
    { name: "data", emptyDir: {} },
    { name: "certificate", secret: { secretName: "store" } },
  ];
  const spec = { hostNetwork: true, securityContext: { fsGroup: 10001 }, containers: [container], volumes };
  return [
    { apiVersion: "v1", kind: "Secret", metadata, stringData: { "public.crt": certificate, "private.key": key } },
    { apiVersion: "v1", kind: "Pod", metadata, spec },
  ];
}

/** A Service with one port, for pods of the same namespace. */
import type { types } from "@pulumi/kubernetes";

export function mainService(pods: Readonly<Record<string, string>>, port: number): types.input.core.v1.ServiceSpec {
  return { selector: { ...pods }, ports: [{ name: "main", port, targetPort: port, protocol: "TCP" }] };
}

/** Environment variables of a container. */
import type { types } from "@pulumi/kubernetes";
import type { EnvironmentVariable } from "../site/endpoints.ts";

/** Keeps the order: Kubernetes expands $(NAME) only for variables earlier in the list. */
export function environment(variables: readonly EnvironmentVariable[]): types.input.core.v1.EnvVar[] {
  return variables.map((variable) =>
    "secret" in variable
      ? {
          name: variable.name,
          valueFrom: { secretKeyRef: { name: variable.secret.secretName, key: variable.secret.key } },
        }
      : { name: variable.name, value: variable.value },
  );
}

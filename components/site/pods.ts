/** Where pods run and what they carry: the schema of `ckan:instances.<name>.pods`. */
import { z } from "zod";
import { count } from "../../config/values.ts";
import { isOwnedAnnotation, isOwnedLabel, ownedVariable } from "../kubernetes/pod-options.ts";

const expectedKey = "expected a key such as example.org/pool, or pool";
const expectedValue = "expected text of at most 63 letters, digits, ., _ and -, in quotes where it is a number or true";

/** A key of labels, annotations, nodes or taints. */
const key = z
  .string()
  .regex(
    /^(?:(?=.{1,253}\/)[a-z0-9](?:[-a-z0-9.]*[a-z0-9])?\/)?[A-Za-z0-9](?:[-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/,
    expectedKey,
  );

const labelValue = z
  .string(expectedValue)
  .regex(/^(?:[A-Za-z0-9](?:[-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?$/, expectedValue);

const text = z.string("expected text, in quotes where it is a number or true");

const labelKey = key.refine((name) => !isOwnedLabel(name), {
  error: "expected a label of your own: Kubernetes, operators and network policies know pods by this one",
});

const annotationKey = key.refine((name) => !isOwnedAnnotation(name), {
  error: "expected an annotation of your own: this one belongs to the program, to kubectl or to an operator",
});

const variable = z
  .string()
  .regex(/^[A-Za-z_][A-Za-z0-9_]*$/, { error: "expected the name of a variable such as TZ", abort: true })
  .refine((name) => ownedVariable(name) === undefined, {
    error: ({ input }) => `expected nothing here: ${ownedVariable(String(input))}`,
  });

const toleration = z
  .strictObject({
    key: key.optional().describe("Key of the taint; default: every taint, with operator Exists"),
    operator: z
      .enum(["Exists", "Equal"], "expected operator: Exists or Equal")
      .optional()
      .describe("Whether the value counts; default: Equal"),
    value: labelValue.optional().describe("Value of the taint"),
    effect: z
      .enum(
        ["NoSchedule", "PreferNoSchedule", "NoExecute"],
        "expected effect: NoSchedule, PreferNoSchedule or NoExecute",
      )
      .optional()
      .describe("Effect of the taint; default: every one"),
    tolerationSeconds: count(0)
      .optional()
      .describe("Seconds on a node that gets the taint, with effect NoExecute; default: for ever"),
  })
  // The API server has the same rules, and would refuse the pod.
  .refine(({ key, operator }) => key !== undefined || operator === "Exists", {
    path: ["key"],
    error: "expected the key of a taint, or operator: Exists for every taint",
  })
  .refine(({ operator, value }) => operator !== "Exists" || value === undefined, {
    path: ["value"],
    error: "expected nothing here with operator: Exists, which asks for no value",
  })
  .refine(({ effect, tolerationSeconds }) => tolerationSeconds === undefined || effect === "NoExecute", {
    path: ["tolerationSeconds"],
    error: "expected nothing here without effect: NoExecute, which alone takes pods away",
  });

const options = {
  nodeSelector: z.record(key, labelValue).optional().describe("Labels of the nodes that pods may run on; default: any"),
  tolerations: z.array(toleration).optional().describe("Taints of nodes that pods put up with; default: none"),
  labels: z.record(labelKey, labelValue).optional().describe("Further labels of pods"),
  annotations: z.record(annotationKey, text).optional().describe("Further annotations of pods"),
  environment: z
    .record(variable, text)
    .optional()
    .describe("Further environment variables of every container, in plain text; those that parts set are refused"),
};

export const podsSettings = z.strictObject({
  ...options,
  parts: z
    .record(z.string(), z.strictObject(options))
    .optional()
    .describe(
      "What a single part has over it, maps key by key, tolerations as a whole, by its name: web, worker, worker-<group>, bootstrap, recovery, datapusher, database, database-proxy, search, queue, files, files-setup",
    ),
});

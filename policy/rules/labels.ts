/** Labels that say which instance an object belongs to. */
import { kindOf } from "../kubernetes.ts";
import { Level, type ResourceRule } from "../rule.ts";
import { RuleName } from "../rule-names.ts";
import { read, texts, unknownValue } from "../values.ts";

const recommended = ["app.kubernetes.io/instance", "app.kubernetes.io/managed-by", "app.kubernetes.io/part-of"];

export const labels: ResourceRule = {
  name: RuleName.Labels,
  level: Level.Advisory,
  demand: "Objects carry the labels that say whose they are.",
  reason: "who finds an object in the cluster must see which site it belongs to and that Pulumi manages it",
  remedy: "set the labels in metadata.labels",
  settings: {
    labels: {
      type: "array",
      items: { type: "string" },
      description: `Labels that objects need; default: ${recommended.join(", ")}`,
    },
  },
  check: (resource, { settings }) => {
    const kind = kindOf(resource);
    if (kind === undefined || /(?:List|Patch)$/.test(kind)) return [];
    const given = read(resource.properties, "metadata", "labels");
    if (given === unknownValue) return [];
    const wanted = settings["labels"] === undefined ? recommended : texts(settings["labels"]);
    const missing = wanted.filter((label) => read(given, label) === undefined);
    return missing.length === 0 ? [] : [`it has no label ${missing.join(", ")}`];
  },
};

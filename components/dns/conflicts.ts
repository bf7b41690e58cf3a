/** Finds existing objects of a zone that conflict with a stack, before anything is created, and says how to import them. */
import * as pulumi from "@pulumi/pulumi";
import { cloudflare } from "../sdk.ts";
import { userError } from "../user-error.ts";

type Inputs = NonNullable<pulumi.ResourceHookArgs["newInputs"]>;

export class ZoneConflicts {
  readonly #component: pulumi.ComponentResource;
  readonly #name: string;

  /** `name` is the component's name. */
  constructor(component: pulumi.ComponentResource, name: string) {
    this.#component = component;
    this.#name = name;
  }

  /** Resolves to the name once no foreign record has it. */
  freeName(zoneId: pulumi.Output<string>, owner: string, name: string, resource: string): pulumi.Output<string> {
    const options = { parent: this.#component };
    const { results } = cloudflare().getDnsRecordsOutput({ zoneId, name: { exact: name } }, options);
    return pulumi.all([results, zoneId]).apply(([records, zone]) => {
      const foreign = records.filter(({ type, comment }) => ["A", "AAAA", "CNAME"].includes(type) && comment !== owner);
      if (foreign.length === 0) return name;
      const found = foreign.map(({ type, content }) => `${type} ${content}`).join(", ");
      const [first] = foreign;
      throw userError(
        `${name} has records that this stack did not make: ${found}.\n` +
          `Delete them at Cloudflare; or take over the first: ${this.#takeover("dnsRecord:DnsRecord", resource, `${zone}/${first?.id}`)}, ` +
          "and write `adopt: true` below `dns` of the instance.",
      );
    });
  }

  /**
   * After a lost state, the stack's own records are in the way: Cloudflare rejects an identical record (81058) in the middle of an up,
   * and accepts a second address beside the first. Records of another type do not count: they are replaced, or are foreign.
   */
  onlyNewRecord(resource: string): pulumi.CustomResourceOptions {
    return this.#beforeCreate(`record-${resource}`, async (inputs) => {
      const { zoneId, name, type, comment } = inputs;
      // In a preview some addresses are unknown.
      if (![zoneId, name, type].every((value) => typeof value === "string")) return;
      const { results } = await cloudflare().getDnsRecords({ zoneId, name: { exact: name } }, this.#asked);
      const found = results.find(
        (one) => one.type === type && one.comment === comment && sameText(inputs, one.content),
      );
      if (found === undefined) return;
      throw userError(
        `${name} has the record ${type} ${found.content} (${found.id}) with this stack's comment, and its state does not have it.\n` +
          `Take it over: ${this.#takeover("dnsRecord:DnsRecord", resource, `${zoneId}/${found.id}`)}.`,
      );
    });
  }

  /**
   * A phase has one ruleset, which stays when its last rule is deleted. The engine runs the hook only before it creates a ruleset,
   * previews included: a ruleset in the state is never checked, and one left by a lost state is reported like a foreign one.
   */
  onlyInFreePhase(name: string, phase: string): pulumi.CustomResourceOptions {
    return this.#beforeCreate(`ruleset-${name}`, async (inputs) => {
      const zoneId = String(inputs["zoneId"]);
      const { rulesets } = await cloudflare().getRulesets({ zoneId }, this.#asked);
      const found = rulesets.find((one) => one.kind === "zone" && one.phase === phase);
      if (found === undefined) return;
      throw userError(
        `the zone has a ruleset "${found.name}" in the phase ${phase} (${found.id}), which has room for one; this stack would replace ` +
          "every rule in it, and its state does not have it.\n" +
          `Take ${name} out of cloudflare.rulesets; or take over the ruleset: ${this.#takeover("ruleset:Ruleset", name, `zones/${zoneId}/${found.id}`)}.`,
      );
    });
  }

  /** Hook names must be unique in a stack. */
  #beforeCreate(name: string, check: (inputs: Inputs) => Promise<void>): pulumi.CustomResourceOptions {
    // Without an engine, as in tests with mocks, hooks never run.
    if (!pulumi.runtime.hasEngine()) return {};
    const callback = ({ newInputs = {} }: pulumi.ResourceHookArgs) => check(newInputs);
    const hook = new pulumi.ResourceHook(`${this.#name}-${name}`, callback, { onDryRun: true });
    return { hooks: { beforeCreate: [hook] } };
  }

  get #asked(): pulumi.InvokeOptions {
    return { parent: this.#component };
  }

  /** How to import an existing object in Pulumi's own format; the import file places it below the component. */
  #takeover(type: "dnsRecord:DnsRecord" | "ruleset:Ruleset", name: string, id: string): string {
    const parent = { type: "ckan:index:CloudflareZone", name: this.#name, component: true };
    const resource = { type: `cloudflare:index/${type}`, name, id, parent: this.#name };
    return (
      `write this to import.json\n  ${JSON.stringify({ resources: [parent, resource] })}\n` +
      "run `pulumi import --file import.json --protect=false --generate-code=false`"
    );
  }
}

/** A name has several TXT and CAA records, each once, but only one address record. */
function sameText({ type, content, data }: Inputs, found: string): boolean {
  if (type === "TXT") return content === found;
  return type !== "CAA" || `${data.flags} ${data.tag} "${data.value}"` === found;
}

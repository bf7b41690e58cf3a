/** Exceptions from the rules of `policy/`. They declare nothing: the policy pack and the review of a change read them. */
import { z } from "zod";
import { line } from "../../config/values.ts";
import { dayOf, dayPattern, resourcePattern } from "../../policy/exceptions.ts";
import { RuleName } from "../../policy/rule-names.ts";

const resourceMessage =
  "expected the logical name of a resource, such as opendata-web; an asterisk may stand at its end, for any ending";
const dayMessage = "expected the last day of the exception, such as 2027-01-31";

const exceptionSchema = z.strictObject({
  rule: z.enum(RuleName, `expected a rule of the policy pack: ${Object.values(RuleName).join(", ")}`),
  resource: z.string(resourceMessage).regex(resourcePattern, resourceMessage),
  reason: line,
  expires: z
    .string(dayMessage)
    .regex(dayPattern, { error: dayMessage, abort: true })
    .refine((text) => dayOf(text) !== undefined, { error: dayMessage, abort: true })
    .transform((text) => dayOf(text) ?? text),
});

export const policyExceptionsSettings = z
  .array(exceptionSchema, "expected a list of exceptions")
  .superRefine((exceptions, context) => {
    const keys = exceptions.map(({ rule, resource }) => `${rule} ${resource}`);
    for (const [index, key] of keys.entries()) {
      if (keys.indexOf(key) === index) continue;
      context.addIssue({
        code: "custom",
        path: [index],
        message: "expected one exception for each rule and resource: this one stands above already",
      });
    }
  })
  .prefault([])
  .describe(
    "Exceptions from rules of the policy pack, each with `rule`, `resource` (its logical name), `reason` and the day on which it `expires`",
  );

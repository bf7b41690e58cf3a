/** Checks that the caller may create, change and delete the stack's objects. */
import type { Kind } from "../needs.ts";
import { met, missing, notKnown, type Row } from "../row.ts";
import type { Cluster } from "./api.ts";

/** Verbs that Pulumi's provider uses on an object: it reads, awaits, creates, changes and deletes it. */
const verbs = ["get", "list", "watch", "create", "patch", "delete"] as const;

/** A kind as the API server serves it. */
export interface Served extends Kind {
  readonly plural: string;
}

/**
 * Checked one by one: a list of all permissions omits those that do not come from roles, such as Google's IAM (kubernetes.io,
 * "SelfSubjectRulesReview ... may be incomplete").
 */
export async function askRights(
  cluster: Cluster,
  served: readonly Served[],
  /** Kinds that the API server does not serve or does not list. */
  others: readonly Kind[],
): Promise<readonly Row[]> {
  const questions = served.flatMap((kind) =>
    (kind.namespaces.length === 0 ? [undefined] : kind.namespaces).flatMap((namespace) =>
      verbs.map((verb) => ({ kind, namespace, verb })),
    ),
  );
  return [...(questions.length === 0 ? [] : await rowsOf(cluster, questions)), ...unasked(others)];
}

async function rowsOf(cluster: Cluster, questions: readonly Question[]): Promise<readonly Row[]> {
  const need = "rights on the kinds that are there";
  const answers = await allowed(cluster, questions);
  if (typeof answers === "string") {
    return [notKnown(need, answers, "ask the cluster's administrators what this account may do")];
  }
  const refused = questions.filter((_, index) => !answers[index]);
  return refused.length === 0 ? [met(need, `may ${verbs.join(", ")}`)] : refusals(refused);
}

/** The remedy names the kinds, because the table cuts off what was seen. */
function unasked(kinds: readonly Kind[]): readonly Row[] {
  if (kinds.length === 0) return [];
  const names = kinds.map(({ kind }) => kind).join(", ");
  const remedy = `run preflight again once the rows above are ok; it is about ${names}`;
  return [notKnown("rights on the other kinds", "not asked: the API server does not say that it has them", remedy)];
}

/** An answer to each question, or why there are none. */
async function allowed(cluster: Cluster, questions: readonly Question[]): Promise<readonly boolean[] | string> {
  const items = questions.map(({ kind, namespace, verb }) => review(kind, namespace, verb));
  // Without validation: kubectl would read the API's whole schema for it, which needs a permission.
  const args = ["create", "--filename=-", "--validate=false", '--output=go-template={{.status.allowed}}{{"\\n"}}'];
  // kubectl sends them one after the other.
  const seconds = 60 + questions.length;
  const { code, stdout, reason } = await cluster.kubectl(args, { apiVersion: "v1", kind: "List", items }, seconds);
  if (code !== 0) return reason;
  const answers = stdout.trim().split("\n");
  const isClear = answers.length === questions.length && answers.every((answer) => /^(true|false)$/.test(answer));
  return isClear
    ? answers.map((answer) => answer === "true")
    : `answered with something else than yes or no: ${stdout}`;
}

interface Question {
  readonly kind: Served;
  readonly namespace: string | undefined;
  readonly verb: string;
}

function refusals(refused: readonly Question[]): readonly Row[] {
  const kinds = [...new Set(refused.map(({ kind }) => kind))];
  return kinds.map((kind) => {
    const own = refused.filter((question) => question.kind === kind);
    const places = [...new Set(own.map(({ namespace }) => namespace ?? "the whole cluster"))].join(", ");
    const lacking = [...new Set(own.map(({ verb }) => verb))].join(", ");
    return missing(
      `rights on ${kind.kind}`,
      `may not ${lacking} in ${places}`,
      `give this account a role with ${lacking} on ${kind.plural}.${groupOf(kind.apiVersion) || "core"} there`,
    );
  });
}

function review({ plural, apiVersion }: Served, namespace: string | undefined, verb: string): object {
  const where = namespace === undefined ? {} : { namespace };
  return {
    apiVersion: "authorization.k8s.io/v1",
    kind: "SelfSubjectAccessReview",
    spec: { resourceAttributes: { group: groupOf(apiVersion), resource: plural, verb, ...where } },
  };
}

function groupOf(apiVersion: string): string {
  return apiVersion.includes("/") ? (apiVersion.split("/")[0] ?? "") : "";
}

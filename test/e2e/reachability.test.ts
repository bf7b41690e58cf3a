/**
 * Every flow between pods, tried on the running dev environment: from each kind of pod that the stack declares and from pods of other
 * namespaces, to every port that anybody listens on and to some that nobody does. What must become of each is computed from the
 * declared network policies.
 *
 * Pods that run are used as they are. Pods of Jobs have ended: fakes with the same labels take their place, as policies see
 * nothing else of a pod; so they do for a server whose image has no Perl.
 * Does not prove: what this cluster cannot enforce. Those tests end as skipped and say why, and the declared policies alone are held
 * to it (here and, for all stacks, in test/stacks/reachability.test.ts).
 */
import { afterAll, beforeAll, describe, expect, type TestContext, test } from "vitest";
import { synthesizeStack } from "../../render/stack.ts";
import { maySend } from "../support/network-policies.ts";
import { objectsOf, workloads } from "../support/objects.ts";
import { type LiveService, list } from "./support/cluster.ts";
import { fakes, mistakenFakes } from "./support/fakes.ts";
import { expected, type Outcome, type Participant, type Target } from "./support/flows.ts";
import {
  beyond,
  componentOf,
  gather,
  type Neighbourhood,
  type Observations,
  removeNeighbours,
  tryAll,
} from "./support/neighbourhood.ts";

const objects = objectsOf(await synthesizeStack("dev"));
const parts = workloads(objects).map(componentOf);

let neighbourhood: Neighbourhood;
let seen: Observations;

beforeAll(async () => {
  neighbourhood = await gather(objects);
  seen = await tryAll(neighbourhood);
});

afterAll(removeNeighbours);

describe("Between pods", () => {
  test("fakes are no part of the site: nothing leads to them, nothing adopted them", () => {
    expect(mistakenFakes()).toEqual([]);
    expect(fakes().length).toBeGreaterThan(2);
  });

  test("every part takes part, and two pods of other namespaces", () => {
    expect(neighbourhood.sources.map(({ name }) => name).sort()).toEqual([...parts, "elsewhere", "sealed"].sort());
  });

  test.each([...parts, "elsewhere", "sealed"])("from %s exactly the declared flows arrive", (name) => {
    const source = sourceOf(name);
    const flows = neighbourhood.inside.map((target) => ({ target, wanted: wanted(source, target) }));
    const forbiddable = flows.filter((flow) => flow.wanted !== undefined);
    const row = ({ title }: Target, outcome: Outcome | undefined) => `${title}: ${outcome}`;
    expect(forbiddable.map(({ target }) => row(target, outcome(name, target)))).toEqual(
      forbiddable.map(({ target, wanted }) => row(target, wanted)),
    );
    expect(forbiddable.length).toBeGreaterThan(100);
  });

  test("flows of each kind were tried: answered, arriving where nothing listens, lost", () => {
    const outcomes = [...seen.values()].flatMap((outcomes) => [...outcomes.values()]);
    const count = (outcome: Outcome) => outcomes.filter((each) => each === outcome).length;
    console.info(`flows tried: ${count("answers")} answered, ${count("closed")} arrived, ${count("lost")} lost`);
    expect([count("answers") > 20, count("closed") > 5, count("lost") > 500]).toEqual([true, true, true]);
  });
});

describe("The node port", () => {
  test("is the site's alone", () => {
    const open = list<LiveService>("services").flatMap(({ metadata, spec }) =>
      spec.ports.flatMap(({ nodePort }) => (nodePort === undefined ? [] : [`${metadata.name} ${nodePort}`])),
    );
    expect(open).toEqual(["opendata-web 30500"]);
  });

  test("lets exactly those pods in that may reach web pods", (context) => {
    const { nodePort, sources } = neighbourhood;
    mustBeProvable(context, "the node port", nodePort);
    const outcomes = sources.map((source) => [source.name, outcome(source.name, nodePort)]);
    // A web pod that comes back to itself by the node's address.
    const own = ([name]: readonly (string | undefined)[]) => name === "web";
    expect(outcomes.filter((entry) => !own(entry))).toEqual(
      sources.map((source) => [source.name, wanted(source, nodePort)]).filter((entry) => !own(entry)),
    );
  });
});

describe.each(beyond)("%s", (name) => {
  test("is nowhere in the declared policies: no part may send to it", () => {
    const target = neighbourhood.outside[name];
    const { receiver: destination, receiverPort: port, protocol } = target;
    const open = neighbourhood.sources
      .filter((source) => parts.includes(source.name))
      .filter((source) => maySend(neighbourhood.policies, { source: source.party, destination, port, protocol }));
    expect(open.map((source) => source.name)).toEqual([]);
  });

  test("is reached by no part", (context) => {
    const target = neighbourhood.outside[name];
    mustBeProvable(context, name, target);
    expect(parts.filter((part) => outcome(part, target) !== "lost")).toEqual([]);
  });
});

/**
 * A flow that is lost proves something only where a pod that no policy speaks of gets through, and one that may send nothing does not.
 * Otherwise the test ends as skipped, loudly.
 */
function mustBeProvable(context: TestContext, name: string, target: Target): void {
  const reason =
    outcome("sealed", target) !== "lost"
      ? "a pod that may send nothing at all reaches it: pods always reach their own node, as Kubernetes describes network policies"
      : outcome("elsewhere", target) === "lost"
        ? "a pod under no policy does not reach it either: from here it answers nobody"
        : undefined;
  if (reason === undefined) return;
  console.warn(`NOT PROVABLE HERE, whether pods are kept from ${name}: ${reason}. Only the declared policies say so.`);
  context.skip(`not provable here: ${reason}`);
}

function sourceOf(name: string): Participant {
  const source = neighbourhood.sources.find((each) => each.name === name);
  if (source === undefined) throw new Error(`${name} takes no part`);
  return source;
}

function wanted(source: Participant, target: Target): Outcome | undefined {
  return expected(neighbourhood.policies, source, target);
}

function outcome(source: string, target: Target): Outcome | undefined {
  return seen.get(source)?.get(target);
}

import { describe, expect, test } from "vitest";
import { connectionMistakes } from "../../../components/database/connection-checks.ts";
import { instanceSettings } from "../../../components/site/settings.ts";
import { resolveSecrets } from "../../../config/arguments.ts";
import { external, instance, instanceWith, operated } from "../../support/configuration.ts";

const site = (settings: Record<string, unknown>) =>
  resolveSecrets(instanceSettings, instanceSettings.parse(instanceWith(settings)), (key) => key);
const found = (settings: Record<string, unknown>) =>
  connectionMistakes(site(settings), (key) => key).map(({ key, found }) => [key, found]);

const scaled = (maximum: number) => ({ scaling: { minimum: 1, maximum, cpuPercent: 80 } });
/** 144 connections: seven pods at most during a rollout, and two workers. */
const many = { web: scaled(6) };
const few = { web: { replicas: 2 } };
const inCluster = (maxConnections?: number) => ({
  database: { kind: "in-cluster", image: "postgres:17.6", ...(maxConnections !== undefined && { maxConnections }) },
});
const cloudSql = (flags?: Record<string, string>, tier = "db-custom-2-7680") => ({
  database: {
    kind: "cloud-sql",
    project: "example",
    region: "europe-west3",
    name: "opendata",
    tier,
    privateNetwork: "projects/example/global/networks/default",
    ...(flags !== undefined && { flags }),
  },
});
const { pooler, ...withoutPooler } = operated.database;
const operator = (settings: Record<string, unknown>) => ({ database: { ...withoutPooler, ...settings } });
const provided = (maxConnections?: number) => ({
  database: { ...external.database, ...(maxConnections !== undefined && { maxConnections }) },
});

describe("a database server has room for every connection:", () => {
  test.each<readonly [string, Record<string, unknown>, readonly (readonly [string, number | string])[]]>([
    ["one in the cluster with its default, for two web pods", { ...inCluster(), ...few }, []],
    ["not for seven", { ...inCluster(), ...many }, [["database.maxConnections", 100]]],
    ["one with exactly as many", { ...inCluster(144), ...many }, []],
    ["not one with one less", { ...inCluster(143), ...many }, [["database.maxConnections", 143]]],
    ["Google's with its default, for seven web pods", { ...cloudSql(), ...many }, []],
    [
      "Google's with exactly as many, six of them Google's own",
      { ...cloudSql({ max_connections: "150" }), ...many },
      [],
    ],
    [
      "not one whose flag says less",
      { ...cloudSql({ max_connections: "149" }), ...many },
      [["database.flags.max_connections", 149]],
    ],
    ["one whose flag says more", { ...cloudSql({ max_connections: "300" }), web: scaled(12) }, []],
    ["Google's of little memory that can be told to take more", { ...cloudSql({}, "db-custom-1-3840"), ...many }, []],
    [
      "not one without memory for them",
      { ...cloudSql({}, "db-f1-micro"), ...many },
      [["database.tier", "db-f1-micro"]],
    ],
    [
      "not an operator's with PostgreSQL's default",
      { ...operator({}), ...many },
      [["database.parameters.max_connections", 100]],
    ],
    ["an operator's that says enough", { ...operator({ parameters: { max_connections: "144" } }), ...many }, []],
    ["one behind a pooler, where clients wait", { ...operator({ pooler }), ...many }, []],
    ["somebody else's of which nothing is said", { ...provided(), ...many }, []],
    [
      "not somebody else's that is said to have less",
      { ...provided(143), ...many },
      [["database.maxConnections", 143]],
    ],
  ])("%s", (_name, settings, mistakes) => {
    expect(found(settings)).toEqual(mistakes);
  });

  test.each([
    ["processes of a pod", { web: { processes: 8 } }, 96],
    [
      "groups of workers",
      { workers: { bulk: { queues: ["bulk"], scaling: { kind: "keda", minimum: 0, maximum: 4 } } } },
      104,
    ],
  ])("more %s need more", (_name, settings, connections) => {
    const database = (maxConnections: number) => ({ ...settings, database: { ...instance.database, maxConnections } });
    const needed = Array.from({ length: 200 }, (_, index) => index + 20).find(
      (most) => found(database(most)).length === 0,
    );
    expect(needed).toBe(connections);
  });

  test("a machine of Google's with too little memory is said with what opens the connections", () => {
    const settings = site({ ...cloudSql({}, "db-f1-micro"), ...many });
    expect(connectionMistakes(settings, (key) => key).map(({ expected }) => expected)).toEqual([
      "expected a machine with memory for 150: 7 web pods of 4 processes and 2 workers at a time open as many connections",
    ]);
  });
});

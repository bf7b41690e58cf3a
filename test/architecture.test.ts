/** Which part may know which: read from the source itself. */
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import ts from "typescript";
import { describe, expect, test } from "vitest";

const root = resolve(import.meta.dirname, "..");
const product = ["index.ts", "ckan", "components", "config", "consumer/src", "examples", "outputs", "render", "review"];
/** What pipelines run: outside the program, and held to the same size. */
const scripts = ["pipelines"];

interface Import {
  /** File or package that is imported: a path from the root of the project, or a package's name. */
  readonly from: string;
  readonly typeOnly: boolean;
}

interface Source {
  readonly path: string;
  readonly text: string;
  readonly tree: ts.SourceFile;
  readonly imports: readonly Import[];
}

const sources = product.flatMap(files).map(read);
const pipelineScripts = scripts.flatMap(files).map(read);
const below = (...folders: readonly string[]) =>
  sources.filter(({ path }) => folders.some((folder) => path === folder || path.startsWith(`${folder}/`)));
/** Every import of some files that is not allowed, as `file imports target`. */
const wrong = (of: readonly Source[], refused: (target: Import) => boolean) =>
  of.flatMap(({ path, imports }) => imports.filter(refused).map(({ from }) => `${path} imports ${from}`));
const isBelow = (path: string, ...folders: readonly string[]) =>
  folders.some((folder) => path.startsWith(`${folder}/`));

test("the sources are found", () => {
  expect(below("index.ts").length).toBe(1);
  expect(below("components").length).toBeGreaterThan(20);
  expect(below("components").flatMap(({ imports }) => imports).length).toBeGreaterThan(100);
});

describe("imports", () => {
  test("ckan/ knows neither Pulumi nor Kubernetes: only types may come from there", () => {
    expect(wrong(below("ckan"), ({ from, typeOnly }) => from.startsWith("@pulumi/") && !typeOnly)).toEqual([]);
  });

  test("ckan/ knows no other part of the project", () => {
    expect(wrong(below("ckan"), ({ from }) => isBelow(from, ...product.slice(2), "test", "toolchain"))).toEqual([]);
  });

  test("components/ knows neither who renders nor who tests it", () => {
    const refused = ["outputs", "consumer", "render", "toolchain", "test", "images", "examples"];
    expect(wrong(below("components"), ({ from }) => isBelow(from, ...refused) || from === "index.ts")).toEqual([]);
  });

  test("components/kubernetes/ knows no part, only the endpoints that parts hand on", () => {
    const refused = ({ from, typeOnly }: Import) =>
      isBelow(from, "components") &&
      !isBelow(from, "components/kubernetes") &&
      !(from === "components/site/endpoints.ts" && typeOnly);
    expect(wrong(below("components/kubernetes"), refused)).toEqual([]);
  });

  test("config/ is a machine that knows no part: of the components it knows what a quantity is", () => {
    const refused = ({ from }: Import) => isBelow(from, ...product) && !isBelow(from, "config");
    expect(wrong(below("config"), refused)).toEqual(["config/values.ts imports components/kubernetes/quantity.ts"]);
  });

  test("the product imports nothing of cluster/, toolchain/, images/, scan/ or test/", () => {
    expect(wrong(sources, ({ from }) => isBelow(from, "cluster", "toolchain", "images", "scan", "test"))).toEqual([]);
  });

  test("pipelines/ know neither the program nor the toolchain: a script must not need a stack to run", () => {
    const other = ({ from }: Import) => !isBelow(from, "pipelines") && !from.startsWith("node:") && from !== "yaml";
    expect(pipelineScripts.length).toBeGreaterThan(10);
    expect(wrong(pipelineScripts, other)).toEqual([]);
    expect(wrong(sources, ({ from }) => isBelow(from, "pipelines"))).toEqual([]);
  });

  test("pipelines/lib/ reads no variable of the process: scripts hand it over", () => {
    const readers = pipelineScripts.filter(({ text }) => /\bprocess\.env\b/.test(text)).map(({ path }) => path);
    expect(readers.sort()).toEqual(["pipelines/comment.ts", "pipelines/drift.ts"]);
  });

  test("review/ reads previews, not the program: of the project it knows what a quantity and an exception are", () => {
    const refused = ({ from }: Import) => isBelow(from, ...product) && !isBelow(from, "review");
    expect(wrong(below("review"), refused)).toEqual(["review/rules/data.ts imports components/kubernetes/quantity.ts"]);
    const others = sources.filter(({ path }) => !isBelow(path, "review"));
    expect(wrong(others, ({ from }) => isBelow(from, "review"))).toEqual([]);
  });

  test("outputs/ knows of the components what they publish, and no configuration", () => {
    const refused = ({ from }: Import) => isBelow(from, "components", "config") && from !== "components/index.ts";
    expect(wrong(below("outputs"), refused)).toEqual([]);
  });

  test("the contract and what is made from it know nothing of the product", () => {
    const alone = below("outputs").filter(({ path }) => path !== "outputs/publish.ts");
    const refused = ({ from }: Import) => from !== "zod" && !from.startsWith("node:") && !from.startsWith("outputs/");
    expect(wrong(alone, refused)).toEqual([]);
  });

  test("consumer/ is published alone: it imports Pulumi's SDK and itself", () => {
    expect(below("consumer").length).toBe(5);
    const refused = ({ from }: Import) => from !== "@pulumi/pulumi" && !from.startsWith("consumer/src/");
    expect(wrong(below("consumer"), refused)).toEqual([]);
  });

  test("the product does not import the consumer's package", () => {
    const others = sources.filter(({ path }) => !path.startsWith("consumer/"));
    expect(wrong(others, ({ from }) => from.startsWith("consumer/"))).toEqual([]);
  });

  test("examples/ import only what components/ publishes, or the consumer's package", () => {
    const published = ["components/index.ts", "@ckan-environments/consumer"];
    const own = (path: string, from: string) => dirname(path) === dirname(from);
    const outside = below("examples").flatMap(({ path, imports }) =>
      imports.filter(({ from }) => !from.startsWith("@pulumi/") && !published.includes(from) && !own(path, from)),
    );
    expect(outside).toEqual([]);
  });
});

describe("policy/", () => {
  const pack = files("policy").map(read);
  const named = (pattern: RegExp) => pack.filter(({ text }) => pattern.test(text)).map(({ path }) => path);

  test("stands alone: it imports its own files, Pulumi and Node.js", () => {
    const allowed = (from: string) => isBelow(from, "policy") || /^(?:@pulumi\/(?:policy|pulumi)$|node:)/.test(from);
    expect(wrong(pack, ({ from }) => !allowed(from))).toEqual([]);
    expect(pack.length).toBeGreaterThan(12);
  });

  test("has rules that are pure: they know neither Pulumi nor Node.js", () => {
    const inRules = pack.filter(({ path }) => path.startsWith("policy/rules/"));
    expect(wrong(inRules, ({ from }) => !isBelow(from, "policy"))).toEqual([]);
    expect(inRules.length).toBeGreaterThan(5);
  });

  test("reads the clock, the environment and the stack's configuration in index.ts alone", () => {
    expect(named(/\bprocess\.env\b|\bnew Date\(\)|\bDate\.now\b|\ballConfig\b|\bgetProject\(/)).toEqual([
      "policy/index.ts",
    ]);
  });

  test("is known to config/ and review/ by the form of its exceptions alone, and to no other part of the program", () => {
    const known = sources.flatMap(({ path, imports }) =>
      imports.filter(({ from }) => isBelow(from, "policy")).map(({ from }) => `${path} ${from}`),
    );
    expect(known).toEqual([
      "components/environment/policy-exceptions.ts policy/exceptions.ts",
      "components/environment/policy-exceptions.ts policy/rule-names.ts",
      "review/exceptions.ts policy/exceptions.ts",
    ]);
  });

  test("has no file of more than 260 lines", () => {
    expect(pack.filter(({ text }) => text.trimEnd().split("\n").length > 260)).toEqual([]);
  });
});

describe("configuration", () => {
  const reading = (pattern: RegExp) => sources.filter(({ text }) => pattern.test(text)).map(({ path }) => path);

  test("is read by one function, from what index.ts hands over", () => {
    const readers = reading(/\bnew pulumi\.Config\b|\ballConfig\b|\bgetStack\(|\bgetProject\(/).filter(
      (path) => !path.startsWith("examples/"),
    );
    expect(readers).toEqual(["index.ts", "components/environment/load.ts", "config/read.ts"]);
    expect(reading(/\ballConfig\b/)).toEqual(["config/read.ts"]);
    expect(reading(/\bgetStack\(/)).toEqual(["components/environment/load.ts"]);
  });

  test("is never an environment variable: render/ asks npm where its caller is, review/ hands the environment on to Pulumi", () => {
    expect(reading(/\bprocess\.env\b/)).toEqual(["render/caller.ts", "review/run.ts"]);
  });
});

describe("components", () => {
  test("only they make resources: manifests are pure functions", () => {
    const pure = below("components/kubernetes", "ckan", "config").filter(
      ({ path }) => !isBelow(path, "components/kubernetes/declare"),
    );
    const makers = pure.filter(({ text }) => /\bnew (?:kubernetes|k8s)\./.test(text));
    expect(makers.map(({ path }) => path)).toEqual([]);
  });

  test("take their labels from one file", () => {
    const ours = sources.filter(({ path }) => !path.startsWith("examples/"));
    const spelling = ours.filter(({ text }) => text.includes("app.kubernetes.io/")).map(({ path }) => path);
    expect(spelling).toEqual(["components/kubernetes/labels.ts"]);
  });

  test("hand on four arguments, options among them, and none of their own to the state", () => {
    const calls = below("components").flatMap(({ path, tree }) =>
      superCalls(tree).map((call) => [path, call.arguments.length, call.arguments.map((each) => each.getText(tree))]),
    );
    expect(calls.length).toBeGreaterThan(10);
    expect(calls.filter(([, count]) => count !== 4)).toEqual([]);
    // The third is empty: what stands there is written to the state (components/site/README.md).
    const handsOn = ([, name, args, opts]: readonly string[]) => name === "name" && args === "{}" && opts === "opts";
    expect(calls.filter(([, , names]) => !handsOn(names as string[]))).toEqual([]);
  });

  test("are named after their class, which is their type for Pulumi, and so is their file", () => {
    const named = below("components").flatMap(({ path, text, tree }) =>
      [...text.matchAll(/^export class (\w+) extends pulumi\.ComponentResource/gm)].map(([, name = ""]) => {
        const [type] = superCalls(tree)[0]?.arguments ?? [];
        const file = name.replaceAll(/(?<=[a-z0-9])(?=[A-Z])/g, "-").toLowerCase();
        return { name, typed: type?.getText(tree) === `"ckan:index:${name}"`, filed: path.endsWith(`/${file}.ts`) };
      }),
    );
    expect(named.length).toBeGreaterThan(10);
    expect(named.filter(({ typed, filed }) => !typed || !filed)).toEqual([]);
  });

  test("register their outputs exactly once", () => {
    const counts = below("components").flatMap(({ path, text, tree }) =>
      superCalls(tree).length === 0 ? [] : [[path, text.split("this.registerOutputs(").length - 1]],
    );
    expect(counts.filter(([, count]) => count !== 1)).toEqual([]);
  });
});

describe("size", () => {
  const codeLines = ({ text }: Source) => text.split("\n").filter((line) => !/^\s*(?:$|\/\/|\/?\*)/.test(line)).length;

  test("index.ts has at most 40 lines of code", () => {
    expect(below("index.ts").map(codeLines)[0]).toBeLessThanOrEqual(40);
  });

  test("no file has more than 260 lines", () => {
    const long = [...sources, ...pipelineScripts].map(
      ({ path, text }) => [path, text.trimEnd().split("\n").length] as const,
    );
    expect(long.filter(([, lines]) => lines > 260)).toEqual([]);
  });
});

function files(path: string): readonly string[] {
  if (path.endsWith(".ts")) return [path];
  return readdirSync(join(root, path), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts"))
    .map((name) => join(path, name))
    .sort();
}

function read(path: string): Source {
  const text = readFileSync(join(root, path), "utf8");
  const tree = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
  return { path, text, tree, imports: importsOf(path, tree) };
}

/** `import`, `export ... from` and `import(...)` of a plain text. */
function importsOf(path: string, tree: ts.SourceFile): readonly Import[] {
  const found: Import[] = [];
  const target = (text: string) => (text.startsWith(".") ? relative(root, resolve(root, dirname(path), text)) : text);
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node) && ts.isStringLiteral(node.moduleSpecifier)) {
      found.push({ from: target(node.moduleSpecifier.text), typeOnly: typeOnly(node.importClause) });
    }
    if (
      ts.isExportDeclaration(node) &&
      node.moduleSpecifier !== undefined &&
      ts.isStringLiteral(node.moduleSpecifier)
    ) {
      found.push({ from: target(node.moduleSpecifier.text), typeOnly: node.isTypeOnly });
    }
    if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
      const [module] = node.arguments;
      if (module !== undefined && ts.isStringLiteral(module))
        found.push({ from: target(module.text), typeOnly: false });
    }
    ts.forEachChild(node, visit);
  };
  visit(tree);
  return found;
}

/** `import type ...`, or an import whose every name is a type. */
function typeOnly(clause: ts.ImportClause | undefined): boolean {
  if (clause === undefined) return false;
  if (clause.isTypeOnly) return true;
  const { name, namedBindings } = clause;
  if (name !== undefined || namedBindings === undefined || !ts.isNamedImports(namedBindings)) return false;
  return namedBindings.elements.every((element) => element.isTypeOnly);
}

function superCalls(tree: ts.SourceFile): readonly ts.CallExpression[] {
  const calls: ts.CallExpression[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.SuperKeyword) {
      if (ts.isStringLiteral(node.arguments[0] ?? node)) calls.push(node);
    }
    ts.forEachChild(node, visit);
  };
  visit(tree);
  return calls;
}

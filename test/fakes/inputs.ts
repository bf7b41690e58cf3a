/**
 * Holds inputs of a resource against the arguments that its SDK declares in TypeScript: nothing unknown, nothing missing. Stricter than
 * the real providers in one thing, on purpose: those drop what they do not know and say nothing, so that nobody learns of a misspelt name.
 */
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import ts from "typescript";

/** What Pulumi sends for a value that is not known yet. */
const unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

export interface Failure {
  readonly property: string;
  readonly reason: string;
}

export class SdkTypes {
  readonly #folder: string;
  #checker: ts.TypeChecker | undefined;
  #program: ts.Program | undefined;
  readonly #files: readonly string[];

  /** `modules` are the SDK's files that hold the resources in question, such as `dnsRecord`. */
  constructor(sdk: string, modules: readonly string[]) {
    this.#folder = dirname(createRequire(import.meta.url).resolve(`${sdk}/package.json`));
    this.#files = modules.map((module) => join(this.#folder, `${module}.d.ts`));
  }

  /** Failures of the inputs of a resource, such as `cloudflare:index/dnsRecord:DnsRecord`. */
  failures(type: string, inputs: unknown): readonly Failure[] {
    const [, module = "", name = ""] = type.split(":");
    const wanted = join(this.#folder, `${module.replace(/^index\//, "")}.d.ts`);
    // `iAMMember` of the type is `iammember.d.ts`.
    const file = this.#files.find((one) => one.toLowerCase() === wanted.toLowerCase()) ?? wanted;
    return mismatches(inputs, this.#interface(file, `${name}Args`), "", this.#checker as ts.TypeChecker);
  }

  #interface(file: string, name: string): ts.Type {
    this.#program ??= ts.createProgram([...this.#files], { module: ts.ModuleKind.Node16, strict: true });
    this.#checker ??= this.#program.getTypeChecker();
    const source = this.#program.getSourceFile(file);
    const found = source?.statements.find((node) => ts.isInterfaceDeclaration(node) && node.name.text === name);
    if (found === undefined) throw new Error(`${file} declares no ${name}`);
    return this.#checker.getTypeAtLocation(found);
  }
}

function mismatches(value: unknown, type: ts.Type, at: string, checker: ts.TypeChecker): readonly Failure[] {
  if (value === unknown) return [];
  const plain = withoutPromises(type);
  if (plain.some(({ flags }) => flags & ts.TypeFlags.Any)) return [];
  const wanted = () => plain.map((one) => checker.typeToString(one)).join(" or ");
  if (typeof value !== "object" || value === null) {
    return plain.some((one) => isPrimitive(value, one))
      ? []
      : [failure(at, `expected ${wanted()}, got ${typeof value}`)];
  }
  const structured = plain.filter(({ flags }) => flags & ts.TypeFlags.Object);
  if (Array.isArray(value)) {
    const element = structured.map((one) => checker.getIndexTypeOfType(one, ts.IndexKind.Number)).find(Boolean);
    if (element === undefined) return [failure(at, `expected ${wanted()}, got a list`)];
    return value.flatMap((item, index) => mismatches(item, element, `${at}[${index}]`, checker));
  }
  const object = structured.find((one) => !checker.isArrayType(one));
  if (object === undefined) return [failure(at, `expected ${wanted()}, got an object`)];
  return objectMismatches(value as Record<string, unknown>, object, at, checker);
}

function objectMismatches(
  value: Record<string, unknown>,
  type: ts.Type,
  at: string,
  checker: ts.TypeChecker,
): readonly Failure[] {
  const path = (name: string) => (at === "" ? name : `${at}.${name}`);
  const anyName = checker.getIndexTypeOfType(type, ts.IndexKind.String);
  const declared = new Map(checker.getPropertiesOfType(type).map((property) => [property.name, property]));
  const missing = [...declared.values()]
    .filter((property) => !(property.flags & ts.SymbolFlags.Optional) && value[property.name] === undefined)
    .map(({ name }) => failure(path(name), "is required"));
  const given = Object.entries(value).filter(([name, item]) => item !== undefined && !name.startsWith("__"));
  return [
    ...missing,
    ...given.flatMap(([name, item]) => {
      const property = declared.get(name);
      const wanted = property === undefined ? anyName : checker.getTypeOfSymbol(property);
      return wanted === undefined ? [failure(path(name), "is unknown")] : mismatches(item, wanted, path(name), checker);
    }),
  ];
}

/** What is left of an Input<T>: T. */
function withoutPromises(type: ts.Type): readonly ts.Type[] {
  const members = type.isUnion() ? type.types : [type];
  return members.filter((member) => {
    const name = member.symbol?.name ?? member.aliasSymbol?.name ?? "";
    return !(member.flags & ts.TypeFlags.Undefined) && !/^(?:Promise|OutputInstance|__type)$/.test(name);
  });
}

/** Numbers and text that is one are the same to the real providers. */
function isPrimitive(value: unknown, { flags }: ts.Type): boolean {
  const { StringLike, NumberLike, BooleanLike } = ts.TypeFlags;
  switch (typeof value) {
    case "string":
      return (flags & StringLike) !== 0 || ((flags & NumberLike) !== 0 && /^-?\d+(?:\.\d+)?$/.test(value));
    case "number":
      return (flags & (NumberLike | StringLike)) !== 0;
    case "boolean":
      return (flags & BooleanLike) !== 0;
    default:
      return false;
  }
}

function failure(property: string, reason: string): Failure {
  return { property, reason };
}

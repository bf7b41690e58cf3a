import { describe, expect, test } from "vitest";
import { PreviewError, parsePreview } from "../../review/preview.ts";
import { previewText, step } from "./support.ts";

const service = "kubernetes:core/v1:Service";

describe("A preview", () => {
  test("is read with what the engine adds in later versions", () => {
    const text = previewText([{ ...step(service, { next: {} }), novelty: 1 }], {
      duration: 12,
      changeSummary: { same: 3 },
    });
    expect(parsePreview(text).steps.map(({ op, newState }) => [op, newState?.type])).toEqual([["update", service]]);
  });

  test("is read alike in any indentation", () => {
    const state = { inputs: { a: "{", outputs: { b: ["}"] } }, outputs: { c: { d: ['"}'] } }, protect: true };
    const steps = [step(service, { old: state, next: { ...state, protect: false } }), step(service, { next: {} })];
    const value = JSON.parse(previewText(steps, { diagnostics: [{ message: "m", severity: "error" }] }));
    const read = [undefined, 1, 2, 4, 8].map((indent) => parsePreview(JSON.stringify(value, null, indent)));
    expect(read[0]?.steps[0]?.oldState).toMatchObject({ protect: true, inputs: state.inputs });
    for (const other of read) expect(other).toEqual(read[0]);
  });

  test("is read without the marks of bridged providers, which say what they filled in themselves", () => {
    const inputs = { state: "ACTIVE", conditions: [{ __defaults: [], age: 1 }], __defaults: ["state"] };
    const [read] = parsePreview(previewText([step("gcp:storage/hmacKey:HmacKey", { next: { inputs } })])).steps;
    expect(read?.newState?.inputs).toEqual({ state: "ACTIVE", conditions: [{ age: 1 }] });
  });

  test("that was not written to its end is refused, however much of it there is", () => {
    const text = JSON.stringify(
      JSON.parse(previewText([step(service, { next: { outputs: { a: 1 } } as object })])),
      null,
      4,
    );
    for (const length of [10, 100, 300, text.length - 2])
      expect(() => parsePreview(text.slice(0, length))).toThrow(PreviewError);
  });

  test("may follow lines of the CLI", () => {
    expect(parsePreview(`warning: a new version is there\n${previewText([])}`).steps).toEqual([]);
  });

  test("without steps and diagnostics is one without a change", () => {
    expect(parsePreview('{"config": {"ckan:protection": "protected"}}')).toEqual({
      config: { "ckan:protection": "protected" },
      steps: [],
      diagnostics: [],
    });
  });
});

describe("What is no preview is refused without a word of it:", () => {
  test.each([
    ["nothing", "", "no JSON"],
    ["a message", "error: hunter2-hunter2", "no JSON"],
    ["half a preview", '{"steps": [{"op": "hunter2-hunter2"', "JSON that cannot be read"],
    ["other JSON", '{"secret": "hunter2-hunter2"}', "neither config nor steps"],
    ["an operation that nobody knows", '{"steps": [{"op": "hunter2-hunter2", "urn": "a"}]}', "at steps.0.op"],
  ])("%s", (_, text, message) => {
    const read = () => parsePreview(text);
    expect(read).toThrow(PreviewError);
    expect(read).toThrow(message);
    expect(read).not.toThrow("hunter2");
  });
});

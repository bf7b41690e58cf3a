/**
 * What the patches make of what comes with a file, by Python alone: with the real package, store and queue in
 * test/e2e/files.test.ts.
 */
import { describe, expect, test } from "vitest";
import { pythonIsMissing } from "../../support/python.ts";
import { run } from "../../support/store-patches.ts";

/** What people and programs call files. */
const names = [
  "данные.csv",
  "Отчёт 2024 (итог).CSV",
  "数据.csv",
  "بيانات.csv",
  "🐟.csv",
  'Größe, Länge; "x".csv',
  "line\nbreak\r\n.csv",
  "tab\tand\0null.csv",
  "C:\\fakepath\\a.csv",
  "../../etc/passwd.csv",
  "..",
  "...",
  ".csv",
  " . .csv",
  "trailing. . ",
  "report\u202evsc.exe",
  "no\u00a0break.csv",
  "%2e%2e%2fa.csv",
  "'single' and `back`.csv",
  "a|b<c>d*e?.csv",
  "no ending",
  "archive.tar.gz",
  "می‌خواهم.csv",
  "‍.‌.c‍sv",
  "Report v1.2 final version of the year",
  "е\u0308ж.csv",
  `${"д".repeat(300)}.csv`,
  `${"𝒳".repeat(300)}.csv`,
  `a.${"b".repeat(300)}`,
];

describe.skipIf(pythonIsMissing)("The name under which people get a file back", () => {
  test.each([
    ["данные.csv", "данные.csv"],
    ["Отчёт 2024 (итог).CSV", "Отчёт 2024 (итог).CSV"],
    ["C:\\fakepath\\a.csv", "a.csv"],
    ["../../etc/passwd.csv", "passwd.csv"],
    ["line\nbreak.csv", "linebreak.csv"],
    ["report\u202evsc.exe", "reportvsc.exe"],
    ["no\u00a0break.csv", "no break.csv"],
    ['Größe; "x".csv', "Größe; -x-.csv"],
    ["е\u0308ж.csv", "ёж.csv"],
    [".csv", "file.csv"],
    ["..", "file"],
    ["", "file"],
    ["no ending", "no ending"],
    ["می\u200cخواهم.csv", "می\u200cخواهم.csv"],
    ["क्\u200dष.csv", "क्\u200dष.csv"],
    ["👨\u200d👩\u200d👧.csv", "👨\u200d👩\u200d👧.csv"],
    ["\u200d.\u200c.c\u200dsv", "file.csv"],
    ["Report v1.2 final version of the year", "Report v1.2 final version of the year"],
    ["Report v1.2 final. csv ", "Report v1.2 final.csv"],
    [`${"д".repeat(300)}.csv`, `${"д".repeat(96)}.csv`],
    [`a.${"b".repeat(300)}`, `a.${"b".repeat(20)}`],
  ])("of %j is %j", (given, shown) => {
    expect(run("shown_name(given)", given)).toBe(shown);
  });

  test("is no path, begins with no dot, has at most 100 characters, and stays the same when it comes once more", () => {
    const made = run<[string, string][]>("[[shown_name(name), shown_name(shown_name(name))] for name in given]", names);
    const wrong = made.filter(
      ([once, twice]) =>
        once !== twice || !/^[^./\\\p{C}]([^/\\\p{C}]|[\u200c\u200d])*$/u.test(once) || [...once].length > 100,
    );
    expect(wrong).toEqual([]);
  });
});

describe.skipIf(pythonIsMissing)("Content-Disposition", () => {
  test("names a file twice: for those who read its letters and for those who do not", () => {
    const said = run("disposition(given, 'dannye.csv')", "данные.csv");
    const letters = "%D0%B4%D0%B0%D0%BD%D0%BD%D1%8B%D0%B5.csv";
    expect(said).toBe(`attachment; filename="dannye.csv"; filename*=UTF-8''${letters}`);
  });

  test("of a PDF lets a browser show it, and says what to call it when somebody keeps it", () => {
    const said = run("disposition(given, 'plan.pdf', inline=True)", "план.pdf");
    expect(said).toBe(`inline; filename="plan.pdf"; filename*=UTF-8''%D0%BF%D0%BB%D0%B0%D0%BD.pdf`);
  });

  test("is a header from which the name comes back whole, and which fits into what stores take", () => {
    const made = run<[string, string][]>(
      `[[shown_name(name), disposition(shown_name(name), "a.csv")] for name in given]`,
      names,
    );
    const read = made.map(([shown, header]) => {
      const [, encoded = ""] = /^attachment; filename="a\.csv"; filename\*=UTF-8''([\w.~%-]+)$/.exec(header) ?? [];
      return header.length < 2000 && decodeURIComponent(encoded) === shown;
    });
    expect(read).toEqual(names.map(() => true));
  });
});

describe.skipIf(pythonIsMissing)("What is no real ending", () => {
  test.each([
    ["Report v1.2 final version of the year", "report-v1-2-final-version-of-the-year"],
    ["Report v1.2 final.csv", "report-v1.2-final.csv"],
    ["no ending", "no-ending"],
  ])("of %j is none in the store either: %j", (given, latin) => {
    expect(run("latin_name(given)", given)).toBe(latin);
  });
});

describe.skipIf(pythonIsMissing)("What goes into other headers", () => {
  test.each([
    ["text/csv", "text/csv"],
    ["application/vnd.oasis.opendocument.spreadsheet", "application/vnd.oasis.opendocument.spreadsheet"],
    ["image/svg+xml", "image/svg+xml"],
    ["text/csv\nX-Other: 1", "application/octet-stream"],
    ["text/csv; charset=utf-8", "text/csv; charset=utf-8"],
    ["text/javascript", "text/plain"],
    ["Application/X-JavaScript; charset=utf-8", "text/plain"],
    ["text/ecmascript", "text/plain"],
    ["text/jscript", "text/plain"],
    ["text/livescript", "text/plain"],
    ["text/javascript1.5", "text/plain"],
    ["CSV", "application/octet-stream"],
    ["", "application/octet-stream"],
    [null, "application/octet-stream"],
  ])("is of %j as a content type %j", (given, type) => {
    expect(run("content_type(given)", given)).toBe(type);
  });
});

/** What s3filestore is told of a resource, or why it is refused; the database has one file and one link. */
const told = `
rows["file"] = types.SimpleNamespace(url="old.csv", url_type="upload", mimetype="text/csv")
rows["link"] = types.SimpleNamespace(url="http://example.org/", url_type="", mimetype=None)
apply_to_uploads(Datasets, Others)
def told(resource):
    if isinstance(resource, dict) and "upload" in resource:
        resource["upload"] = File(resource["upload"])
    try:
        said = Datasets(resource).resource
    except ValidationError as error:
        return list(error.args[0])
    said.pop("upload", None)
    return said`.replace("apply_to_uploads", 'sys.modules["uploaded_files"].apply');

describe.skipIf(pythonIsMissing)("Of a resource", () => {
  test.each([
    ["without an address", { id: "link" }, { id: "link", url: "" }],
    ["whose address is nothing", { url: null }, { url: "" }],
    ["whose address is a number", { url: 5 }, ["url"]],
    ["whose address is a list", { url: ["a"] }, ["url"]],
    ["whose address is a dictionary", { url: { a: 1 } }, ["url"]],
    ["whose address has half a host", { url: "http://[" }, ["url"]],
    ["that is none", "a", ["resources"]],
    [
      "that is not there, a file is taken away",
      { id: "other", url: "a", clear_upload: "true" },
      { id: "other", url: "a", url_type: "" },
    ],
    [
      "whose id is a number, a file is taken away",
      { id: 5, url: "", clear_upload: 1 },
      { id: 5, url: "", url_type: "" },
    ],
    [
      "that is there, a file is taken away",
      { id: "file", url: "http://a/", clear_upload: "true" },
      { id: "file", url: "http://a/", clear_upload: "true" },
    ],
  ])("%s: s3filestore gets what it can take, or people a word", (_, resource, said) => {
    expect(run("told(given)", resource, told)).toEqual(said);
  });

  test.each([
    ["a new name", { url: "renamed.csv", url_type: "upload" }, "old.csv"],
    ["a new name and no kind", { url: "renamed.csv" }, "old.csv"],
    ["no name", {}, "old.csv"],
    ["its address", { url: "http://site/dataset/d/resource/file/download/old.csv", url_type: "upload" }, "old.csv"],
    ["a link", { url: "http://example.org/", url_type: "" }, "http://example.org/"],
    ["a link in place of the file", { url: "http://a/", url_type: "upload", clear_upload: "true" }, "http://a/"],
    ["a new file", { url: "old.csv", url_type: "upload", upload: "new.csv" }, "old.csv"],
  ])("that is a file, with %s, the address is kept where it leads to the file", (_, resource, url) => {
    expect(run<{ url: string }>("told(given)", { id: "file", ...resource }, told).url).toBe(url);
  });

  test.each([
    ["that replaces another, with the type of that one", { id: "file", mimetype: "text/csv" }, "new.pdf", undefined],
    ["that replaces another, with a type of its own", { id: "file", mimetype: "text/plain" }, "new.pdf", "text/plain"],
    ["that is new, with a type", { mimetype: "text/csv" }, "new.pdf", "text/csv"],
    ["that is packed", {}, "a.csv.gz", "application/gzip"],
    ["that is packed and replaces another", { id: "file", mimetype: "text/csv" }, "a.csv.gz", "application/gzip"],
    ["that is a packed archive", {}, "a.tar.gz", "application/gzip"],
    ["that is a packed picture", {}, "a.svgz", "application/gzip"],
    ["that is packed in another way", {}, "a.csv.bz2", "application/x-bzip2"],
    ["that is packed in a rare way", {}, "a.csv.br", "application/octet-stream"],
    ["that is not packed", {}, "a.csv", undefined],
  ])("whose file is one %s, the type is that of this file", (_, resource, upload, type) => {
    expect(run<{ mimetype?: string }>("told(given)", { url: "", ...resource, upload }, told).mimetype).toBe(type);
  });

  test("of which nothing but its description changes, the type stays", () => {
    const resource = { id: "file", url: "old.csv", url_type: "upload", mimetype: "text/csv" };
    expect(run("told(given)", resource, told)).toEqual(resource);
  });
});

describe.skipIf(pythonIsMissing)("A picture", () => {
  /** CKAN's own check, which finds a PNG in everything that does not end in html. */
  const taken = `
class Upload:
    def verify_type(self):
        if self.filename.endswith("html"):
            raise ValidationError({self.object_type: "no picture"})
        self.filename = self.filename.rpartition(".")[0] + ".png"
sys.modules["uploaded_files"].Upload = Upload
sys.modules["uploaded_files"].apply(Datasets, Others)
def taken(kind, name):
    others, said = Others(kind), {"upload": File(name)} if name else {}
    try:
        others.update_data_dict(said, "url", "upload", "clear")
    except ValidationError as error:
        return error.args[0]
    return said and [said["url"], others.mimetype, others.shown_name]`;

  test.each([
    ["user", "Герб.jpg", ["2030-01-02-030405.678gerb.png", "image/png", "Герб.png"]],
    ["user", "no ending", ["2030-01-02-030405.678no-ending.png", "image/png", "no ending.png"]],
    ["user", "", {}],
    ["user", "a.html", { user: "no picture" }],
    ["admin", "a.html", { group: "no picture" }],
  ])("of a %s named %j is checked by CKAN, which says how it ends", (kind, name, said) => {
    const before = `${taken}\nsys.modules["uploaded_files"].unidecode = lambda text: text.replace("Герб", "gerb")`;
    expect(run("taken(*given)", [kind, name], before)).toEqual(said);
  });
});

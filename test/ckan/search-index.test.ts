/**
 * How the search index is brought to what the database says. Solr and CKAN are played here, by what they were seen to do;
 * test/e2e/search-index.test.ts asks the real ones.
 */
import { describe, expect, test } from "vitest";
import { runBootstrap } from "../support/bootstrap.ts";
import { pythonIsMissing } from "../support/python.ts";

const modules = `
import datetime, re, signal
class SolrError(Exception):
    pass
class Solr:
    def __init__(self):
        self.documents, self.doubles, self.asked = {}, [], []
    def search(self, condition, rows, fq=None, **options):
        self.asked.append(fq)
        ids = re.findall('"(.*?)"', condition) if condition != "*:*" else [*self.documents, *self.doubles]
        return [self.documents[id] for id in ids if id in self.documents]
    def delete(self, q, commit):
        for id in re.findall('"(.*?)"', q.split("+id:")[1]):
            self.documents.pop(id, None)
            self.doubles = [double for double in self.doubles if double != id]
    def commit(self):
        pass
solr = Solr()
class Column:
    def __init__(self, name):
        self.name = name
    def __ne__(self, value):
        return lambda package: getattr(package, self.name) != value
class Package:
    id, metadata_modified, private, state = map(Column, ("id", "metadata_modified", "private", "state"))
    def __init__(self, id, modified="2024-01-02T03:04:05.123456", private=False, state="active"):
        self.id, self.name, self.private, self.state = id, f"name-of-{id}", private, state
        self.metadata_modified = datetime.datetime.fromisoformat(modified)
database, broken = {}, {}
class Query(list):
    def filter(self, condition):
        return Query(row for row in self if condition(database[row[0]]))
class Session:
    query = staticmethod(lambda *columns: Query([tuple(getattr(each, c.name) for c in columns) for each in database.values()]))
    get = staticmethod(lambda table, id: database.get(id))
    rollback = remove = staticmethod(lambda: None)
def document(package):
    time = package.metadata_modified.isoformat(timespec="milliseconds").removesuffix(".000") + "Z"
    return {"id": package.id, "metadata_modified": time, "capacity": "private" if package.private else "public", "state": package.state}
class PackageIndex:
    tried = []
    def update_dict(self, package, defer_commit):
        PackageIndex.tried.append(package.id)
        if package.id in broken:
            raise SolrError(broken[package.id])
        solr.documents[package.id] = document(package)
module("pysolr", SolrError=SolrError)
module("ckan.lib.search.common", make_connection=lambda decode_dates: solr)
module("ckan.lib.search", check_solr_schema_version=lambda: True, index_for=lambda table: PackageIndex())
module("ckan.plugins.toolkit", get_action=lambda name: lambda context, data: database[data["id"]])
model = types.SimpleNamespace(Package=Package, Session=Session)
config = {"ckan.site_id": "opendata", "ckan.search.remove_deleted_packages": True}
import search_index
update = lambda: search_index.update_search_index(model, config)
def in_database(*packages):
    database.update({each.id: each for each in packages})
def in_index(*packages):
    solr.documents.update({each.id: document(each) for each in packages})
`;

const run = (program: string) => runBootstrap(`${modules}\n${program}`);

describe.skipIf(pythonIsMissing)("The search index", () => {
  test("is left alone when it says what the database says, milliseconds and drafts included", () => {
    const program = `
times = ("2024-01-02T03:04:05", "2024-01-02T03:04:05.120000", "2024-01-02T03:04:05.000999", "2024-01-02T03:04:05.123999")
packages = [Package(f"d{number}", time) for number, time in enumerate(times)] + [Package("draft", state="draft")]
in_database(*packages, Package("deleted", state="deleted"))
in_index(*packages)
update()
print(PackageIndex.tried, solr.asked[-1])`;
    expect(run(program)).toEqual([
      "the search index has all 5 datasets as they are",
      '[] +site_id:"opendata" +entity_type:package',
    ]);
  });

  test("is filled when it is new", () => {
    const program = `
in_database(*[Package(f"{number:04}") for number in range(1100)])
update()
print(len(solr.documents))`;
    expect(run(program)).toEqual([
      "of 1100 datasets the search index lacks 1100 and has 0 as they were; 0 have entries that must go",
      "indexed 500 of 1100 datasets",
      "indexed 1000 of 1100 datasets",
      "indexed 1100 of 1100 datasets",
      "the search index is as the database",
      "1100",
    ]);
  });

  test("shows what a restored database says: what must not be seen first", () => {
    const program = `
in_index(Package("same"), Package("a-later"), Package("z-public"), Package("gone"), Package("withdrawn"))
in_database(Package("same"), Package("a-later", "2023-01-01T00:00:00"), Package("z-public", private=True), Package("new"))
in_database(Package("withdrawn", state="deleted"))
update()
print(*PackageIndex.tried)
print(*sorted(solr.documents))`;
    expect(run(program)).toEqual([
      "of 4 datasets the search index lacks 1 and has 2 as they were; 2 have entries that must go",
      "indexed 1 of 3 datasets",
      "indexed 2 of 3 datasets",
      "indexed 3 of 3 datasets",
      "the search index is as the database",
      "z-public a-later new",
      "a-later new same z-public",
    ]);
  });

  test("keeps what somebody is about to save: CKAN writes to it before it commits", () => {
    const program = `
in_index(Package("saved-in-a-moment"))
time.sleep = lambda seconds: in_database(Package("saved-in-a-moment"))
update()
print(*solr.documents)`;
    expect(run(program)).toEqual(["the search index has all 1 datasets as they are", "saved-in-a-moment"]);
  });

  test("is filled again when its server lost the volume meanwhile", () => {
    const program = `
in_database(Package("a"), Package("b"))
class Losing(PackageIndex):
    def update_dict(self, package, defer_commit):
        if package.id == "b" and PackageIndex.tried == ["a"]:
            solr.documents.clear()
        super().update_dict(package, defer_commit)
sys.modules["ckan.lib.search"].index_for = lambda table: Losing()
update()
print(*sorted(solr.documents))`;
    expect(run(program).slice(-3)).toEqual(["indexed 3 of 3 datasets", "the search index is as the database", "a b"]);
  });

  test("has one entry of a dataset afterwards that had two", () => {
    const program = `
in_database(Package("a"), Package("b"))
in_index(Package("a"), Package("b"))
solr.doubles = ["b"]
update()
print(*PackageIndex.tried, solr.doubles, *sorted(solr.documents))`;
    expect(run(program)).toEqual([
      "of 2 datasets the search index lacks 1 and has 0 as they were; 1 have entries that must go",
      "indexed 1 of 1 datasets",
      "the search index is as the database",
      "b [] a b",
    ]);
  });

  test("leaves most datasets alone where a plugin puts other times into it", () => {
    const program = `
packages = [Package(f"{number:04}") for number in range(300)]
in_database(*packages)
in_index(*packages)
real = document
document = lambda package: {**real(package), "metadata_modified": "2020-01-01T00:00:00Z"}
in_index(*packages)
update()
print(len(PackageIndex.tried))`;
    expect(run(program).slice(-3)).toEqual([
      "a plugin puts other times into the index than the database has: 200 datasets are left as they are",
      "the search index is as the database",
      "100",
    ]);
  });
});

describe.skipIf(pythonIsMissing)("A dataset that cannot be indexed", () => {
  const immense = `broken["b"] = "Solr responded with an error (HTTP 400): [Reason: immense\\nterm in field=spatial " + 500 * "x"`;

  test("is named with the reason in one line, and blocks nothing", () => {
    const program = `
${immense}
in_database(Package("a"), Package("b"), Package("c"))
update()
print(*solr.documents)`;
    const [, warning, ...others] = run(program);
    expect(warning).toMatch(
      /^WARNING: the dataset name-of-b \(b\) cannot be indexed and is not found by a search: SolrError: .*immense term in field=spatial x+\.\.\.$/,
    );
    expect(others).toEqual([
      "indexed 3 of 3 datasets",
      "WARNING: 1 of 3 datasets are not found by a search: see above",
      "a c",
    ]);
  });

  test("loses its earlier entry, which may show what is private by now", () => {
    const program = `
${immense}
in_index(Package("b"))
in_database(Package("b", private=True))
update()
print(len(solr.documents))`;
    expect(run(program).at(-1)).toBe("0");
  });

  test("is no fault of the dataset when most of a new index fails: that ends the bootstrap", () => {
    const program = `
in_database(*[Package(f"{number:04}") for number in range(300)])
broken.update({id: "no space left" for id in database})
try:
    update()
except RuntimeError as error:
    print(error)`;
    expect(run(program).at(-1)).toBe(
      "51 of 51 datasets cannot be indexed, the last one because of SolrError: no space left",
    );
  });

  test("blocks nothing either when it has many like it, which fail in each release", () => {
    const program = `
packages = [Package(f"{number:04}") for number in range(300)]
in_database(*packages)
broken.update({each.id: "immense term" for each in packages[:100]})
in_index(*packages[100:])
update()`;
    expect(run(program).at(-1)).toBe("WARNING: 100 of 300 datasets are not found by a search: see above");
  });
});

test.skipIf(pythonIsMissing)(
  "SIGTERM ends the work after the dataset at hand, and the next bootstrap has the rest to do",
  () => {
    const program = `
import steps
steps.hear_sigterm()
in_database(*[Package(f"{number:04}") for number in range(9)])
class Told(PackageIndex):
    def update_dict(self, package, defer_commit):
        super().update_dict(package, defer_commit)
        if len(PackageIndex.tried) == 4:
            os.kill(os.getpid(), signal.SIGTERM)
sys.modules["ckan.lib.search"].index_for = lambda table: Told()
try:
    with steps.finished_first():
        update()
except SystemExit as end:
    print(f"ended with {end.code}", flush=True)
print(*sorted(search_index.SearchIndex(model, config).compare().missing))`;
    expect(run(program)).toEqual([
      "of 9 datasets the search index lacks 9 and has 0 as they were; 0 have entries that must go",
      "told to end: this step is finished first",
      "indexed 4 of 9 datasets",
      "told to end: the next bootstrap goes on from here",
      "ended with 143",
      "0004 0005 0006 0007 0008",
    ]);
  },
);

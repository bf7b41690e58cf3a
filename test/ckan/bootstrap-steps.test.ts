/** Where SIGTERM ends the bootstrap, by real signals, and what it does with the database server, by what that was seen to answer. */
import { expect, test } from "vitest";
import { runBootstrap } from "../support/bootstrap.ts";
import { pythonIsMissing } from "../support/python.ts";

const signals = `
import signal
from steps import *
hear_sigterm()
tell_to_end = lambda: os.kill(os.getpid(), signal.SIGTERM)
def ending(work):
    try:
        work()
    except SystemExit as end:
        print(f"ended with {end.code}", flush=True)
`;

test.skipIf(pythonIsMissing)("SIGTERM ends at once what can be begun again", () => {
  const program = `
def work():
    tell_to_end()
    say("goes on")
ending(work)`;
  expect(runBootstrap(signals + program)).toEqual(["ended with 143"]);
});

test.skipIf(pythonIsMissing)("SIGTERM waits for the end of what must not be cut, and nothing more is begun", () => {
  const program = `
def work():
    with finished_first():
        tell_to_end()
        say("migrates")
    say("goes on")
ending(work)`;
  expect(runBootstrap(signals + program)).toEqual([
    "told to end: this step is finished first",
    "migrates",
    "ended with 143",
  ]);
});

test.skipIf(pythonIsMissing)("an error in such a step is an error, told to end or not", () => {
  const program = `
def work():
    with finished_first():
        tell_to_end()
        fail("the migration")
ending(work)`;
  expect(runBootstrap(signals + program)).toEqual([
    "told to end: this step is finished first",
    "FAILED: the migration",
    "ended with 1",
  ]);
});

const server = `
os.environ.update(DATABASE_NAME="ckan", DATASTORE_NAME="datastore")
import databases
executed = []
class Cursor:
    answers = []
    def execute(self, statement, values=()):
        executed.append(statement)
    def fetchone(self):
        return (Cursor.answers.pop(0),)
class Connection:
    cursor = staticmethod(Cursor)
databases.connect_as_owner = lambda name: Connection()
`;

test.skipIf(pythonIsMissing)("a second bootstrap says once that it waits for the first one's lock", () => {
  const program = `
Cursor.answers = [False, False, False, True]
databases.become_the_only_one(Connection())
print(sum("pg_try_advisory_lock" in statement for statement in executed))`;
  expect(runBootstrap(server + program)).toEqual([
    "another bootstrap of this site still works: waiting for its end",
    "4",
  ]);
});

test.skipIf(pythonIsMissing)("only CKAN's own SQL is executed, whatever plugins print", () => {
  const program = `
urls = {"sqlalchemy.url": ("ckan", "owner"), "ckan.datastore.write_url": ("datastore", "owner"), "ckan.datastore.read_url": ("datastore", "reader")}
def parse_db_config(setting):
    print("Warning: a plugin says; DROP TABLE package;")
    return dict(zip(("db_name", "db_user"), urls[setting]))
def permissions_sql(maindb, datastoredb, mainuser, writeuser, readuser):
    return f'\\\\connect "{datastoredb}"\\n-- {maindb} {mainuser} {writeuser}\\nGRANT SELECT TO "{readuser}";'
module("ckan.model", parse_db_config=parse_db_config)
module("ckanext.datastore.cli", permissions_sql=permissions_sql)
databases.declare_datastore_permissions()
print(executed)`;
  expect(runBootstrap(server + program).slice(-2)).toEqual([
    "the datastore's permissions are as CKAN asks for",
    `['-- ckan owner owner\\nGRANT SELECT TO "reader";']`,
  ]);
});

"""Counts, in a pod of CKAN, what CKAN does for an answer, with the real database, search and templates.

Reads `{"patches": source or null, "page": path of a dataset's page, "token": an API token, "table": id of a resource in the
datastore}` as JSON from standard input. Prints how often the page's sidebar asked for the organization, the pages as they came out, how
often strangers and others had the settings looked up, which statements count as one, how often two searches in the datastore looked at
the table's columns and asked whether the server lives, and what such searches found.
"""
import json
import logging
import os
import re
import sys
import types

logging.disable(logging.CRITICAL)

import jinja2
from ckan import logic, model
from ckan.cli import CKANConfigLoader
from ckan.config.middleware import make_app
from werkzeug.test import Client

given = json.load(sys.stdin)
config = CKANConfigLoader(os.environ["CKAN_INI"]).get_config()
site = make_app(config)
from ckanext.datastore import helpers
from ckanext.datastore.backend import postgres
from sqlalchemy.dialects.postgresql.psycopg2 import PGDialect_psycopg2

calls = []


def counted(function, name):
    def called(*args, **options):
        calls.append(name)
        return function(*args, **options)

    return called


# Before the patches, which stand in front of these.
PGDialect_psycopg2.do_ping = counted(PGDialect_psycopg2.do_ping, "ping")
postgres._get_fields_types = counted(postgres._get_fields_types, "columns")

if given["patches"]:
    patches = types.ModuleType("repeated_work")
    exec(compile(given["patches"], "repeated_work.py", "exec"), vars(patches))
    patches.apply()

logic.get_action("organization_show")
logic._actions["organization_show"] = counted(logic._actions["organization_show"], "organization")
# The one function that app_globals asks with.
model.get_system_info = counted(model.get_system_info, "settings")


def ask(path, **options):
    answer = Client(site, use_cookies=False).get(path, **options)
    assert answer.status_code == 200, (path, answer.status_code)
    return answer.get_data(as_text=True)


def times(name, ask):
    calls.clear()
    ask()
    return calls.count(name)


def page(path):
    """Without what is made anew for each visitor."""
    return re.sub(r'(name="_csrf_token" (content|value)|value)="[^"]{40,}"', "", ask(path))


def thrice(**options):
    for _ in range(3):
        ask("/api/3/action/status_show", **options)


def imported_blocks():
    """What a file of macros, which has one context for everybody, shows two people of a block of its own; and a block in a loop."""
    files = {
        "macros": "{% block secondary %}{{ person() }}{% endblock %}{% macro side() %}{{ self.secondary() }}{% endmacro %}",
        "page": "{% import 'macros' as macros %}{{ macros.side() }}{{ macros.side() }}",
        "loop": "{% for x in '123' %}{% block secondary scoped %}{{ x }}{% endblock %}{{ self.secondary() }};{% endfor %}",
    }
    shown, person = [], [""]
    environment = jinja2.Environment(loader=jinja2.DictLoader(files))
    environment.globals["person"] = lambda: person[0]
    for person[0] in ("alice", "bob", "carol"):
        with site._wsgi_app.test_request_context("/"):
            shown.append(environment.get_template("page").render())
            shown.append(environment.get_template("loop").render())
    return shown


def found(question):
    answer = ask(f"/api/3/action/datastore_search?resource_id={given['table']}&{question}")
    return {key: value for key, value in json.loads(answer)["result"].items() if key != "_links"}


def search_twice():
    for _ in range(2):
        found("limit=1")


searches = ["", "q=one", "q=one&fields=word,rank", "filters={%22number%22:2}", "sort=number desc", "records_format=lists", "distinct=true&fields=word"]
pages = [given["page"], "/dataset/", "/", "/organization/", "/about", "/user/login"]
statements = [
    "SELECT 1",
    "SELECT count(*) FROM t;",
    "SELECT count(*) FROM t;  \n",
    "SELECT ';'",
    "SELECT 1; SELECT 2",
    "SELECT 1; SELECT 2;",
    "SELECT 1;;",
    "SELECT '\\';drop table t--'",
    "SELECT 'a#b'",
    "SELECT $$;$$",
    'SELECT "a;b" FROM t',
    "SELECT 1 -- ;",
    "",
]
ask(given["page"])
print(
    json.dumps(
        {
            "organizations": times("organization", lambda: ask(given["page"])),
            "strangers": times("settings", thrice),
            "members": times("settings", lambda: thrice(headers={"Authorization": given["token"]})),
            "visitors": times("settings", lambda: thrice(headers={"Cookie": "ckan=somebody"})),
            "single": [helpers.is_single_statement(statement) for statement in statements],
            "imported": imported_blocks(),
            "columns": times("columns", search_twice),
            "pings": times("ping", search_twice),
            "found": [found(question) for question in searches],
            "pages": [page(path) for path in pages],
        }
    )
)

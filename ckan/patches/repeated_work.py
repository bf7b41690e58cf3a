"""What CKAN does again and again for the same answer: a quarter of the time of a dataset's page, a fifth of a search's."""
import sys
import time
from weakref import WeakKeyDictionary

import flask
from ckan.common import config
from ckan.lib import app_globals
from ckan.plugins import PluginImplementations
from ckan.plugins.interfaces import IAuthenticator
from jinja2.runtime import BlockReference
from sqlalchemy.dialects.postgresql.psycopg2 import PGDialect_psycopg2

# Blocks that page.html and base.html render to see whether there is anything in them, and then again to show them.
LOOKED_AT = {"subtitle", "breadcrumb_content", "secondary", "content_action", "page_primary_action"}
SETTINGS_SECONDS = 1
ALIVE_SECONDS = 0.2


def apply():
    render_blocks_once()
    look_for_new_settings_now_and_then()
    split_no_single_statement()
    ask_no_busy_connection_whether_it_lives()
    look_at_columns_once()


def render_blocks_once():
    """What a block gave when it was looked at is what it shows (ckan/ckan#7152). Rendered twice, the sidebar took half of the time of a
    dataset's page."""
    render = BlockReference.__call__

    def rendered_once(self):
        content = render(self)
        if self.name in LOOKED_AT and self._depth == 0 and flask.has_request_context():
            self._stack[0] = Rendered(self._stack[0], self._context, content)
        return content

    BlockReference.__call__ = rendered_once


class Rendered:
    """A block with what it gave. A file of macros that is imported has one context for all requests and people, and a block in a loop
    another one in each round: what it gave counts for the same context of the same request."""

    def __init__(self, block, context, content):
        self.block = block.block if isinstance(block, Rendered) else block
        self.context, self.content = context, content
        self.request = flask.request._get_current_object()

    def __call__(self, context):
        asked = flask.has_request_context() and flask.request._get_current_object()
        return iter((self.content,)) if context is self.context and asked is self.request else self.block(context)


def look_for_new_settings_now_and_then():
    """Before each request CKAN asks the database whether somebody has changed a setting in a form (GSA/data.gov#4708). Strangers may
    see that a second later; who has an account sees it at once. A plugin may know people in a way of its own: nobody is a stranger."""
    if list(PluginImplementations(IAuthenticator)):
        return
    settings = type(app_globals.app_globals)
    look = settings._check_uptodate
    last = [float("-inf")]

    def looked(self):
        now = time.monotonic()
        if now - last[0] < SETTINGS_SECONDS and not may_be_known(flask.request):
            return
        look(self)
        last[0] = now

    settings._check_uptodate = looked


def may_be_known(request):
    cookies = config.get("SESSION_COOKIE_NAME"), config.get("REMEMBER_COOKIE_NAME")
    headers = config.get("apitoken_header_name"), "Authorization"
    return any(name in request.cookies for name in cookies) or any(name in request.headers for name in headers)


def split_no_single_statement():
    """The datastore parses each statement that it makes itself, to see whether it is one (andialbrecht/sqlparse#135 says how slow that
    is): without a semicolon it is. Statements that people send are parsed as before."""
    helpers = sys.modules.get("ckanext.datastore.helpers")
    if helpers is None:
        return
    parse = helpers.is_single_statement

    def is_single_statement(sql):
        suspect = ";" in sql.rstrip().removesuffix(";") or "\\'" in sql or "#" in sql
        return parse(sql) if suspect else True

    helpers.is_single_statement = is_single_statement


def ask_no_busy_connection_whether_it_lives():
    """Before each use of a connection SQLAlchemy asks the server whether it is there (ckan/ckan#4763), which is two ways to it and back:
    three times for a search in the datastore. A moment after the last answer nobody has to ask. The moment is short, since whoever ends
    connections, as a rotation does, would be noticed by a request that fails."""
    ping = PGDialect_psycopg2.do_ping
    answered = WeakKeyDictionary()

    def pinged(self, connection):
        now = time.monotonic()
        if now - answered.get(connection, float("-inf")) < ALIVE_SECONDS:
            return True
        alive = ping(self, connection)
        answered[connection] = now
        return alive

    PGDialect_psycopg2.do_ping = pinged


def look_at_columns_once():
    """A search in the datastore asks for the table's columns to check what is searched for, and then again to search (ckan/ideas#192
    says what each such request costs). Nothing changes a table in between: it only reads."""
    postgres = sys.modules.get("ckanext.datastore.backend.postgres")
    if postgres is None:
        return
    search, columns_of = postgres.search_data, postgres._get_fields_types
    seen = []

    def columns(connection, resource_id):
        if not seen:
            return columns_of(connection, resource_id)
        if resource_id not in seen[-1]:
            seen[-1][resource_id] = columns_of(connection, resource_id)
        # Plugins add columns of their own.
        return seen[-1][resource_id].copy()

    def searched(context, data):
        seen.append({})
        try:
            return search(context, data)
        finally:
            seen.pop()

    postgres.search_data, postgres._get_fields_types = searched, columns

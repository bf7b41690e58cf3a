"""What CKAN does again and again for the same answer: a quarter of the time of a dataset's page, a fifth of a search's."""
import sys
import time

import flask
from ckan.common import config
from ckan.lib import app_globals
from ckan.plugins import PluginImplementations
from ckan.plugins.interfaces import IAuthenticator
from jinja2.runtime import BlockReference

# Blocks that page.html and base.html render to see whether there is anything in them, and then again to show them.
LOOKED_AT = {"subtitle", "breadcrumb_content", "secondary", "content_action", "page_primary_action"}
SETTINGS_SECONDS = 1


def apply():
    render_blocks_once()
    look_for_new_settings_now_and_then()
    split_no_single_statement()


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

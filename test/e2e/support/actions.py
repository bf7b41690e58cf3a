"""Prints the actions that this CKAN has, as JSON: true for those that only read."""
import json
import logging
import os
import sys

logging.disable(logging.CRITICAL)

from ckan import logic
from ckan.cli import CKANConfigLoader
from ckan.config.middleware import make_app

app = make_app(CKANConfigLoader(os.environ["CKAN_INI"]).get_config())
with getattr(app, "_wsgi_app", app).test_request_context():
    logic.get_action("status_show")
    json.dump({name: bool(getattr(action, "side_effect_free", False)) for name, action in logic._actions.items()}, sys.stdout)

"""Run inside a CKAN pod: `make` prints the paths that are asked for, `purge` removes what this or a killed run made."""
import json
import logging
import os
import sys

from ckan.cli import CKANConfigLoader
from ckan.config.middleware import make_app

logging.disable(logging.ERROR)
app = make_app(CKANConfigLoader(os.environ["CKAN_INI"]).get_config())

from ckan import model  # noqa: E402
from ckan.plugins.toolkit import get_action  # noqa: E402


def call(action, **data):
    user = get_action("get_site_user")({"ignore_auth": True}, {})["name"]
    return get_action(action)({"ignore_auth": True, "user": user}, data)


def make():
    call("organization_create", name="bench-organization", title="Bench")
    tags = [{"name": f"tag-{number}"} for number in range(5)]
    links = [{"name": f"File {number}", "url": f"https://example.org/{number}.pdf"} for number in range(5)]
    dataset = {"title": "Bench", "notes": "Some words. " * 100, "tags": tags, "resources": links}
    for number in range(20):
        call("package_create", name=f"bench-{number}", owner_org="bench-organization", **dataset)
    rows = [{"place": f"Place {number}", "value": number} for number in range(1000)]
    fields = [{"id": "place", "type": "text"}, {"id": "value", "type": "int"}]
    resource = {"package_id": "bench-0", "name": "Rows"}
    table = call("datastore_create", resource=resource, fields=fields, records=rows, force=True)["resource_id"]
    return {
        "page": "/dataset/bench-0",
        "search": "/api/3/action/package_search?q=words",
        "rows": f"/api/3/action/datastore_search?resource_id={table}&limit=100",
    }


def purge():
    def identifiers(kind):
        return [identifier for (identifier,) in model.Session.query(kind.id).filter(kind.name.like("bench-%")).all()]

    for package in identifiers(model.Package):
        for resource in call("package_show", id=package)["resources"]:
            if resource["datastore_active"]:
                call("datastore_delete", resource_id=resource["id"], force=True)
        call("dataset_purge", id=package)
    for group in identifiers(model.Group):
        call("organization_purge", id=group)


with app._wsgi_app.test_request_context():
    purge()
    if sys.argv[1] == "make":
        print(json.dumps(make()))

"""WSGI entry point: CKAN as configured by the file that CKAN_INI names."""
import os
import socket
from logging.config import fileConfig

from ckan.cli import CKANConfigLoader
from ckan.config.middleware import make_app


try:
    import uwsgi
except ImportError:
    uwsgi = None


def store_address(host, port):
    """The address of the object store, for uWSGI's own proxy. A name may lead somewhere else after a restart: no cache."""
    try:
        return f"{socket.gethostbyname(host.decode())}:{port.decode()}".encode()
    except OSError:
        return b""


def with_upload_limit(app, megabytes):
    """Refuses requests larger than the largest upload: ckanext-s3filestore takes any file, and reads it into memory whole."""
    limit = (megabytes + 1) * 2**20  # the other fields of the form

    def limited(environ, start_response):
        length = environ.get("CONTENT_LENGTH", "")
        if not length.isdigit() or int(length) <= limit:
            return app(environ, start_response)
        start_response("413 Content Too Large", [("Content-Type", "text/plain; charset=utf-8")])
        return [f"This site takes files of up to {megabytes} MB.\n".encode()]

    return limited


def with_relative_downloads(app, site, prefix):
    """Makes redirects to stored files relative.

    Files in a store that no browser reaches are handed on by the site itself, below /<bucket>/. CKAN redirects to them by the
    site's public address, which pods may not be able to reach; a path works for everybody who reached CKAN in the first place.
    """

    def relative(name, value):
        if name.lower() == "location" and value.startswith(site + prefix):
            return name, value[len(site) :]
        return name, value

    def wrapped(environ, start_response):
        def start(status, headers, *rest):
            return start_response(status, [relative(*header) for header in headers], *rest)

        return app(environ, start)

    return wrapped


fileConfig(os.environ["CKAN_INI"], disable_existing_loggers=False)
config = CKANConfigLoader(os.environ["CKAN_INI"]).get_config()
application = with_upload_limit(make_app(config), int(config["ckan.max_resource_size"]))

_site = config.get("ckanext.s3filestore.download_proxy")
if _site:
    _bucket = config["ckanext.s3filestore.aws_bucket_name"]
    application = with_relative_downloads(application, _site, f"/{_bucket}/")
    if uwsgi:
        uwsgi.register_rpc("store_address", store_address)

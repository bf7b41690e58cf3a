"""WSGI entry point: CKAN as configured by the file that CKAN_INI names."""
import gc
import hashlib
import marshal
import os
import re
import socket
import time
from logging.config import fileConfig

from ckan.cli import CKANConfigLoader
from ckan.config.middleware import make_app
from ckan.plugins import PluginImplementations
from ckan.plugins.interfaces import IAuthenticator

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


def share_store_client(uploader):
    """Has ckanext-s3filestore use one client of the store.

    It makes a new one for each question, two for the first download of a file; each takes 130 ms of a processor, and four such
    downloads a second were all that a pod could do. Clients, unlike sessions, may be shared between threads (boto3's word).
    """
    client = uploader().get_s3_client()
    uploader.get_s3_client = lambda self, session=None: client


def keep_files_private(uploader):
    """Has ckanext-s3filestore neither set nor ask for the access rights of a single file.

    The bucket decides: Google's with uniform access and Amazon's with their default refuse an upload that names rights, and MinIO
    has none. Whoever may read a file gets a signed link, logos included; the store is asked one question less for each.
    """
    make = uploader.get_s3_resource

    def get_s3_resource(self, session=None):
        store = make(self, session)
        store.meta.client.meta.events.register("before-parameter-build.s3.PutObject", without_rights)
        return store

    uploader.get_s3_resource = get_s3_resource
    uploader.is_key_public = lambda self, key, default=None: False


def without_rights(params, **_):
    params.pop("ACL", None)


# What programs and people ask for most: searches of the API, the front page, and pages of datasets, also in a language (/de/dataset).
SHARED = re.compile(r"/api/3/action/(package|datastore)_search|(/[a-z]{2,3}(_\w+)?)?/(dataset(/[^/]*)?)?")
# Headers that may say who asks, or that ask for something else than the whole answer.
PERSONAL = re.compile("HTTP_.*(COOKIE|AUTH|TOKEN|KEY|(?<!SEC_FETCH_)USER(?!_AGENT$)|SESSION|ORIGIN|RANGE|IF_)")
# What an answer may depend on beside the site's content.
KEY = "wsgi.url_scheme HTTP_HOST SCRIPT_NAME PATH_INFO QUERY_STRING HTTP_ACCEPT HTTP_ACCEPT_LANGUAGE".split()
LARGEST_ANSWER = 120_000  # a block of the cache in uwsgi.ini holds it


def with_shared_answers(app, seconds, edge_seconds, session, get, keep, clock=time.time):
    """Gives an answer to all strangers who ask for the same within some seconds; CKAN makes it once.

    Only to requests without anything that could say who asks, and only answers that CKAN itself calls public: then all that the
    cookie `session` holds is the secret behind the page's token against forged forms, which CKAN asks of nobody without an account
    (its loader of API tokens exempts them). Strangers get the page without that cookie. `get(key)` and `keep(key, value)` are
    uWSGI's cache, which all processes share.
    """

    def shared(environ, start_response):
        if not is_from_a_stranger(environ):
            return app(environ, start_response)
        key = hashlib.sha256(repr([environ.get(name) for name in KEY]).encode()).hexdigest()
        begun, kept = clock(), marshal.loads(get(key) or marshal.dumps(None))
        if kept and begun < kept[0]:
            start_response(kept[1], kept[2])
            return [kept[3]]
        head = []

        def start(status, headers, *rest):
            if not rest and is_for_all(status, headers, session):
                headers = [(name, value) for name, value in headers if name.lower() != "set-cookie"]
                if edge_seconds and is_page(environ, headers):
                    headers = [keepable(name, value, edge_seconds) for name, value in headers]
                head.extend([status, headers])
            return start_response(status, headers, *rest)

        body = app(environ, start)
        if not head:
            return body
        try:
            content = b"".join(body)
        finally:
            getattr(body, "close", lambda: None)()
        keep(key, marshal.dumps((begun + seconds, *head, content)))
        return [content]

    return shared


def is_from_a_stranger(environ):
    return (
        environ["REQUEST_METHOD"] == "GET"
        and SHARED.fullmatch(environ.get("PATH_INFO", "")) is not None
        and environ.get("CONTENT_LENGTH") in (None, "", "0")
        and not environ.get("REMOTE_USER")
        and not any(value and PERSONAL.match(name) for name, value in environ.items())
    )


def is_page(environ, headers):
    """Plugins answer with other formats, too, to those who do not ask for pages; caches in front of the site keep one by a path."""
    kinds = [value for name, value in headers if name.lower() == "content-type"]
    return "text/html" in environ.get("HTTP_ACCEPT", "") and any(kind.startswith("text/html") for kind in kinds)


def keepable(name, value, seconds):
    """For caches that many share. Browsers go on keeping nothing: their owner may log in the next moment."""
    return (name, f"{value}, s-maxage={seconds}") if name.lower() == "cache-control" else (name, value)


def is_for_all(status, headers, session):
    cookies = [value for name, value in headers if name.lower() == "set-cookie"]

    def head(wanted):
        return ",".join(value.lower() for name, value in headers if name.lower() == wanted)

    control, length = head("cache-control"), head("content-length")
    return (
        status.startswith("200 ")
        and all(cookie.startswith(f"{session}=") for cookie in cookies)
        and "public" in control
        and not re.search("private|no-store|no-cache", control)
        and head("vary") in ("", "cookie")
        and length.isdigit()
        and int(length) <= LARGEST_ANSWER
    )


fileConfig(os.environ["CKAN_INI"], disable_existing_loggers=False)
config = CKANConfigLoader(os.environ["CKAN_INI"]).get_config()
# Two first pages at once would both make this folder, and one of them would end in an error (webassets).
os.makedirs(os.path.join(config["ckan.storage_path"], "webassets", ".webassets-cache"), exist_ok=True)
application = with_upload_limit(make_app(config), int(config["ckan.max_resource_size"]))

# Plugins that know users in a way of their own (an address, a certificate) may know a stranger.
_seconds = int(os.environ.get("SHARED_ANSWERS_SECONDS", "0"))
_token = "HTTP_" + config.get("apitoken_header_name", "Authorization").upper().replace("-", "_")
if _seconds and uwsgi and PERSONAL.match(_token) and not list(PluginImplementations(IAuthenticator)):
    application = with_shared_answers(
        application,
        _seconds,
        int(os.environ.get("EDGE_CACHE_SECONDS", "0")),
        config.get("SESSION_COOKIE_NAME", "ckan"),
        lambda key: uwsgi.cache_get(key, "answers"),
        lambda key, value: uwsgi.cache_update(key, value, _seconds, "answers"),
    )

_bucket = config.get("ckanext.s3filestore.aws_bucket_name")
if _bucket:
    from ckanext.s3filestore.uploader import BaseS3Uploader

    share_store_client(BaseS3Uploader)
    keep_files_private(BaseS3Uploader)

_site = config.get("ckanext.s3filestore.download_proxy")
if _site:
    application = with_relative_downloads(application, _site, f"/{_bucket}/")
    if uwsgi:
        uwsgi.register_rpc("store_address", store_address)

# What CKAN loaded stays: Python's collector need not look through it again and again. A page takes 8 % less.
gc.collect()
gc.freeze()

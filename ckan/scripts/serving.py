"""What a process does around CKAN, one request at a time."""
import fcntl
import logging
import os
import re
import socket
import sys
from io import BytesIO
from urllib.parse import urlsplit

import flask
import flask_login

log = logging.getLogger("ckan.serving")

DUMP = re.compile(r"(/[a-z]{2,3}(_\w+)?)?/datastore/dump/.*")


def log_request_ids():
    """Each line that CKAN logs for a request names the id under which nginx logs it, and which the visitor got."""

    def with_id(record):
        inside = flask.has_request_context()
        record.request_id = flask.request.headers.get("X-Request-ID", "-") if inside else "-"
        return True

    loggers = [logging.getLogger(name) for name in ("", *logging.root.manager.loggerDict)]
    for handler in {handler for logger in loggers for handler in logger.handlers if handler.formatter}:
        handler.addFilter(with_id)
        line = handler.formatter._fmt.replace("%(message)s", "[%(request_id)s] %(message)s")
        handler.setFormatter(logging.Formatter(line))


def with_deadline(app, seconds, end_after):
    """Ends this process when CKAN is silent for so long. Each piece of an answer begins the time anew: a long table may flow."""

    def limited(environ, start_response):
        end_after(seconds)
        body = app(environ, start_response)
        try:
            for piece in body:
                end_after(seconds)
                yield piece
        finally:
            getattr(body, "close", lambda: None)()

    return limited


def with_frames(app):
    """Sends an answer whose length nobody knows beforehand in the chunks of HTTP/1.1. uWSGI would only close the connection at its end,
    so that a table that was cut, because its process was ended, would look whole to nginx and to whoever keeps it."""

    def framed(environ, start_response):
        bare = environ.get("SERVER_PROTOCOL") != "HTTP/1.1" or environ["REQUEST_METHOD"] == "HEAD"
        chunked = []

        def start(status, headers, *rest):
            names = {name.lower() for name, _ in headers}
            if not bare and status[:3] not in ("204", "304") and not names & {"content-length", "transfer-encoding"}:
                chunked.append(True)
                headers = [*headers, ("Transfer-Encoding", "chunked")]
            return start_response(status, headers, *rest)

        for piece in whole(app(environ, start)):
            if not chunked:
                yield piece
            elif piece:
                yield b"%x\r\n%b\r\n" % (len(piece), piece)
        if chunked:
            yield b"0\r\n\r\n"

    return framed


def with_living_peers(app, connection):
    """Leaves requests that nginx has given up, as it does when their sender hangs up: they would wait in uWSGI's queue like others."""

    def living(environ, start_response):
        with socket.socket(fileno=os.dup(connection())) as peer:
            try:
                gone = peer.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT) == b""
            except BlockingIOError:
                gone = False
            except OSError:
                gone = True
        if not gone:
            return app(environ, start_response)
        start_response("499 Nobody waits", [])
        return []

    return living


def with_checks(app):
    """/_live: this process answers. /_ready: it can render pages, and CKAN answers."""
    rendered = []

    def checked(environ, start_response):
        path = environ.get("PATH_INFO")
        if path == "/_live":
            start_response("204 No Content", [])
            return []
        if path == "/_ready":
            if not rendered and not render_a_page(app):
                return refuse(start_response, 503, "Pages cannot be rendered: see the log.")
            rendered.append(True)
            environ["PATH_INFO"] = "/api/3/action/status_show"
        return app(environ, start_response)

    return checked


def with_acquaintances(app, flask_app):
    """/_known: whether CKAN knows who asks, by a session, a token or a plugin. nginx asks before it receives a large body."""
    from ckan import model

    def asked(environ, start_response):
        if environ.get("PATH_INFO") != "/_known":
            return app(environ, start_response)
        with flask_app.request_context(environ):
            try:
                # A plugin may answer instead of naming somebody.
                known = flask_app.preprocess_request() is None and flask_login.current_user.is_authenticated
            finally:
                # CKAN does so after each answer; there is none here, and the transaction would stay open.
                model.Session.remove()
        start_response("204 No Content" if known else "401 Unauthorized", [])
        return []

    return asked


def render_a_page(app):
    """Whether a page can be made of the site's templates; it needs neither the search nor the store."""
    status = []
    environ = {
        "REQUEST_METHOD": "GET",
        "PATH_INFO": "/about",
        "SCRIPT_NAME": "",
        "QUERY_STRING": "",
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "HTTP_HOST": "localhost",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": BytesIO(),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": False,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }
    try:
        body = app(environ, lambda given, headers, *rest: status.append(given))
        b"".join(body)
        getattr(body, "close", lambda: None)()
    except Exception:
        log.exception("A page cannot be rendered")
        return False
    # A site may have no such page; an error is what tells.
    return bool(status) and not status[0].startswith("5")


def with_room_for_pages(app, places):
    """Sends at most so many tables as files at a time: one process stays for pages. A lock ends with its process, however that ends."""
    if places < 1:
        return app

    def place():
        for number in range(places):
            file = open(f"/tmp/dump-{number}.lock", "w")
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                return file
            except OSError:
                file.close()

    def limited(environ, start_response):
        if not DUMP.fullmatch(environ.get("PATH_INFO", "")):
            yield from whole(app(environ, start_response))
            return
        taken = place()
        if taken is None:
            yield from refuse(start_response, 503, "Too many tables are being downloaded. Please try again in a moment.")
            return
        with taken:
            yield from whole(app(environ, start_response))

    return limited


def whole(body):
    """Each piece of an answer, and then its end, which CKAN waits for; `yield from` alone would leave that out."""
    try:
        for piece in body:
            yield piece
    finally:
        getattr(body, "close", lambda: None)()


class StoreWithoutAddress(Exception):
    pass


def with_handed_on_files(app, endpoint, bucket):
    """Has nginx fetch a file from a store that no browser reaches, where CKAN would send the visitor there.

    nginx connects to addresses only; the name may lead somewhere else after a restart of the store.
    """
    if not endpoint:
        return app
    store = urlsplit(endpoint)

    def handed(headers):
        link = next((value for name, value in headers if name.lower() == "location"), "")
        # A resource may be any link, to what the store tells everybody as well: only signed ones to the bucket are CKAN's own.
        if not link.startswith(f"{endpoint}/{bucket}/") or "X-Amz-Signature=" not in link:
            return None
        try:
            address = f"{socket.gethostbyname(store.hostname)}:{store.port or 80}"
        except socket.gaierror as error:
            raise StoreWithoutAddress from error
        kept = [(name, value) for name, value in headers if name.lower() not in ("location", "content-length", "content-type")]
        return [
            *kept,
            ("X-Accel-Redirect", "/_store"),
            ("X-Store-Link", f"http://{address}{link[len(endpoint):]}"),
            ("X-Store-Host", store.netloc),
        ]

    def wrapped(environ, start_response):
        found = []

        def start(status, headers, *rest):
            instead = handed(headers)
            found.append(instead)
            return start_response("200 OK", instead, *rest) if instead else start_response(status, headers, *rest)

        try:
            body = app(environ, start)
        except StoreWithoutAddress:
            log.exception("No address is known for the store %s", store.hostname)
            return refuse(start_response, 503, "Files cannot be fetched from their store. Please try again in a moment.")
        if not any(found):
            return body
        getattr(body, "close", lambda: None)()
        return []

    return wrapped


def refuse(start_response, status, text):
    content = f"{text}\n".encode()
    start_response(
        f"{status} Service Unavailable",
        [
            ("Content-Type", "text/plain; charset=utf-8"),
            ("Content-Length", str(len(content))),
            ("Retry-After", "5"),
            ("Cache-Control", "no-store"),
        ],
    )
    return [content]


def close_connections():
    """A connection that two processes shared would mix up their answers: each opens its own after the fork."""
    from ckan import model
    from ckan.lib import redis

    model.Session.remove()
    engines = [model.meta.engine]
    datastore = sys.modules.get("ckanext.datastore.backend.postgres")
    if datastore:
        engines.extend(datastore._engines.values())
    for engine in engines:
        engine.dispose()
    if redis._connection_pool:
        redis._connection_pool.disconnect()

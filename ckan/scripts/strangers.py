"""Which answers are the same for every stranger: nginx keeps those for some seconds, and CKAN makes each once."""
import os
import re

from ckan.plugins import PluginImplementations
from ckan.plugins.interfaces import IAuthenticator

# What programs and people ask for most: searches of the API, the front page, and pages of datasets, also in a language (/de/dataset).
SHARED = re.compile(r"/api/3/action/(package|datastore)_search|(/[a-z]{2,3}(_\w+)?)?/(dataset(/[^/]*)?)?")
# Headers that may say who asks, or that ask for something else than the whole page: htmx gets a part of it.
PERSONAL = re.compile("HTTP_(.*(COOKIE|AUTH|TOKEN|KEY|(?<!SEC_FETCH_)USER(?!_AGENT$)|SESSION|ORIGIN|RANGE|IF_)|HX_)")
# nginx keeps 64 MB of them.
LARGEST_ANSWER = 1_000_000


def with_sharing(app, config):
    """Nothing is shared where a plugin knows users in a way of its own (an address, a certificate): it may know a stranger. nginx
    goes by a file then, because with it strangers would wait for an answer that is never kept."""
    seconds = int(os.environ.get("SHARED_ANSWERS_SECONDS", "0"))
    token = "HTTP_" + config.get("apitoken_header_name", "Authorization").upper().replace("-", "_")
    mark = os.path.join(config["ckan.storage_path"], "shares-nothing")
    if PERSONAL.match(token) and not list(PluginImplementations(IAuthenticator)):
        if os.path.exists(mark):
            os.remove(mark)
    else:
        open(mark, "w").close()
        seconds = 0
    if not seconds:
        return app
    return with_marks(
        app, seconds, int(os.environ.get("EDGE_CACHE_SECONDS", "0")), config.get("SESSION_COOKIE_NAME", "ckan")
    )


def with_marks(app, seconds, edge_seconds, session):
    """Marks answers that may be kept.

    Only to requests without anything that could say who asks, and only answers that CKAN itself calls public: then all that the
    cookie `session` holds is the secret behind the page's token against forged forms, which CKAN asks of nobody without an account
    (its loader of API tokens exempts them). Strangers get the page without that cookie.
    """

    def marked(environ, start_response):
        if not is_from_a_stranger(environ):
            return app(environ, start_response)

        def start(status, headers, *rest):
            if not rest and is_for_all(status, headers, session):
                edge = edge_seconds if status.startswith("200 ") and is_page(environ, headers) else 0
                headers = kept(headers, seconds, edge)
            return start_response(status, headers, *rest)

        return app(environ, start)

    return marked


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


def kept(headers, seconds, edge_seconds):
    """What nginx goes by: for as long again it may give an answer that is too old to whoever comes while CKAN makes it anew. It tells
    visitors what CKAN said: browsers keep nothing, because their owner may log in the next moment."""
    control = next(value for name, value in headers if name.lower() == "cache-control")
    return [
        *((name, value) for name, value in headers if name.lower() not in ("set-cookie", "cache-control")),
        ("Cache-Control", f"public, max-age={seconds}, stale-while-revalidate={seconds}"),
        ("X-Visitors-Cache-Control", f"{control}, s-maxage={edge_seconds}" if edge_seconds else control),
    ]


def is_for_all(status, headers, session):
    """Also a page that is not there: it takes the place of the one that was kept before it went."""
    cookies = [value for name, value in headers if name.lower() == "set-cookie"]

    def head(wanted):
        return ",".join(value.lower() for name, value in headers if name.lower() == wanted)

    control = head("cache-control")
    return (
        status[:4] in ("200 ", "404 ")
        and all(cookie.startswith(f"{session}=") for cookie in cookies)
        and "public" in control
        and not re.search("private|no-store|no-cache", control)
        and head("vary") in ("", "cookie")
        and head("content-length").isdigit()
        and int(head("content-length")) <= LARGEST_ANSWER
    )

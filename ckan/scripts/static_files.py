"""What scripts and pages need beside CKAN's answers: compiled assets, static files, and translations for scripts.

Every pod compiles its own. During a rollout, or from a cache, a page of one release asks a pod of another for its assets: those of
the last releases are in Redis.
"""
import hashlib
import logging
import mimetypes
import os
import re
import shutil
import time
import zlib

from ckan.lib import i18n, webassets_tools
from ckan.lib.redis import connect_to_redis
from ckan.plugins import PluginImplementations
from ckan.plugins.interfaces import ITranslation
from ckan.plugins.toolkit import config

log = logging.getLogger("ckan.static_files")

# As in nginx.conf: nothing else of these folders is for visitors.
STATIC = re.compile(r".+\.(css|js|mjs|map|png|jpe?g|gif|svg|ico|webp|woff2?|ttf|otf|eot)", re.IGNORECASE)
TRANSLATION = re.compile(r"(/[a-z]{2,3}(_\w+)?)?/api(/\d+)?/i18n/(?P<language>\w+)")
HASHED = re.compile(r"(.*/)?[0-9a-f]{8}_[^/]+")
KEPT_RELEASES = 4


def collect(app, storage):
    begun = time.monotonic()
    folder = os.path.join(storage, "webassets")
    # Two first pages at once would both make this folder, and one of them would end in an error (webassets).
    os.makedirs(os.path.join(folder, ".webassets-cache"), exist_ok=True)
    compile_assets()
    translate(config["ckan.locale_default"])
    copy_static_files(getattr(app, "_wsgi_app", app).static_folder, os.path.join(storage, "public"), storage)
    publish(folder)
    log.info("Assets and static files took %.1f s", time.monotonic() - begun)


def compile_assets():
    """All of them, as pages would ask for them one by one. A plugin's bundle that no page of this site uses may be broken."""
    for bundle in webassets_tools.env:
        try:
            bundle.urls()
        except Exception as error:
            log.warning("The asset %s cannot be compiled: %s", bundle.output, error)
    # Nothing changes them any more: pages need not look at the time of each source.
    webassets_tools.env.auto_build = False


def translate(language):
    """The words of scripts in a language, where CKAN reads them. It makes the files in its development server only
    (ckan/ckan#8927), and all at once, which takes 50 times as long as one."""
    target = os.path.join(i18n.get_js_translations_dir(), f"{language}.js")
    if os.path.exists(target):
        return
    places = [(i18n.get_ckan_i18n_dir(), "ckan")]
    places += [(plugin.i18n_directory(), plugin.i18n_domain()) for plugin in PluginImplementations(ITranslation)]
    templates = [os.path.join(folder, f"{domain}.pot") for folder, domain in places]
    sources = [os.path.join(folder, language, "LC_MESSAGES", f"{domain}.po") for folder, domain in places]
    sources = [source for source in sources if os.path.isfile(source)]
    if not sources:
        return
    entries = set().union(*(i18n._get_js_translation_entries(path) for path in templates if os.path.isfile(path)))
    os.makedirs(os.path.dirname(target), exist_ok=True)
    partial = f"{target}.{os.getpid()}"
    i18n._build_js_translation(language, sources, entries, partial)
    os.replace(partial, target)


def with_translations(app):
    """Makes those of a language when they are asked for first."""

    def translated(environ, start_response):
        asked = TRANSLATION.fullmatch(environ.get("PATH_INFO", ""))
        if asked and asked["language"] in i18n.get_locales_from_config():
            translate(asked["language"])
        return app(environ, start_response)

    return translated


def copy_static_files(folders, target, storage):
    """The first folder that has a file wins, as in Flask. Uploads, which CKAN counts among them, are served by CKAN."""
    for folder in reversed([folder for folder in folders if os.path.isdir(folder) and not folder.startswith(storage)]):
        shutil.copytree(folder, target, ignore=others, dirs_exist_ok=True)


def others(folder, names):
    return [name for name in names if not os.path.isdir(os.path.join(folder, name)) and not STATIC.fullmatch(name)]


def publish(folder):
    """Under a name that follows from the assets' own, so that each release is sent once."""
    paths = sorted(path for path in files(folder) if HASHED.fullmatch(path))
    release = hashlib.sha256("\n".join(paths).encode()).hexdigest()
    try:
        redis, index = connect_to_redis(), key()
        if not redis.exists(f"{index}:{release}"):
            content = {path: zlib.compress(read(os.path.join(folder, path)), 1) for path in paths}
            if content:
                redis.hset(f"{index}:{release}", mapping=content)
        redis.zadd(index, {release: time.time()})
        for old in redis.zrange(index, 0, -KEPT_RELEASES - 1):
            redis.delete(f"{index}:{old.decode()}")
            redis.zrem(index, old)
    except Exception as error:
        log.warning("Pods of other releases will not have these assets: %s", error)


def with_assets_of_other_releases(app):
    prefix = "/webassets/"

    def served(environ, start_response):
        path = environ.get("PATH_INFO", "")
        if not path.startswith(prefix) or not HASHED.fullmatch(path) or environ["REQUEST_METHOD"] not in ("GET", "HEAD"):
            return app(environ, start_response)
        content = published(path[len(prefix) :])
        if content is None:
            return app(environ, start_response)
        headers = [
            ("Content-Type", mimetypes.guess_type(path)[0] or "application/octet-stream"),
            ("Content-Length", str(len(content))),
            ("Cache-Control", "public, max-age=31536000, immutable"),
        ]
        start_response("200 OK", headers)
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [content]

    return served


def published(path):
    try:
        redis, index = connect_to_redis(), key()
        found = (redis.hget(f"{index}:{release.decode()}", path) for release in redis.zrevrange(index, 0, -1))
        content = next(filter(None, found), None)
    except Exception as error:
        log.warning("Assets of other releases cannot be read: %s", error)
        return None
    return content and zlib.decompress(content)


def key():
    return f"ckan-environments:assets:{config['ckan.site_id']}"


def files(folder):
    for place, _, names in os.walk(folder):
        for name in names:
            yield os.path.relpath(os.path.join(place, name), folder)


def read(path):
    with open(path, "rb") as file:
        return file.read()

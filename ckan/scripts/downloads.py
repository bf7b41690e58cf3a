"""Has nginx send what visitors uploaded to the site's own disk: a process that did so would be held by its slowest reader.

CKAN knows no setting for that (ckan/ckan#7512). It opens a file after it has decided that the visitor may have it, and hands it to
the server's wrapper for files (PEP 3333), which is one of ours.
"""
import os
import re
from urllib.parse import quote
from wsgiref.util import FileWrapper

# As in nginx.conf: where it has the files, and of which folders.
PLACE = "/_files"
FOLDERS = ("resources", "storage/uploads")

FILE = re.compile(r".*/(download|uploads)(/.*)?")
CONDITIONS = ("RANGE", "IF_RANGE", "IF_MATCH", "IF_NONE_MATCH", "IF_MODIFIED_SINCE", "IF_UNMODIFIED_SINCE")
# nginx says these of the file itself. Files are sent as they are: CKAN would have browsers unpack a .csv.gz.
OF_NGINX = ("content-length", "content-encoding", "accept-ranges", "etag", "last-modified")

# What browsers may show by themselves; SVG is no picture but a page, in which scripts would run as the site's own (ckan/ckan#2464).
SHOWN = re.compile(r"application/pdf|image/[a-z0-9.-]+", re.IGNORECASE)


def with_files_of_the_disk(app, storage):
    folders = tuple(f"{storage}/{folder}/" for folder in FOLDERS)

    def wrapped(environ, start_response):
        opened = []

        def wrap(file, *size):
            opened.append(file)
            return FileWrapper(file, *size)

        # nginx looks at them: CKAN would send a part, or say that nothing changed, by a name of its own for the content.
        hidden = [f"HTTP_{name}" for name in CONDITIONS] if FILE.fullmatch(environ.get("PATH_INFO", "")) else []
        asked = {name: value for name, value in environ.items() if name not in hidden}
        handed = []

        def start(status, headers, *rest):
            path = os.path.abspath(opened[-1].name) if opened and isinstance(getattr(opened[-1], "name", None), str) else ""
            if not status.startswith("200") or not path.startswith(folders):
                return start_response(status, headers, *rest)
            handed.append(path)
            kept = [(name, value) for name, value in as_download(headers) if name.lower() not in OF_NGINX]
            place = PLACE + quote(os.fsencode(path[len(storage) :]))
            return start_response(status, [*kept, ("X-Accel-Redirect", place)], *rest)

        body = app({**asked, "wsgi.file_wrapper": wrap}, start)
        if not handed:
            return body
        getattr(body, "close", lambda: None)()
        # After HEAD, Werkzeug leaves it open.
        for file in opened:
            file.close()
        return []

    return wrapped


def as_download(headers):
    """The headers of a file that browsers keep instead of showing it, unless it can do no harm."""
    said = {name.lower(): value for name, value in headers}
    if SHOWN.fullmatch(said.get("content-type", "")):
        return headers
    _, semicolon, name = said.get("content-disposition", "").partition(";")
    others = [header for header in headers if header[0].lower() != "content-disposition"]
    return [*others, ("Content-Disposition", f"attachment{semicolon}{name}")]

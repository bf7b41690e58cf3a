"""What is wrong in ckanext-s3filestore 0.11.0 with what comes with a file: its name, its type, what CKAN is told beside it.

`apply` is called by s3filestore_patches. One function a fault, with its public report, as there.
"""
import mimetypes
import os
import re
import unicodedata
from urllib.parse import quote, urlsplit

from ckan import model
from ckan.common import config
from ckan.lib import munge
from ckan.lib.uploader import Upload
from ckan.logic import ValidationError

try:
    # XLoader brings it.
    from unidecode import unidecode
except ImportError:

    def unidecode(text):
        """Without a table: letters that are a plain one with an accent."""
        return unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()


# Of what a file is called, as CKAN itself has it (ckan/lib/munge.py). In UTF-8 with %, this is 1,200 bytes at most; a store takes 2,000.
LONGEST_NAME, LONGEST_ENDING = 100, 20
# They join letters to others or keep them apart, in Persian and Indic words and in emoji of several: not seen, and not for nothing.
JOINERS = "\u200c\u200d"
PACKED_TYPES = {"gzip": "application/gzip", "bzip2": "application/x-bzip2", "xz": "application/x-xz"}
# All that browsers run as a script (https://mimesniff.spec.whatwg.org/#javascript-mime-type), with or without a version.
SCRIPT_TYPE = re.compile("(text|application)/(x-)?(java|ecma|j|live)script", re.IGNORECASE)


def apply(resources, others):
    check_pictures(others)
    before(resources, guess_type)
    before(resources, keep_stored_name)
    keep_names(resources, others)
    # The last that is put around is the first to look.
    before(resources, refuse_what_is_no_address)


def before(resources, look):
    """`look` sees what CKAN is told of a resource before s3filestore does."""
    make = resources.__init__

    def __init__(self, resource):
        look(resource)
        make(self, resource)

    resources.__init__ = __init__


def check_pictures(others):
    """ckan/ckan#6718, ckan/ckan#8594: anything is taken for a picture of a user or a group. Now CKAN looks at its content and its name,
    as it does where it keeps files itself. What has no setting of its own, such as the site's logo, is checked like a group's.
    """
    take = others.update_data_dict

    def update_data_dict(self, data_dict, url_field, file_field, clear_field):
        take(self, data_dict, url_field, file_field, clear_field)
        if not self.filename:
            return
        settings = (f"ckan.upload.{self.upload_to}.{of}" for of in ("types", "mimetypes"))
        self.object_type = self.upload_to if any(map(config.get, settings)) else "group"
        if not split_ending(self.shown_name)[1]:
            # CKAN gives the file the ending of what is in it, and would take for the old one what makes the name a name of its own.
            self.filename, self.filepath = f"{self.filename}.file", f"{self.filepath}.file"
        Upload.verify_type(self)
        data_dict[url_field] = self.filename
        self.mimetype = mimetypes.guess_type(self.filename)[0]
        self.shown_name = split_ending(self.shown_name)[0] + os.path.splitext(self.filename)[1]

    others.update_data_dict = update_data_dict


def refuse_what_is_no_address(resource):
    """ckan/ckan#8179: `package_patch` with a resource of which nothing but the id is said. It has no address: 500, as for an address that
    is no text, or that nobody can read (ckan/ckan#4632). And there is no file to take away from a resource that is not there.
    """
    if not isinstance(resource, dict):
        raise ValidationError({"resources": ["Each resource must be a dictionary"]})
    # As CKAN's resource_create and resource_update have it.
    resource["url"] = resource.get("url") or ""
    try:
        urlsplit(resource["url"])
    except (AttributeError, TypeError, ValueError):
        raise ValidationError({"url": ["Must be a text such as https://example.org/data.csv"]}) from None
    if resource.get("clear_upload") and stored(resource) is None:
        del resource["clear_upload"]
        resource["url_type"] = ""


def keep_stored_name(resource):
    """ckan/ckan#4593, ckan/ckan#8179: the address of a file has its name in the store. Whoever changes it and sends no file loses the
    file. Now it stays for as long as the resource is a file. CKAN keeps the kind of a resource of which none is said.
    """
    old = None if has_file(resource) or resource.get("clear_upload") else stored(resource)
    if old and old.url_type == "upload" and resource.get("url_type") in ("upload", None):
        resource["url"] = old.url


def guess_type(resource):
    """ckan/ckan#7415: a file that replaces another is served as what that one was. `resource_patch` sends the old type along, so that
    the same one says nothing of the new file.

    jschneier/django-storages#917: a packed file is called what is in it. Nobody is told that it is packed, so nobody can read it.
    """
    if not has_file(resource):
        return
    old = stored(resource)
    if old and resource.get("mimetype") == old.mimetype:
        resource.pop("mimetype", None)
    packed = mimetypes.guess_type(resource["upload"].filename, strict=False)[1]
    if packed and not resource.get("mimetype"):
        resource["mimetype"] = PACKED_TYPES.get(packed, "application/octet-stream")


def has_file(resource):
    return bool(getattr(resource.get("upload"), "filename", None))


def stored(resource):
    """What the database has of a resource. It fails when it is asked for an id that is no text."""
    id = resource.get("id")
    known = isinstance(id, str) and "\0" not in id
    return model.Session.query(model.Resource).get(id) if known else None


def keep_names(resources, others):
    """ckan/ideas#236, ckan/ckan#4507: of a name in other letters only the ending is left, which then is taken for the name: no format,
    so no load. Now keys and addresses have it in Latin letters, and people get the file back under its own name.

    Latin, as every process of CKAN makes such a name again from what is stored: web, workers, the index, plugins. Where one of them
    lacked this patch, it would store a shorter name, and the file could not be found.
    """
    make, take = resources.__init__, others.update_data_dict

    def __init__(self, resource):
        rename(self, resource.get("upload"))
        make(self, resource)

    def update_data_dict(self, data_dict, url_field, file_field, clear_field):
        rename(self, data_dict.get(file_field))
        take(self, data_dict, url_field, file_field, clear_field)

    resources.__init__, others.update_data_dict = __init__, update_data_dict


def rename(uploader, upload):
    if getattr(upload, "filename", None):
        uploader.shown_name = shown_name(upload.filename)
        upload.filename = latin_name(uploader.shown_name)


def shown_name(given):
    """The name of a file without folders, and without what a file system or a header takes for something else."""
    name = re.split(r"[/\\]", unicodedata.normalize("NFC", given))[-1]
    # Characters that are not seen, some of which turn the letters after them around; and all kinds of spaces.
    unseen = {"C": "", "Z": " "}
    name = "".join(letter if letter in JOINERS else unseen.get(unicodedata.category(letter)[0], letter) for letter in name)
    stem, ending = split_ending(re.sub('[<>:"|?*]', "-", name))
    ending = re.sub(f"[{JOINERS}]", "", ending)[:LONGEST_ENDING]
    # Outside, nothing is joined.
    stem = stem.lstrip(f". {JOINERS}")[: LONGEST_NAME - len(ending) - 1].rstrip(f". {JOINERS}") or "file"
    return f"{stem}.{ending}" if ending else stem


def split_ending(name):
    """A name, and what follows its last dot: an ending, unless there are blanks in it."""
    stem, dot, ending = name.rpartition(".")
    ending = ending.strip()
    return (stem, ending) if dot and " " not in ending else (name, "")


def latin_name(name):
    """The same in what CKAN leaves of a name. Where that is no letter and no digit, "file"."""
    # A sign may become several, and one of them a slash.
    stem, ending = (unidecode(part).replace("/", "-").strip() for part in split_ending(name))
    stem = stem if re.search("[A-Za-z0-9]", stem) else "file"
    # CKAN takes what follows the last dot for the format, and cuts it.
    return munge.munge_filename(f"{stem}.{ending}" if ending else stem.replace(".", "-"))


def disposition(name, latin, inline=False):
    """Content-Disposition, for those who read other letters in it and those who do not (RFC 6266)."""
    return f"{'inline' if inline else 'attachment'}; filename=\"{latin}\"; filename*=UTF-8''{quote(name, safe='')}"


def content_type(given):
    """What somebody sent with the file, if it is a type at all.

    owncloud/core#10938: what is run as a script from the site's own address passes by the Content-Security-Policy.
    """
    if SCRIPT_TYPE.match(given or ""):
        return "text/plain"
    is_type = re.fullmatch(r"[\w.+-]+/[\w.+-]+( *; *[\w-]+=[\w.-]+)*", given or "", re.ASCII)
    return given if is_type else "application/octet-stream"

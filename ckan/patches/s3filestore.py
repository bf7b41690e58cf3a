"""What is wrong in ckanext-s3filestore 0.11.0 with uploads and downloads, mended from outside: `apply` after CKAN has loaded it.

One function a fault, with its public report. test/e2e/files.test.ts looks at the package as it is and fails when a fault is gone
there; then its function goes, too.
"""
import hashlib
import os
import re
from urllib.parse import urlsplit

import ckanext.s3filestore.views as pages
import uploaded_files
from boto3.s3.transfer import TransferConfig
from botocore.exceptions import ClientError
from ckan.lib.helpers import is_url
from ckan.lib.uploader import get_max_image_size, get_max_resource_size
from ckan.logic import ValidationError
from ckan.plugins.toolkit import abort
from ckan.views.resource import download as download_from_disk
from ckanext.s3filestore.redis_helper import RedisHelper
from ckanext.s3filestore.uploader import BaseS3Uploader, S3ResourceUploader, S3Uploader
from flask import g, has_request_context, request

MEGABYTE = 2**20
# One part is in memory at a time. Stores take parts of 5 MB and more, 10,000 of them. A thread more would be a part more in memory.
PARTS = TransferConfig(
    multipart_threshold=8 * MEGABYTE,
    multipart_chunksize=8 * MEGABYTE,
    use_threads=False,
    preferred_transfer_client="classic",
)


def apply(config, site=None):
    """`config` is CKAN's, for a site with a bucket; `site` what CKAN's make_app made of it."""
    share_store_client(BaseS3Uploader)
    part_links_by_key(RedisHelper, config.get("ckanext.s3filestore.aws_secret_access_key"))
    keep_files_private(BaseS3Uploader)
    stream_uploads(BaseS3Uploader)
    sign_links(BaseS3Uploader)
    bound_metadata(S3ResourceUploader)
    limit_sizes(S3ResourceUploader, S3Uploader)
    uploaded_files.apply(S3ResourceUploader, S3Uploader)
    follow_what_can_be_followed(pages)
    if site is not None:
        views = getattr(site, "_wsgi_app", site).view_functions
        find_files_of_every_type(views, pages.resource_download)
        miss_pictures(views, pages.uploaded_file_redirect)


def share_store_client(uploader):
    """No report. A client of the store is made for each question, two for the first download of a file; each takes 130 ms of a
    processor, and four such downloads a second were all that a pod could do. Now there is one. It connects when it is first used,
    after the processes were forked.
    """
    client = uploader().get_s3_client()
    uploader.get_s3_client = lambda self, session=None: client


def part_links_by_key(helper, secret):
    """No report. Signed links are kept in Redis for every pod. While a new key comes, pods with the earlier one keep links that the new
    pods would hand out when the store takes that key no more: 403 for up to five minutes. Now each key has links of its own.
    """
    mark = hashlib.sha256((secret or "").encode()).hexdigest()[:16]
    make = helper._get_cache_key
    helper._get_cache_key = lambda self, path: make(self, f"{mark}:{path}")


def keep_files_private(uploader):
    """qld-gov-au/ckanext-s3filestore#112: the store is asked for the rights of a file before a link is signed, and given them at
    an upload. Google's buckets with uniform access and Amazon's by default refuse that; MinIO knows no such rights. Now the bucket
    decides, and whoever may read a file gets a signed link, logos included.
    """
    uploader.is_key_public = lambda self, key, default=None: False


def stream_uploads(uploader):
    """ckan/ckan#8061: a file is read into memory whole. Now it flows to the store in parts, and boto3 takes them back when one fails.

    The object remembers the name under which people get it back. A PDF of a dataset may be shown in the browser.
    """

    def upload_to_key(self, filepath, upload_file, acl, extra_metadata=None):
        upload_file.seek(0)
        kind = uploaded_files.content_type(getattr(self, "mimetype", None))
        key_name = os.path.basename(filepath)
        inline = kind == "application/pdf" and is_of_dataset(filepath)
        shown = uploaded_files.disposition(getattr(self, "shown_name", key_name), key_name, inline)
        described = {"ContentType": kind, "ContentDisposition": shown, "Metadata": extra_metadata or {}}
        self.get_s3_client().upload_fileobj(
            upload_file, self.bucket_name, filepath, ExtraArgs=described, Config=PARTS
        )
        # The link to the file that was there before.
        self.redis.delete(filepath)

    uploader.upload_to_key = upload_to_key


def sign_links(uploader):
    """minio/minio#6146, okfn/ckanext-s3filestore#35: a link that is signed for GET is refused to HEAD, so that link checkers and
    harvesters call a file dead. Now HEAD gets a link of its own; it is not kept, as kept links are GET's.

    GSA/data.gov#2268: the pages for logos end in 500 where there is no file: they expect the store's own error, as downloads do.

    ckan/ckan#4507: the link overrides the name that the object remembers. Now it overrides only what earlier releases stored: no name
    at all, a PDF in place of a picture, a script by its type.
    """

    def get_signed_url_to_key(self, key, extra_params={}):
        head = has_request_context() and request.method == "HEAD"
        kept = None if head else self.redis.get(key)
        if kept:
            return kept
        client = self.get_s3_client()
        stored = client.head_object(Bucket=self.bucket_name, Key=key)
        params = {"Bucket": self.bucket_name, "Key": key}
        kind = uploaded_files.content_type(stored["ContentType"])
        if kind != stored["ContentType"]:
            params["ResponseContentType"] = kind
        shown = stored.get("ContentDisposition", "inline" if kind == "application/pdf" else "")
        if not shown or (shown.startswith("inline") and not is_of_dataset(key)):
            name = os.path.basename(key)
            params["ResponseContentDisposition"] = uploaded_files.disposition(name, name)
        link = client.generate_presigned_url(
            "head_object" if head else "get_object", {**params, **extra_params}, self.signed_url_expiry
        )
        if not head:
            self.redis.put(key, link, expiry=self.signed_url_cache_window)
        return link

    uploader.get_signed_url_to_key = get_signed_url_to_key


def is_of_dataset(key):
    return key.startswith(S3ResourceUploader.get_storage_path() + "/")


def bound_metadata(uploader):
    """qld-gov-au/ckanext-s3filestore#132: every text of the dataset goes into headers of the upload. A long title is more than the
    2 kB that a store takes, a line break is no header at all. Now only what leads back to CKAN, and who did it: the rest is there,
    and changes.
    """

    def _get_resource_metadata(self):
        user = g.user if "user" in dir(g) else "__anonymous__"
        return {"package_id": plain(self.resource.get("package_id", "")), "uploaded_by": plain(user)}

    uploader._get_resource_metadata = _get_resource_metadata


def limit_sizes(resources, others):
    """ckan/ckan#8061 expects it, no report of its own: CKAN's limits of a file's size are not looked at. Now they are, as CKAN's own
    uploads do it: a file of exactly that many megabytes of 2^20 bytes is taken.
    """
    for uploader, limit in ((resources, get_max_resource_size), (others, get_max_image_size)):
        uploader.upload = limited(uploader.upload, limit)


def limited(upload, limit):
    def upload_within_limit(self, *args, **options):
        if self.filename and size_of(self.upload_file) > limit() * MEGABYTE:
            raise ValidationError({"upload": [f"File upload too large: this site takes up to {limit()} MB"]})
        return upload(self, *args, **options)

    return upload_within_limit


def size_of(file):
    file.seek(0, os.SEEK_END)
    return file.tell()


def find_files_of_every_type(views, download):
    """No report. The plugin answers below /dataset only. For datasets of another type, as ckanext-scheming makes them, CKAN looks for
    the file on its own disk: 500, and no load.
    """
    for name, view in views.items():
        if view is download_from_disk:
            views[name] = download


def follow_what_can_be_followed(pages):
    """ckan/ckan#1106: a link may be anything. Where it is none that a browser follows, its download ends in 500; and in 502 where the
    name of its host can be no name, which is noticed after CKAN has answered. Now it is not found.
    """
    follow = pages.redirect_to

    def redirect_to(url):
        return follow(url) if can_be_followed(url) else abort(404)

    pages.redirect_to = redirect_to


def can_be_followed(url):
    try:
        parts = urlsplit(url)
        # Both are looked at when they are asked for.
        host, _ = (parts.hostname or "").encode("idna"), parts.port
    except ValueError:
        return False
    return bool(host) and is_url(url) and not re.search("[\x00-\x1f\x7f]", url)


def miss_pictures(views, show):
    """No report. Of the store's errors, only 404 is taken for "not found". It says others of a name that is too long or that leads
    upwards, and strangers got 500.
    """

    def picture(upload_to, filename):
        try:
            return show(upload_to, filename)
        except ClientError as error:
            if error.response["ResponseMetadata"]["HTTPStatusCode"] >= 500:
                raise
            return abort(404)

    for name, view in views.items():
        if view is show:
            views[name] = picture


def plain(text):
    """Fit for a header."""
    return re.sub("[^ -~]", "?", str(text).encode("ascii", "xmlcharrefreplace").decode())[:200].strip()

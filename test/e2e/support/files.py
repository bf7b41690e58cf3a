"""Tries what is wrong in ckanext-s3filestore, in a pod of CKAN, with the real package, store and queue.

Reads `{"patches": {name: source} or null, "package": id of a public dataset with a long title, "resource": id of a file in it}` as JSON
from standard input, and prints which faults are there, of the package as it is or with the patches applied, and which dangers
of the patches themselves.
"""
import json
import logging
import os
import re
import sys
import time
import types
from io import BytesIO

logging.disable(logging.CRITICAL)

import requests
from botocore.client import BaseClient
from botocore.httpsession import URLLib3Session
from ckan import common, model
from ckan.cli import CKANConfigLoader
from ckan.config.middleware import make_app
from ckan.logic import ValidationError
from werkzeug.datastructures import FileStorage
from werkzeug.exceptions import NotFound
from werkzeug.test import Client

given = json.load(sys.stdin)
config = CKANConfigLoader(os.environ["CKAN_INI"]).get_config()
# Brings a type of datasets: fancy_type.
config["ckan.plugins"] += " example_idatasetform_v5"
site = make_app(config)
app = getattr(site, "_wsgi_app", site)

import ckanext.s3filestore.views as pages
from ckanext.s3filestore.uploader import BaseS3Uploader, S3ResourceUploader, S3Uploader

PROBE = "e2e-probe"
# Operations, and requests, of the store.
asked, sent = [], []


class Watched(BytesIO):
    """Remembers the most that was read of it at once, and breaks after `good` bytes."""

    most, good = 0, None

    def read(self, size=-1):
        if self.good is not None and self.tell() >= self.good:
            raise OSError("this file cannot be read any further")
        data = super().read(size)
        self.most = max(self.most, len(data))
        return data


def remember(cls, name, what, call):
    def wrapped(self, *args, **options):
        what.append(args[0])
        return call(self, *args, **options)

    setattr(cls, name, wrapped)


remember(BaseClient, "_make_api_call", asked, BaseClient._make_api_call)
remember(URLLib3Session, "send", sent, URLLib3Session.send)


def uploader_of(name="probe.csv", content=b"a,b\n1,2\n", **resource):
    file = FileStorage(BytesIO(content), filename=name)
    return S3ResourceUploader({"url": "", "package_id": given["package"], "upload": file, **resource})


def upload(name, content, **options):
    S3ResourceUploader({"url": ""}).upload_to_key(f"{PROBE}/{name}", content, "private", **options)


def makes_a_client_for_each_question():
    return BaseS3Uploader().get_s3_client() is not BaseS3Uploader().get_s3_client()


def sends_what_google_refuses():
    """Rights of a file, and checksums of parts in headers or behind the body."""
    sent.clear()
    upload("rights.bin", BytesIO(bytes(9 * 2**20)))
    headers = {name.lower(): str(value) for request in sent for name, value in request.headers.items()}
    refused = re.compile("x-amz-(acl|grant|checksum|sdk-checksum|trailer|decoded)|content-encoding|transfer-encoding")
    return any(map(refused.match, headers)) or "STREAMING" in headers["x-amz-content-sha256"]


def asks_for_rights_of_a_file():
    asked.clear()
    BaseS3Uploader().get_signed_url_to_key(f"{PROBE}/rights.bin")
    return "GetObjectAcl" in asked


def reads_a_file_into_memory():
    file = Watched(bytes(20 * 2**20))
    upload("large.bin", file)
    return file.most == 20 * 2**20


def refuses_a_file_for_its_dataset():
    try:
        uploader_of().upload("e2e-metadata")
        return False
    except Exception:
        return True


def overrides_the_name_in_the_store():
    key, name = f"{PROBE}/name.csv", "attachment; filename*=UTF-8''%D0%B4.csv"
    client = BaseS3Uploader().get_s3_client()
    client.put_object(Bucket=BaseS3Uploader().bucket_name, Key=key, Body=b"a", ContentDisposition=name)
    BaseS3Uploader().redis.delete(key)
    return requests.get(BaseS3Uploader().get_signed_url_to_key(key)).headers["Content-Disposition"] != name


def refuses_head():
    upload("head.csv", BytesIO(b"a"))
    with app.test_request_context(method="HEAD"):
        link = BaseS3Uploader().get_signed_url_to_key(f"{PROBE}/head.csv")
    return requests.head(link).status_code == 403


def fails_where_no_logo_is():
    return Client(site).get("/uploads/group/none.png").status_code == 500


def finds_no_file_of_another_type():
    path = f"/fancy_type/{given['package']}/resource/{given['resource']}/download/x.csv"
    return Client(site).get(path).status_code == 500


def leaves_halves():
    """MinIO lists unfinished uploads of whole keys only."""
    file = Watched(bytes(30 * 2**20))
    file.good = 17 * 2**20
    asked.clear()
    try:
        upload("half.bin", file)
    except OSError:
        own, key = BaseS3Uploader(), f"{PROBE}/half.bin"
        unfinished = own.get_s3_client().list_multipart_uploads(Bucket=own.bucket_name, Prefix=key).get("Uploads", [])
        objects = own.get_s3_client().list_objects_v2(Bucket=own.bucket_name, Prefix=key)["KeyCount"]
        return bool(unfinished or objects) or "AbortMultipartUpload" not in asked
    # The package as it is asks for everything at once.
    return False


def loses_an_empty_file():
    upload("empty.csv", BytesIO())
    own = BaseS3Uploader()
    return own.get_s3_client().head_object(Bucket=own.bucket_name, Key=f"{PROBE}/empty.csv")["ContentLength"] != 0


def gives_links_for_head_to_others():
    with app.test_request_context(method="HEAD"):
        BaseS3Uploader().get_signed_url_to_key(f"{PROBE}/head.csv")
    with app.test_request_context(method="GET"):
        link = BaseS3Uploader().get_signed_url_to_key(f"{PROBE}/head.csv")
    return requests.get(link).status_code != 200


def gives_the_link_of_a_file_that_was_replaced():
    before = BaseS3Uploader().get_signed_url_to_key(f"{PROBE}/head.csv")
    time.sleep(1.1)  # a link has a time in it
    upload("head.csv", BytesIO(b"b"))
    return BaseS3Uploader().get_signed_url_to_key(f"{PROBE}/head.csv") == before


def loses_a_file_of_an_earlier_release():
    own = S3ResourceUploader({"url": "http://site/dataset/d/resource/e2e-old/download/.csv"})
    key = own.get_path("e2e-old")
    own.get_s3_client().put_object(Bucket=own.bucket_name, Key="resources/e2e-old/.csv", Body=b"a")
    answer = requests.get(own.get_signed_url_to_key(key))
    return answer.content != b"a" or not answer.headers["Content-Disposition"].startswith("attachment; filename=")

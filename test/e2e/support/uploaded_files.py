"""Goes on where files.py ends, with what is wrong in what comes with a file, and tries all of it."""
import base64

# Of one pixel.
PICTURE = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNk+A8AAQUBAScY42YAAAAASUVORK5CYII="
)


def uploader_of_picture(name, content, content_type=None):
    uploader = S3Uploader("group")
    file = FileStorage(BytesIO(content), filename=name, content_type=content_type)
    uploader.update_data_dict({"upload": file}, "url", "upload", "clear")
    return uploader


def loses_a_name():
    return uploader_of("данные.csv").filename == ".csv"


def loses_the_name_of_a_logo():
    return "gerb" not in uploader_of_picture("герб.png", PICTURE).filename


def takes_any_size():
    common.config["ckan.max_resource_size"] = 1
    S3ResourceUploader._get_resource_metadata = lambda self: {}
    uploader_of(content=bytes(2**20)).upload("e2e-size", 1)
    try:
        uploader_of(content=bytes(2**20 + 1)).upload("e2e-size", 1)
        return True
    except ValidationError:
        return False


def takes_anything_for_a_picture():
    taken = 0
    for name, content, kind in [("a.html", b"<html>", "text/html"), ("a.png", b"<html>", "image/png"), ("a.exe", PICTURE, None)]:
        try:
            taken += bool(uploader_of_picture(name, content, kind))
        except ValidationError:
            pass
    return taken > 0


def keeps_the_type_of_the_file_before():
    before = model.Resource.get(given["resource"]).mimetype
    return uploader_of("after.pdf", id=given["resource"], mimetype=before).mimetype == before


def fails_without_an_address():
    try:
        return S3ResourceUploader({}) is None
    except KeyError:
        return True


def loses_a_file_that_is_renamed():
    renamed = {"id": given["resource"], "url": "renamed.csv", "url_type": "upload"}
    return S3ResourceUploader(renamed).get_path(given["resource"]).endswith("/renamed.csv")


def says_of_a_packed_file_what_is_in_it():
    return uploader_of("packed.csv.gz").mimetype == "text/csv"


def stores_what_browsers_run():
    own, key = uploader_of("script.js"), f"{PROBE}/script.js"
    own.upload_to_key(key, BytesIO(b"a"), "private")
    return own.get_s3_client().head_object(Bucket=own.bucket_name, Key=key)["ContentType"] == "text/javascript"


def fails_where_a_link_leads_nowhere():
    try:
        return pages.redirect_to("javascript:alert(1)").status_code == 302
    except NotFound:
        return False
    except Exception:
        return True


def fails_where_no_picture_can_be():
    return Client(site).get("/uploads/group/" + "a" * 300).status_code == 500


FAULTS = [
    makes_a_client_for_each_question,
    sends_what_google_refuses,
    asks_for_rights_of_a_file,
    reads_a_file_into_memory,
    refuses_a_file_for_its_dataset,
    loses_a_name,
    loses_the_name_of_a_logo,
    overrides_the_name_in_the_store,
    refuses_head,
    fails_where_no_logo_is,
    finds_no_file_of_another_type,
    takes_anything_for_a_picture,
    keeps_the_type_of_the_file_before,
    fails_without_an_address,
    loses_a_file_that_is_renamed,
    says_of_a_packed_file_what_is_in_it,
    stores_what_browsers_run,
    fails_where_a_link_leads_nowhere,
    fails_where_no_picture_can_be,
    # The last: it leaves its own limit and metadata.
    takes_any_size,
]
DANGERS = [
    leaves_halves,
    loses_an_empty_file,
    gives_links_for_head_to_others,
    gives_the_link_of_a_file_that_was_replaced,
    loses_a_file_of_an_earlier_release,
]


def clean_up():
    own = BaseS3Uploader()
    client = own.get_s3_client()
    for prefix in (f"{PROBE}/", "resources/e2e-"):
        for stored in client.list_objects_v2(Bucket=own.bucket_name, Prefix=prefix).get("Contents", []):
            own.clear_key(stored["Key"])


if given["patches"]:
    for name, source in given["patches"].items():
        sys.modules[name] = types.ModuleType(name)
        exec(compile(source, f"{name}.py", "exec"), vars(sys.modules[name]))
    sys.modules["s3filestore_patches"].apply(config, site)
with app.test_request_context():
    clean_up()
    found = {
        "faults": [fault.__name__ for fault in FAULTS if fault()],
        "dangers": [danger.__name__ for danger in DANGERS if danger()],
    }
    clean_up()
json.dump(found, sys.stdout)

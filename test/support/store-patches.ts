/** Runs the patches of ckanext-s3filestore by Python alone, with fakes of all that they import. */
import { scripts } from "../../ckan/scripts.ts";
import { python } from "./python.ts";

const harness = `
import json, sys, types
from urllib.parse import urlsplit

class Package(types.ModuleType):
    __path__ = []

    def __getattr__(self, name):
        return lambda *given, **options: None

class ValidationError(Exception):
    pass

class ClientError(Exception):
    def __init__(self, status):
        self.response = {"ResponseMetadata": {"HTTPStatusCode": status}}

class Aborted(Exception):
    pass

def abort(status):
    raise Aborted(status)

class Datasets:
    """Of s3filestore's uploader for files of datasets, what the patches take to be there."""
    def __init__(self, resource):
        self.resource = dict(resource)

    @classmethod
    def get_storage_path(cls):
        return "resources"

class Others:
    """Of the one for pictures."""
    filename = None

    def __init__(self, upload_to="user"):
        self.upload_to = upload_to

    def update_data_dict(self, data_dict, url_field, file_field, clear_field):
        upload = data_dict.pop(file_field, None)
        if upload:
            self.filename = data_dict[url_field] = f"2030-01-02-030405.678{upload.filename}"
            self.filepath = f"storage/uploads/{self.upload_to}/{self.filename}"

class File:
    def __init__(self, filename):
        self.filename = filename

rows, settings = {}, {"ckan.upload.user.types": ["image"]}
model = types.SimpleNamespace(Resource=None, Session=types.SimpleNamespace(query=lambda table: rows))
stand_ins = {
    "boto3": {}, "boto3.s3": {}, "boto3.s3.transfer": {}, "botocore": {},
    "botocore.exceptions": {"ClientError": ClientError},
    "ckan": {"model": model},
    "ckan.common": {"config": settings},
    "ckan.lib": {},
    "ckan.lib.helpers": {"is_url": lambda url: urlsplit(url).scheme in ("http", "https", "ftp")},
    "ckan.lib.munge": {"munge_filename": lambda name: name.lower().replace(" ", "-")},
    "ckan.lib.uploader": {},
    "ckan.logic": {"ValidationError": ValidationError},
    "ckan.plugins": {},
    "ckan.plugins.toolkit": {"abort": abort},
    "ckan.views": {}, "ckan.views.resource": {}, "ckanext": {}, "ckanext.s3filestore": {}, "ckanext.s3filestore.views": {},
    "ckanext.s3filestore.redis_helper": {},
    "ckanext.s3filestore.uploader": {"S3ResourceUploader": Datasets, "S3Uploader": Others},
    "flask": {},
}
for name, content in stand_ins.items():
    sys.modules[name] = Package(name)
    vars(sys.modules[name]).update(content)
for name in stand_ins:
    parent, _, child = name.rpartition(".")
    if parent:
        vars(sys.modules[parent])[child] = sys.modules[name]
sources, given = json.load(sys.stdin)
for name, source in sources.items():
    sys.modules[name] = types.ModuleType(name)
    exec(compile(source, name, "exec"), vars(sys.modules[name]))
    globals().update(vars(sys.modules[name]))
`;

const sources = {
  uploaded_files: scripts["uploaded_files.py"],
  s3filestore_patches: scripts["s3filestore_patches.py"],
};

/** The value of a Python expression that may use what the patches define and `given`; `before` is what comes before it. */
export function run<T>(expression: string, given: unknown, before = ""): T {
  const program = `${harness}\n${before}\nprint(json.dumps(${expression}))`;
  return JSON.parse(python(program, JSON.stringify([sources, given])));
}

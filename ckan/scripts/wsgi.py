"""WSGI entry point: CKAN as configured by the file that CKAN_INI names. uWSGI loads it once and forks its processes from it."""
import gc
import os
import sys
from logging.config import fileConfig

# What is mounted beside this file.
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import downloads
import repeated_work
import serving
import solr_patch
import static_files
import strangers
from ckan.cli import CKANConfigLoader
from ckan.config.middleware import make_app

try:
    from uwsgi import connection_fd, numproc as processes, set_user_harakiri as end_after
except ImportError:
    connection_fd, processes, end_after = None, 1, lambda seconds: None

fileConfig(os.environ["CKAN_INI"], disable_existing_loggers=False)
serving.log_request_ids()
config = CKANConfigLoader(os.environ["CKAN_INI"]).get_config()
solr = solr_patch.apply()
ckan = make_app(config)
repeated_work.apply()

bucket = config.get("ckanext.s3filestore.aws_bucket_name")
if bucket:
    import s3filestore_patches

    s3filestore_patches.apply(config, ckan)

static_files.collect(ckan, config["ckan.storage_path"])

application = serving.with_handed_on_files(ckan, os.environ.get("STORE_ENDPOINT"), bucket)
application = downloads.with_files_of_the_disk(application, config["ckan.storage_path"])
application = static_files.with_assets_of_other_releases(application)
application = static_files.with_translations(application)
application = strangers.with_sharing(application, config)
application = serving.with_acquaintances(application, ckan._wsgi_app)
application = serving.with_room_for_pages(application, processes - 1)
application = serving.with_checks(application)
application = serving.with_frames(application)
application = serving.with_deadline(application, int(os.environ.get("ANSWER_SECONDS", "60")), end_after)
if connection_fd:
    application = serving.with_living_peers(application, connection_fd)

# Pages are rendered once before the fork, so that the processes share the templates.
serving.render_a_page(ckan)
serving.close_connections()
solr.close()
# What CKAN loaded stays: Python's collector need not look through it again and again, and the processes go on sharing it.
gc.collect()
gc.freeze()
# A page makes tens of thousands of objects, nearly all of which go by themselves: looking for the others after each 700 new ones
# costs a tenth of a search. All of them are looked through often enough that what an error left behind, with its request, goes soon.
gc.set_threshold(20_000, 20, 10)

"""What must happen once per release, before web and worker start. Every step can be repeated; every error ends it.

1. wait for the servers
2. roles and databases (as the server's administrator, whose password only this program gets; unless something else makes them)
3. who may connect (from here on as the owner of both databases)
4. CKAN's and the plugins' migrations, and the datastore's permissions by CKAN's own SQL
5. the sysadmin and the API token of what loads into the datastore
6. the object store: is there, with a key that works; links of earlier keys are forgotten
7. the search index
"""
import os
import socket
import subprocess
import time

from databases import (
    become_the_only_one,
    close_databases,
    declare_databases,
    declare_datastore_permissions,
    wait_for_database,
)
from search_index import update_search_index
from steps import fail, finished_first, hear_sigterm, say

INI = os.environ["CKAN_INI"]


def wait_for_servers(deadline):
    """The servers start at the same time as this Job; it waits here, where waiting is cheap."""
    for server in os.environ["WAIT_FOR"].split():
        host, port = server.rsplit(":", 1)
        while True:
            try:
                socket.create_connection((host, int(port)), 3).close()
                break
            except OSError as error:
                if time.monotonic() > deadline:
                    fail(f"{server} did not answer in time: {error}")
                time.sleep(0.5)
        say(f"{server} answers")


def ckan(*arguments):
    result = subprocess.run(["ckan", "-c", INI, *arguments], stdout=subprocess.PIPE, text=True)
    if result.returncode != 0:
        fail(f"ckan {' '.join(arguments)} ended with {result.returncode}: {result.stdout[-2000:]}")
    say(f"ckan {' '.join(arguments)}")
    return result.stdout


def declare_administrator(model):
    """The password is set when the sysadmin is new or the stack file asks for a new one; a person's own change stays."""
    name, generation = os.environ["ADMINISTRATOR_NAME"], int(os.environ["ADMINISTRATOR_GENERATION"])
    # Only while the stack file has the root secret before this one, too.
    root = os.environ.get("ADMINISTRATOR_NEW_ROOT")
    user = model.User.get(name)
    if user is None:
        user = model.User(name=name, email=os.environ["ADMINISTRATOR_EMAIL"])
        model.Session.add(user)
    extras = dict(user.plugin_extras or {})
    if extras.get("password_generation") != generation or (root and extras.get("password_root") != root):
        user.password = os.environ["ADMINISTRATOR_PASSWORD"]
        user.plugin_extras = {**extras, "password_generation": generation, "password_root": root}
        say(f"sysadmin {name} has the password of generation {generation}")
    user.sysadmin = True
    user.state = "active"
    model.Session.commit()
    return user


def declare_api_token(model, user, name, token):
    """The token itself was derived beforehand; CKAN accepts it once this row is there. Earlier tokens of the name end."""
    model.Session.query(model.ApiToken).filter(model.ApiToken.name == name, model.ApiToken.id != token).delete()
    row = model.Session.get(model.ApiToken, token)
    if row is None:
        row = model.ApiToken(user_id=user.id, name=name)
        row.id = token
        model.Session.add(row)
    row.user_id = user.id
    model.Session.commit()
    say(f"the API token {name} is known")


def check_store(config, seconds):
    """Uploads must work before anybody can make one. Another Job makes the bucket and its key at the same time as this runs."""
    from botocore.exceptions import BotoCoreError, ClientError
    from ckanext.s3filestore.uploader import BaseS3Uploader

    deadline = time.monotonic() + seconds
    bucket = config["ckanext.s3filestore.aws_bucket_name"]
    while True:
        try:
            BaseS3Uploader().get_s3_client().head_bucket(Bucket=bucket)
            break
        except (BotoCoreError, ClientError) as error:
            if time.monotonic() > deadline:
                fail(f"the bucket {bucket} cannot be used within {seconds} s: {error}")
            time.sleep(1)
    say(f"the bucket {bucket} can be used")


def forget_links(seconds):
    """s3filestore keeps signed links in Redis and hands them out again. The store refuses those that an earlier key has signed,
    so that downloads would fail until they expire. The key in use works by now, and an earlier one that the store does not
    know any more signs nothing new: s3filestore asks the store for the file before it signs."""
    from ckan.lib.redis import connect_to_redis
    from ckanext.s3filestore.redis_helper import REDIS_PREFIX
    from redis import RedisError

    deadline = time.monotonic() + seconds
    while True:
        try:
            redis = connect_to_redis()
            links = list(redis.scan_iter(match=f"{REDIS_PREFIX}*", count=1000))
            for link in links:
                redis.delete(link)
            break
        except RedisError as error:
            # It answers on its port also before it has a new password.
            if time.monotonic() > deadline:
                fail(f"the queue cannot be used within {seconds} s: {error}")
            time.sleep(1)
    say(f"{len(links)} signed links are forgotten")


def declare_inside_ckan():
    from ckan.cli import CKANConfigLoader
    from ckan.config.middleware import make_app

    app = make_app(CKANConfigLoader(INI).get_config())
    from ckan import model
    from ckan.plugins import plugin_loaded
    from ckan.plugins.toolkit import config

    with getattr(app, "_wsgi_app", app).test_request_context():
        if os.environ["DATASTORE"] == "true":
            declare_datastore_permissions()
        user = declare_administrator(model)
        if os.environ.get("XLOADER_TOKEN_ID"):
            declare_api_token(model, user, "xloader", os.environ["XLOADER_TOKEN_ID"])
        if os.environ.get("DATAPUSHER_TOKEN_ID"):
            declare_api_token(model, user, "datapusher", os.environ["DATAPUSHER_TOKEN_ID"])
        if plugin_loaded("s3filestore"):
            check_store(config, 120)
            forget_links(120)
        with finished_first():
            update_search_index(model, config)


def main():
    hear_sigterm()
    deadline = time.monotonic() + int(os.environ["WAIT_SECONDS"])
    wait_for_servers(deadline)
    connection = wait_for_database(deadline)
    become_the_only_one(connection)
    with finished_first():
        if "DATABASE_ADMINISTRATOR" in os.environ:
            declare_databases(connection)
        close_databases()
        ckan("db", "upgrade")
    declare_inside_ckan()
    say("done")


if __name__ == "__main__":
    main()

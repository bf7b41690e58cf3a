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
import signal
import socket
import subprocess
import sys
import time

import psycopg2
from psycopg2 import sql

STARTED = time.monotonic()
INI = os.environ["CKAN_INI"]


def say(text):
    print(f"[{time.monotonic() - STARTED:6.1f} s] {text}", flush=True)


def fail(text):
    say(f"FAILED: {text}")
    sys.exit(1)


def connect(database, user, password):
    connection = psycopg2.connect(
        host=os.environ["DATABASE_HOST"],
        port=os.environ["DATABASE_PORT"],
        dbname=database,
        user=user,
        password=password,
        sslmode=os.environ["DATABASE_SSL_MODE"],
        connect_timeout=5,
    )
    connection.autocommit = True
    return connection


def connect_as_owner(database):
    return connect(database, os.environ["DATABASE_USER"], os.environ["DATABASE_PASSWORD"])


def connect_as_administrator():
    """After a rotation the server still knows the password before: that one lets in to set the new one."""
    user, password = os.environ["DATABASE_ADMINISTRATOR"], os.environ["DATABASE_ADMINISTRATOR_PASSWORD"]
    try:
        return connect("postgres", user, password)
    except psycopg2.OperationalError as error:
        previous = "DATABASE_ADMINISTRATOR_PREVIOUS_PASSWORD"
        if "authentication failed" not in str(error) or previous not in os.environ:
            raise
    with connect("postgres", user, os.environ[previous]) as connection:
        new = sql.Literal(password)
        connection.cursor().execute(sql.SQL("ALTER ROLE CURRENT_USER PASSWORD {}").format(new))
    say("the administrator's password was rotated")
    return connect("postgres", user, password)


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


def wait_for_database(deadline):
    """A connection by which roles and databases are declared, or one to the main database where something else declares them."""
    declared_here = "DATABASE_ADMINISTRATOR" in os.environ
    while True:
        try:
            return connect_as_administrator() if declared_here else connect_as_owner(os.environ["DATABASE_NAME"])
        except psycopg2.OperationalError as error:
            if declared_here and "authentication failed" in str(error):
                fail(
                    f"the database server refuses its administrator: {error}"
                    "Was generations.database-administrator lowered, or raised by more than one? Write one more than the "
                    "highest number that it ever had."
                )
            if time.monotonic() > deadline:
                who = "its administrator" if declared_here else "the owner of the databases"
                fail(f"the database server refuses {who}: {error}")
            time.sleep(0.5)


def declare_role(cursor, name, password):
    cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", (name,))
    role = sql.Identifier(name)
    if cursor.fetchone() is None:
        cursor.execute(sql.SQL("CREATE ROLE {}").format(role))
    cursor.execute(
        sql.SQL("ALTER ROLE {} LOGIN NOCREATEDB NOCREATEROLE PASSWORD {}").format(role, sql.Literal(password))
    )


def declare_database(cursor, name, owner):
    cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", (name,))
    if cursor.fetchone() is None:
        cursor.execute(
            sql.SQL("CREATE DATABASE {} OWNER {} ENCODING 'UTF8' TEMPLATE template0").format(
                sql.Identifier(name), sql.Identifier(owner)
            )
        )


def declare_databases(connection):
    owner, reader = os.environ["DATABASE_USER"], os.environ["DATASTORE_READER_USER"]
    cursor = connection.cursor()
    declare_role(cursor, owner, os.environ["DATABASE_PASSWORD"])
    declare_role(cursor, reader, os.environ["DATASTORE_READER_PASSWORD"])
    # A managed server's administrator is no superuser: it must be a member of the role that it makes an owner.
    cursor.execute(sql.SQL("GRANT {} TO CURRENT_USER").format(sql.Identifier(owner)))
    declare_database(cursor, os.environ["DATABASE_NAME"], owner)
    declare_database(cursor, os.environ["DATASTORE_NAME"], owner)
    say("roles and databases are as declared")


def ckan(*arguments):
    result = subprocess.run(["ckan", "-c", INI, *arguments], stdout=subprocess.PIPE, text=True)
    if result.returncode != 0:
        fail(f"ckan {' '.join(arguments)} ended with {result.returncode}: {result.stdout[-2000:]}")
    say(f"ckan {' '.join(arguments)}")
    return result.stdout


def close_databases():
    """PostgreSQL lets everybody connect to every database unless told otherwise."""
    for name in (os.environ["DATABASE_NAME"], os.environ["DATASTORE_NAME"]):
        connect_as_owner(name).cursor().execute(
            sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(sql.Identifier(name))
        )
    say("nobody else may connect to the databases")


def declare_datastore_permissions():
    """CKAN prints SQL for psql; without its \\connect line any client can run it, connected to that database. All that it asks
    for is the owner's to give, so that nobody else's rights are needed."""
    statements = ckan("datastore", "set-permissions")
    connect_as_owner(os.environ["DATASTORE_NAME"]).cursor().execute(
        "\n".join(line for line in statements.splitlines() if not line.startswith("\\"))
    )
    say("the datastore's permissions are as CKAN asks for")


def declare_administrator(model):
    """The password is set when the sysadmin is new or the stack file asks for a new one; a person's own change stays."""
    name, generation = os.environ["ADMINISTRATOR_NAME"], int(os.environ["ADMINISTRATOR_GENERATION"])
    user = model.User.get(name)
    if user is None:
        user = model.User(name=name, email=os.environ["ADMINISTRATOR_EMAIL"])
        model.Session.add(user)
    extras = dict(user.plugin_extras or {})
    if extras.get("password_generation") != generation:
        user.password = os.environ["ADMINISTRATOR_PASSWORD"]
        user.plugin_extras = {**extras, "password_generation": generation}
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


def check_search_index(model):
    """A new or emptied index is filled again; an index that has all datasets is left alone."""
    from ckan.lib.search import check_solr_schema_version, query_for, rebuild

    check_solr_schema_version()
    datasets = {row[0] for row in model.Session.query(model.Package.id).filter(model.Package.state != "deleted")}
    indexed = set(query_for(model.Package).get_all_entity_ids(max_results=len(datasets) + 1000))
    if datasets <= indexed:
        say(f"the search index has all {len(datasets)} datasets")
        return
    say(f"the search index lacks {len(datasets - indexed)} of {len(datasets)} datasets: adding them")
    rebuild(only_missing=bool(indexed), quiet=True)


def declare_inside_ckan():
    from ckan.cli import CKANConfigLoader
    from ckan.config.middleware import make_app

    app = make_app(CKANConfigLoader(INI).get_config())
    from ckan import model
    from ckan.plugins import plugin_loaded
    from ckan.plugins.toolkit import config

    with getattr(app, "_wsgi_app", app).test_request_context():
        user = declare_administrator(model)
        if os.environ.get("XLOADER_TOKEN_ID"):
            declare_api_token(model, user, "xloader", os.environ["XLOADER_TOKEN_ID"])
        if os.environ.get("DATAPUSHER_TOKEN_ID"):
            declare_api_token(model, user, "datapusher", os.environ["DATAPUSHER_TOKEN_ID"])
        if plugin_loaded("s3filestore"):
            check_store(config, 120)
            forget_links(120)
        check_search_index(model)


def main():
    # PID 1 ignores signals that it does not handle: the pod would hang for its whole grace period.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    deadline = time.monotonic() + int(os.environ["WAIT_SECONDS"])
    wait_for_servers(deadline)
    connection = wait_for_database(deadline)
    # Two releases that overlap would migrate at the same time.
    connection.cursor().execute("SELECT pg_advisory_lock(hashtext('ckan-bootstrap'), hashtext(%s))", (os.environ["DATABASE_NAME"],))
    if "DATABASE_ADMINISTRATOR" in os.environ:
        declare_databases(connection)
    close_databases()
    ckan("db", "upgrade")
    if os.environ["DATASTORE"] == "true":
        declare_datastore_permissions()
    declare_inside_ckan()
    say("done")


if __name__ == "__main__":
    main()

"""The database server's part of the bootstrap: roles, databases, and who may do what with them."""
import os
import time

import psycopg2
from psycopg2 import sql

from steps import fail, say


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


def become_the_only_one(connection):
    """Two bootstraps would migrate at the same time. The other one may have been told to end and still finish a step. It is asked
    again and again, because PostgreSQL's own waiting would not hear a signal."""
    cursor = connection.cursor()
    # The lock of a pod whose node is gone ends with its connection: the server notices that after a minute, not after two hours.
    cursor.execute("SET tcp_keepalives_idle = 30; SET tcp_keepalives_interval = 10; SET tcp_keepalives_count = 3")
    waiting = False
    while True:
        cursor.execute(
            "SELECT pg_try_advisory_lock(hashtext('ckan-bootstrap'), hashtext(%s))", (os.environ["DATABASE_NAME"],)
        )
        if cursor.fetchone()[0]:
            return
        if not waiting:
            say("another bootstrap of this site still works: waiting for its end")
        waiting = True
        time.sleep(1)


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


def close_databases():
    """PostgreSQL lets everybody connect to every database unless told otherwise."""
    for name in (os.environ["DATABASE_NAME"], os.environ["DATASTORE_NAME"]):
        connect_as_owner(name).cursor().execute(
            sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(sql.Identifier(name))
        )
    say("nobody else may connect to the databases")


def permissions_for_datastore():
    """The SQL behind `ckan datastore set-permissions`, from the function that makes it: that command prints it after whatever
    plugins print while it starts."""
    from ckan.model import parse_db_config
    from ckanext.datastore.cli import permissions_sql

    settings = ("sqlalchemy.url", "ckan.datastore.write_url", "ckan.datastore.read_url")
    main, writer, reader = (parse_db_config(setting) for setting in settings)
    return permissions_sql(
        maindb=main["db_name"],
        datastoredb=writer["db_name"],
        mainuser=main["db_user"],
        writeuser=writer["db_user"],
        readuser=reader["db_user"],
    )


def declare_datastore_permissions():
    """CKAN's SQL is meant for psql; without its \\connect line any client can run it, connected to that database. All that it
    asks for is the owner's to give, so that nobody else's rights are needed."""
    lines = permissions_for_datastore().splitlines()
    connect_as_owner(os.environ["DATASTORE_NAME"]).cursor().execute(
        "\n".join(line for line in lines if not line.startswith("\\"))
    )
    say("the datastore's permissions are as CKAN asks for")

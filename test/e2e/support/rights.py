"""Tries what CKAN's credentials must not do, from a pod of CKAN, with the credentials that its environment holds.

Reads attempts from standard input, a JSON list of `{"server": "queue", "password": ..., "command": [...]}`, `{"server":
"database", "role": "reader" or "owner", "database": ..., "statement": ...}`, `{"server": "search", "method": ..., "path": ...,
"body": ...}` or `{"server": "store", "operation": ..., "arguments": ..., "key": ...}`, and prints a list of what became of
them: "allowed" (of Solr a status), or how it was refused.
"""
import json
import os
import sys
import urllib.error
import urllib.request
from datetime import datetime, timedelta, timezone

import boto3
import botocore
import psycopg2
import redis


def queue(command, password=os.environ["QUEUE_PASSWORD"]):
    address = os.environ["CKAN_REDIS_URL"].split("@")[1]
    client = redis.Redis.from_url(f"redis://{address}", password=password, socket_timeout=5)
    try:
        client.execute_command(*command)
        return "allowed"
    except (redis.exceptions.NoPermissionError, redis.exceptions.AuthenticationError) as error:
        return type(error).__name__
    except redis.RedisError as error:
        return str(error)


def sql(role, database, statement):
    url = os.environ["CKAN_DATASTORE_READ_URL" if role == "reader" else "CKAN_SQLALCHEMY_URL"]
    settings = {**psycopg2.extensions.parse_dsn(url), "dbname": database, "connect_timeout": 5}
    if role == "stranger":
        settings["password"] = "not-the-password"
    try:
        connection = psycopg2.connect(**settings)
        # Nothing is ever committed, but for what no transaction can hold.
        connection.autocommit = statement.startswith("CREATE DATABASE")
        connection.cursor().execute(statement)
        connection.rollback()
        return "allowed"
    except psycopg2.Error as error:
        return str(error).strip().splitlines()[0].split("FATAL:  ")[-1]


def search(method, path, body=None):
    server = os.environ["CKAN_SOLR_URL"].rsplit("/solr/", 1)[0]
    request = urllib.request.Request(server + path, method=method, data=body.encode() if body else None)
    request.add_header("content-type", "application/json")
    try:
        return urllib.request.urlopen(request, timeout=20).status
    except urllib.error.HTTPError as error:
        return error.code


def store(operation, arguments, endpoint, key={}):
    own = {
        "aws_access_key_id": os.environ["CKANEXT__S3FILESTORE__AWS_ACCESS_KEY_ID"],
        "aws_secret_access_key": os.environ["CKANEXT__S3FILESTORE__AWS_SECRET_ACCESS_KEY"],
    }
    service = "sts" if operation == "assume_role" else "s3"
    client = boto3.client(service, endpoint_url=endpoint, region_name="us-east-1", **{**own, **key})
    try:
        answer = getattr(client, operation)(**arguments)
    except botocore.exceptions.ClientError as error:
        return error.response["Error"]["Code"]
    if operation == "assume_role":
        left = answer["Credentials"]["Expiration"] - datetime.now(timezone.utc)
        return "allowed for a quarter of an hour" if left <= timedelta(minutes=15) else f"allowed for {left}"
    return "allowed"


def attempt(server, **arguments):
    return {"queue": queue, "database": sql, "search": search, "store": store}[server](**arguments)


json.dump([attempt(**arguments) for arguments in json.load(sys.stdin)], sys.stdout)

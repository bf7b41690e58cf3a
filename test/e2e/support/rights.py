"""Tries what CKAN's credentials must not do, from a pod of CKAN, with the credentials that its environment holds.

Reads a JSON object from standard input, `{"queue": [[command, argument, ...]], "sql": [[role, database, statement]],
"search": [[method, path, body]], "store": [[operation, arguments]]}`, and prints the outcomes in the same form: "allowed",
or what refused it.
"""
import json
import os
import sys
import urllib.error
import urllib.request

import boto3
import botocore
import psycopg2
import redis

outcomes = {}
wanted = json.load(sys.stdin)


def queue(password, command):
    address = os.environ["CKAN_REDIS_URL"].split("@")[1]
    # redis-py takes no empty password for one: then it sends none.
    client = redis.Redis.from_url(f"redis://{address}", password=password, socket_timeout=5)
    try:
        client.execute_command(*command)
        return "allowed"
    except redis.RedisError as error:
        return type(error).__name__


def sql(role, database, statement):
    url = os.environ["CKAN_DATASTORE_READ_URL" if role == "reader" else "CKAN_SQLALCHEMY_URL"]
    parsed = psycopg2.extensions.parse_dsn(url)
    try:
        connection = psycopg2.connect(**{**parsed, "dbname": database, "connect_timeout": 5})
        with connection.cursor() as cursor:
            cursor.execute(statement)
        # Never committed: whatever was allowed leaves nothing.
        connection.rollback()
        return "allowed"
    except psycopg2.Error as error:
        return str(error).strip().splitlines()[0].split("FATAL:  ")[-1]


def search(method, path, body):
    server = os.environ["CKAN_SOLR_URL"].rsplit("/solr/", 1)[0]
    request = urllib.request.Request(server + path, method=method, data=body.encode() if body else None)
    request.add_header("content-type", "application/json")
    try:
        return urllib.request.urlopen(request, timeout=20).status
    except urllib.error.HTTPError as error:
        return error.code


def store(operation, arguments):
    key = {
        "aws_access_key_id": os.environ["CKANEXT__S3FILESTORE__AWS_ACCESS_KEY_ID"],
        "aws_secret_access_key": os.environ["CKANEXT__S3FILESTORE__AWS_SECRET_ACCESS_KEY"],
        **arguments.pop("key", {}),
    }
    client = boto3.client("s3", endpoint_url=wanted["endpoint"], region_name="us-east-1", **key)
    try:
        getattr(client, operation)(**arguments)
        return "allowed"
    except botocore.exceptions.ClientError as error:
        return error.response["Error"]["Code"]


password = os.environ["QUEUE_PASSWORD"]
outcomes["queue"] = [queue({"right": password}.get(kind, kind), command) for kind, command in wanted.get("queue", [])]
outcomes["sql"] = [sql(*attempt) for attempt in wanted.get("sql", [])]
outcomes["search"] = [search(*attempt) for attempt in wanted.get("search", [])]
outcomes["store"] = [store(*attempt) for attempt in wanted.get("store", [])]
json.dump(outcomes, sys.stdout)

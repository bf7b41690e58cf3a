"""Asks for paths one after the other on one connection of http.client's. Reads {host, port, paths}."""
import http.client
import json
import sys

given = json.load(sys.stdin)
connection = http.client.HTTPConnection(given["host"], given["port"], timeout=30)
connection.connect()
# After an answer that ends the connection, http.client would make a new one without a word.
connection.auto_open = 0
statuses = []
for path in given["paths"]:
    try:
        connection.request("GET", path)
        response = connection.getresponse()
        response.read()
        statuses.append(response.status)
    except (OSError, http.client.HTTPException) as error:
        statuses.append(type(error).__name__)
json.dump(statuses, sys.stdout)

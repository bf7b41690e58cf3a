"""Posts JSON with http.client, so many bytes a second, several at once. Reads {host, port, path, body, bytes, connections}."""
import http.client
import json
import sys
import time
from concurrent.futures import ThreadPoolExecutor

given = json.load(sys.stdin)
body, step = given["body"].encode(), given["bytes"]


def drops():
    for start in range(0, len(body), step):
        yield body[start : start + step]
        time.sleep(1)


def post(_):
    begun = time.monotonic()
    connection = http.client.HTTPConnection(given["host"], given["port"], timeout=60)
    headers = {"Content-Type": "application/json", "Content-Length": str(len(body))}
    try:
        connection.request("POST", given["path"], drops(), headers)
        response = connection.getresponse()
        outcome, text = response.status, response.read().decode()
    except (OSError, http.client.HTTPException) as error:
        outcome, text = type(error).__name__, ""
    return {"outcome": outcome, "body": text, "seconds": time.monotonic() - begun}


with ThreadPoolExecutor(given["connections"]) as pool:
    json.dump(list(pool.map(post, range(given["connections"]))), sys.stdout)

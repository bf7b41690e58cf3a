"""Posts JSON with http.client in chunks: an iterator has no length. Reads {host, port, path, chunks}."""
import http.client
import json
import sys

given = json.load(sys.stdin)
connection = http.client.HTTPConnection(given["host"], given["port"], timeout=30)
body = (chunk.encode() for chunk in given["chunks"])
connection.request("POST", given["path"], body, {"Content-Type": "application/json"}, encode_chunked=True)
response = connection.getresponse()
json.dump({"status": response.status, "body": response.read().decode()}, sys.stdout)

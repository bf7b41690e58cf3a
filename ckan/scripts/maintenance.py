"""WSGI entry point of a site in maintenance: 503 for everybody and everything, without CKAN, so that no server has to be there."""
import html
import json
import os
import re

with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "maintenance.json"), encoding="utf-8") as file:
    SETTINGS = json.load(file)

PAGE = """<!doctype html>
<html><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{title}</title></head>
<body style="max-width: 40em; margin: 15vh auto; padding: 0 1em; font-family: sans-serif">
<h1>{title}</h1><p>{message}</p></body></html>
"""
# Also with a language in front (/de/api/...).
API = re.compile("(/[a-z]{2,3}(_[A-Za-z]+)?)?/api(/.*)?")


def page():
    return "text/html", PAGE.format(title=html.escape(SETTINGS["title"]), message=html.escape(SETTINGS["message"]))


def answer():
    """As CKAN's API says that something went wrong."""
    error = {"__type": "Maintenance", "message": SETTINGS["message"]}
    return "application/json", json.dumps({"success": False, "error": error}) + "\n"


def application(environ, start_response):
    kind, text = answer() if API.fullmatch(environ.get("PATH_INFO", "")) else page()
    content = text.encode()
    headers = [
        ("Content-Type", f"{kind}; charset=utf-8"),
        ("Content-Length", str(len(content))),
        ("Cache-Control", "no-store"),
        ("Retry-After", str(SETTINGS["retryAfterSeconds"])),
    ]
    start_response("503 Service Unavailable", headers)
    return [] if environ.get("REQUEST_METHOD") == "HEAD" else [content]

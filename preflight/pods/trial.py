"""Asks, from inside a pod, what this pod reaches. QUESTIONS (JSON) says what; each answer is a line of JSON on standard output.

It needs nothing but Python: the image may be any that has one. No question carries a password.
"""
import http.client
import json
import os
import smtplib
import socket
import ssl
import struct
import sys
import time
from concurrent.futures import ThreadPoolExecutor, as_completed

TIMEOUT = 5
# Bytes of an answer that are looked at.
LONGEST = 65536
# Network policies take a while to reach a new pod: each question is asked again until its answer is the wanted one.
PATIENCE = float(os.environ.get("PATIENCE", "30"))


class Wrong(Exception):
    """The server answers, and not as it has to."""


def verifier(question):
    context = ssl.create_default_context(cadata=question.get("authorities"))
    if question["tls"] != "verify-full":
        context.check_hostname = False
    if question["tls"] == "require":
        context.verify_mode = ssl.CERT_NONE
    return context


def connected(question):
    return socket.create_connection((question["host"], question["port"]), TIMEOUT)


def secured(question, connection):
    if not question.get("tls"):
        return connection
    return verifier(question).wrap_socket(connection, server_hostname=question["host"])


def resolve(question):
    addresses = {entry[4][0] for entry in socket.getaddrinfo(question["host"], question["port"])}
    return f"{question['host']} is {', '.join(sorted(addresses))}"


def tcp(question):
    connected(question).close()
    return "answers"


def silent(question):
    """Twice, since the first attempt may come before the policy is in force for this pod at all."""
    for attempt in range(2):
        try:
            connected(question).close()
        except OSError:
            time.sleep(1)
        else:
            raise Wrong("a pod that may send nothing reaches another one")
    return "a pod that may send nothing reaches nobody"


def postgresql(question):
    """Protocol 3, SSLRequest: a PostgreSQL server answers S or N before it asks who is there."""
    with connected(question) as connection:
        connection.sendall(struct.pack("!II", 8, 80877103))
        answer = connection.recv(1)
        if answer not in (b"S", b"N"):
            raise Wrong("what answers is no PostgreSQL")
        if answer == b"N" and question.get("tls"):
            raise Wrong("the server speaks no TLS")
        secured(question, connection).close()
    return "answers"


def redis(question):
    with secured(question, connected(question)) as connection:
        connection.sendall(b"PING\r\n")
        if connection.recv(1) not in (b"+", b"-"):
            raise Wrong("what answers is no Redis")
    return "answers"


def http_(question):
    kind = http.client.HTTPSConnection if question.get("tls") else http.client.HTTPConnection
    options = {"context": verifier(question)} if question.get("tls") else {}
    connection = kind(question["host"], question["port"], timeout=TIMEOUT, **options)
    try:
        connection.request("GET", question["path"])
        response = connection.getresponse()
        status = response.status
        body = response.read(LONGEST)
    finally:
        connection.close()
    meaning = question["wrong"].get(str(status))
    if meaning:
        raise Wrong(meaning)
    if status >= 500:
        raise Wrong(f"answers with {status}")
    if question.get("says"):
        return own_words(question["says"], status, body)
    return f"answers with {status}"


def own_words(member, status, body):
    """Anything may listen there; what wants a login first cannot be told from others."""
    if status in (401, 403):
        return f"answers with {status}, wants a login"
    try:
        said = json.loads(body)
    except ValueError:
        said = None
    if not isinstance(said, dict) or member not in said:
        raise Wrong(f"answers with {status}, and not with what was asked for ({member})")
    return f"answers with {status}"


def smtp(question):
    with smtplib.SMTP(question["host"], question["port"], timeout=TIMEOUT) as server:
        server.ehlo()
        if question.get("tls"):
            server.starttls(context=verifier(question))
    return "answers, and encrypts" if question.get("tls") else "answers"


ways = {"resolve": resolve, "tcp": tcp, "silent": silent, "postgresql": postgresql, "redis": redis, "http": http_, "smtp": smtp}


def ask(question):
    end = time.monotonic() + PATIENCE
    while True:
        try:
            return {"need": question["need"], "ok": True, "seen": ways[question["ask"]](question)}
        except Exception as error:
            if time.monotonic() > end:
                said = str(error) if isinstance(error, Wrong) else f"{type(error).__name__}: {error}"
                return {"need": question["need"], "ok": False, "seen": said}
            time.sleep(1)


def listen(port):
    """Somebody to reach."""
    server = socket.create_server(("", port))
    while True:
        server.accept()[0].close()


if __name__ == "__main__":
    if sys.argv[1:2] == ["listen"]:
        listen(int(sys.argv[2]))
    questions = json.loads(os.environ["QUESTIONS"])
    with ThreadPoolExecutor(max_workers=max(1, len(questions))) as pool:
        # Each as soon as it is there: what is slow keeps no other from being read.
        for asked in as_completed([pool.submit(ask, question) for question in questions]):
            print(json.dumps(asked.result()), flush=True)

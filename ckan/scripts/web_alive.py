"""Whether CKAN's server answers on its socket: liveness, which depends on no other server."""
import socket
import sys

connection = socket.socket(socket.AF_UNIX)
connection.settimeout(25)
try:
    connection.connect(sys.argv[1])
    connection.sendall(b"GET /_live HTTP/1.0\r\n\r\n")
    answer = connection.recv(64)
except OSError as error:
    sys.exit(f"CKAN's server does not answer: {error}")
if b" 204 " not in answer:
    sys.exit(f"CKAN's server answered {answer!r}")

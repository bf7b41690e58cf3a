import { expect, test } from "vitest";
import { scripts } from "../../ckan/scripts.ts";
import { python, pythonIsMissing } from "../support/python.ts";

/** Runs web_alive.py against a server on a socket, which answers with this line; none listens where it is empty. */
const harness = `
import os, socket, sys, tempfile, threading

line = sys.argv[1]
folder = tempfile.TemporaryDirectory()
path = os.path.join(folder.name, "web.sock")

def answer(server):
    connection, _ = server.accept()
    connection.recv(64)
    connection.sendall(f"{line}\\r\\n\\r\\n".encode())
    connection.close()

if line:
    server = socket.socket(socket.AF_UNIX)
    server.bind(path)
    server.listen()
    threading.Thread(target=answer, args=(server,)).start()
sys.argv = ["web_alive.py", path]
try:
    exec(compile(sys.stdin.read(), "web_alive.py", "exec"))
    print("alive")
except SystemExit as end:
    print(end.code)
`;

test.skipIf(pythonIsMissing).each([
  ["answers", "HTTP/1.1 204 No Content", "alive\n"],
  ["answers something else", "HTTP/1.1 502 Bad", "CKAN's server answered b'HTTP/1.1 502 Bad\\r\\n\\r\\n'\n"],
  ["does not listen", "", "CKAN's server does not answer: [Errno 2] No such file or directory\n"],
])("a server that %s is told by what is printed", (_name, line, printed) => {
  expect(python(harness, scripts["web_alive.py"], [line])).toBe(printed);
});

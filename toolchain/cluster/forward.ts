/**
 * `node forward.ts <address> <port>...`: hands TCP connections to 127.0.0.1 and ::1 on to the same ports of another address.
 * kube-proxy serves node ports on the node's address only, and people type http://localhost:<port>.
 */
import { connect, createServer, type Socket } from "node:net";

const [address = "", ...ports] = process.argv.slice(2);

for (const port of ports.map(Number)) {
  for (const host of ["127.0.0.1", "::1"]) listen(host, port);
}

function listen(host: string, port: number): void {
  // allowHalfOpen: a client that has sent its request and closed its side still waits for the answer.
  const server = createServer({ allowHalfOpen: true }, (client) => forward(client, port));
  server.on("error", (error: NodeJS.ErrnoException) => {
    console.error(`${host}:${port}: ${error.message}`);
    // A machine without IPv6 has no ::1; a port in use on 127.0.0.1 is worth ending for: the start then says so.
    if (host === "127.0.0.1") process.exit(1);
  });
  server.listen(port, host);
}

function forward(client: Socket, port: number): void {
  const target = connect({ host: address, port, allowHalfOpen: true });
  for (const [from, to] of [
    [client, target],
    [target, client],
  ] as const) {
    from.setNoDelay(true);
    from.pipe(to);
    // One side's failure ends both, and never the process.
    from.on("error", (error) => {
      console.error(`${new Date().toISOString()} ${port}: ${error.message}`);
      to.destroy();
    });
    from.on("close", () => {
      if (from.errored || !from.readableEnded) to.destroy();
    });
  }
}

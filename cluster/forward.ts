/**
 * `node forward.ts <address> <port>...`: hands TCP connections to 127.0.0.1 and ::1 on to the same ports of another address.
 * kube-proxy serves node ports on the node's address only, and people type http://localhost:<port>.
 */
import { randomInt } from "node:crypto";
import { connect, createServer, type Socket } from "node:net";

const [address = "", ...ports] = process.argv.slice(2);

for (const port of ports.map(Number)) {
  for (const host of ["127.0.0.1", "::1"]) listen(host, port);
}

function listen(host: string, port: number): void {
  // allowHalfOpen: a client that has sent its request and closed its side still waits for the answer.
  const server = createServer({ allowHalfOpen: true }, (client) => {
    // Before there is anybody to hand it on to.
    client.on("error", () => client.destroy());
    forward(client, port);
  });
  server.on("error", (error: NodeJS.ErrnoException) => {
    console.error(`${host}:${port}: ${error.message}`);
    // A machine without IPv6 has no ::1; a port in use on 127.0.0.1 is worth ending for: the start then says so.
    if (host === "127.0.0.1") process.exit(1);
  });
  server.listen(port, host);
}

/**
 * Asks again, from any other port, when the node refuses. After a moment without endpoints, or with those of pods that are gone, the
 * kernel remembers for two minutes where connections of the ports that asked then belong, although kube-proxy knows better by now;
 * and the ports that the kernel hands out repeat within that time.
 */
function forward(client: Socket, port: number, attempts = 3, localPort?: number): void {
  const target = connect({ host: address, port, allowHalfOpen: true, ...(localPort !== undefined && { localPort }) });
  const refused = (error: Error): void => {
    log(port, `${error.message}${attempts > 1 ? "; asking again" : ""}`);
    if (attempts > 1 && !client.destroyed) forward(client, port, attempts - 1, randomInt(32_768, 61_000));
    else client.destroy();
  };
  target.once("error", refused);
  target.once("connect", () => {
    target.off("error", refused);
    join(client, target, port);
    join(target, client, port);
    // Who gave up meanwhile says nothing any more.
    if (client.destroyed) target.destroy();
  });
}

function join(from: Socket, to: Socket, port: number): void {
  from.setNoDelay(true);
  from.pipe(to);
  // One side's failure ends both, and never the process.
  from.on("error", (error) => {
    log(port, error.message);
    to.destroy();
  });
  from.on("close", () => {
    if (from.errored || !from.readableEnded) to.destroy();
  });
}

function log(port: number, text: string): void {
  console.error(`${new Date().toISOString()} ${port}: ${text}`);
}

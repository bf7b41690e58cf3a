/**
 * `node forward.ts <address> <port>...`: forwards TCP connections from 127.0.0.1 and ::1 to the same ports of another address. kube-proxy
 * serves node ports on the node's address only, and people type http://localhost:<port>.
 */
import { randomInt } from "node:crypto";
import { connect, createServer, type Socket } from "node:net";

const [address = "", ...ports] = process.argv.slice(2);

for (const port of ports.map(Number)) {
  for (const host of ["127.0.0.1", "::1"]) listen(host, port);
}

function listen(host: string, port: number): void {
  // allowHalfOpen: a client that has closed its sending side still waits for the response.
  const server = createServer({ allowHalfOpen: true }, (client) => {
    // Before the target is connected.
    client.on("error", () => client.destroy());
    forward(client, port);
  });
  server.on("error", (error: NodeJS.ErrnoException) => {
    console.error(`${host}:${port}: ${error.message}`);
    // A machine without IPv6 has no ::1. A port in use on 127.0.0.1 is fatal, so that the start reports it.
    if (host === "127.0.0.1") process.exit(1);
  });
  server.listen(port, host);
}

/**
 * Retries from another source port when the node refuses. When a Service has no endpoints for a moment, or only those of deleted pods,
 * conntrack keeps the wrong destination of each source port for two minutes, although kube-proxy is up to date again; and the kernel
 * reuses its ephemeral ports within that time.
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
    // The client may have given up meanwhile, and then emits no further event.
    if (client.destroyed) target.destroy();
  });
}

function join(from: Socket, to: Socket, port: number): void {
  from.setNoDelay(true);
  from.pipe(to);
  // An error on one side closes both, and never ends the process.
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

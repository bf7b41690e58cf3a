/** trial.py against servers on loopback: what a pod says about each kind of server, good and bad. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer as createHttp } from "node:http";
import { createServer as createHttps } from "node:https";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { text } from "node:stream/consumers";
import { TLSSocket } from "node:tls";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Question } from "../../preflight/pods/questions.ts";
import { type Certificate, selfSigned } from "../support/certificates.ts";
import { pythonIsMissing, pythonProgram } from "../support/python.ts";

const script = fileURLToPath(new URL("../../preflight/pods/trial.py", import.meta.url));
const host = "127.0.0.1";
const servers: Server[] = [];
/** At a time: most of their time they wait for somebody who is silent. */
const asked = pythonIsMissing ? test.skip : test.concurrent;

let own: Certificate;
let stranger: Certificate;

beforeAll(async () => {
  [own, stranger] = await Promise.all([selfSigned(host), selfSigned("127.0.0.2")]);
});

afterAll(() => {
  for (const server of servers.splice(0)) server.close();
});

async function listening(server: Server): Promise<number> {
  servers.push(server);
  server.listen(0, host);
  await once(server, "listening");
  return (server.address() as AddressInfo).port;
}

type Asked = Partial<Question> & Pick<Question, "ask" | "port">;

/** What the program prints for one question, without patience for what is wrong. */
async function answer(question: Asked): Promise<readonly [ok: boolean, seen: string]> {
  const QUESTIONS = JSON.stringify([{ need: "it", host, ...question }]);
  const child = spawn(pythonProgram, [script], { env: { ...process.env, QUESTIONS, PATIENCE: "0" } });
  const { need, ok, seen } = JSON.parse(await text(child.stdout));
  expect(need).toBe("it");
  return [ok, seen];
}

/** Answers the first bytes with a line; goes over to TLS where there is a certificate, as PostgreSQL does after S. */
function said(line: string, certificate?: Certificate): Server {
  return createServer((socket: Socket) => {
    socket.on("error", () => {});
    socket.once("data", () => {
      socket.write(line);
      if (certificate !== undefined) upgraded(socket, certificate);
    });
  });
}

function upgraded(socket: Socket, { certificate, key }: Certificate): TLSSocket {
  const secure = new TLSSocket(socket, { isServer: true, cert: certificate, key });
  secure.on("error", () => {});
  return secure;
}

/** RFC 3207, as far as a client goes that only says hello. */
function mailServer(certificate: Certificate | undefined): Server {
  return createServer((socket) => {
    socket.on("error", () => {});
    socket.write("220 mail.example.org ESMTP\r\n");
    socket.on("data", (data) => {
      const [command = ""] = String(data).trim().toUpperCase().split(" ");
      if (command === "EHLO") {
        socket.write(`250-mail.example.org\r\n250 ${certificate === undefined ? "8BITMIME" : "STARTTLS"}\r\n`);
      } else if (command === "STARTTLS" && certificate !== undefined) {
        socket.removeAllListeners("data");
        socket.write("220 go on\r\n");
        upgraded(socket, certificate);
      } else socket.end("221 bye\r\n");
    });
  });
}

const http = (status: number, body = "") => createHttp((_, response) => response.writeHead(status).end(body));
const https = (status: number) =>
  createHttps({ cert: own.certificate, key: own.key }, (_, response) => response.writeHead(status).end());

asked("a name of this machine resolves, one of nobody's does not", async () => {
  expect(await answer({ ask: "resolve", host: "localhost", port: 1 })).toEqual([
    true,
    expect.stringMatching(/^localhost is .*127/),
  ]);
  expect(await answer({ ask: "resolve", host: "no.such.invalid", port: 1 })).toEqual([
    false,
    expect.stringMatching(/^gaierror: /),
  ]);
});

asked("silence is what a pod has that may send nothing, and nothing else", async () => {
  const port = await listening(said(""));
  expect(await answer({ ask: "silent", port })).toEqual([false, "a pod that may send nothing reaches another one"]);
  expect(await answer({ ask: "tcp", port })).toEqual([true, "answers"]);
  servers.splice(0)[0]?.close();
  expect(await answer({ ask: "silent", port })).toEqual([true, "a pod that may send nothing reaches nobody"]);
  expect(await answer({ ask: "tcp", port })).toEqual([false, "ConnectionRefusedError: [Errno 111] Connection refused"]);
});

asked("a PostgreSQL server is told from others, and held to its certificate as sslMode says", async () => {
  const asked = async (server: Server, tls?: Question["tls"], authorities?: string) =>
    await answer({ ask: "postgresql", port: await listening(server), tls, authorities });
  expect(await asked(said("N"))).toEqual([true, "answers"]);
  expect(await asked(said("N"), "require")).toEqual([false, "the server speaks no TLS"]);
  expect(await asked(said("H"))).toEqual([false, "what answers is no PostgreSQL"]);
  expect(await asked(said("S", stranger), "require")).toEqual([true, "answers"]);
  expect(await asked(said("S", own), "verify-full", own.certificate)).toEqual([true, "answers"]);
  expect(await asked(said("S", own), "verify-full")).toEqual([
    false,
    expect.stringMatching(/^SSLCertVerificationError: .*self.signed certificate/),
  ]);
  expect(await asked(said("S", stranger), "verify-full", stranger.certificate)).toEqual([
    false,
    expect.stringMatching(/^SSLCertVerificationError: .*IP address mismatch/),
  ]);
});

asked("a Redis server is one that answers a PING, with a refusal too", async () => {
  const asked = async (line: string) => await answer({ ask: "redis", port: await listening(said(line)) });
  expect(await asked("+PONG\r\n")).toEqual([true, "answers"]);
  expect(await asked("-NOAUTH Authentication required.\r\n")).toEqual([true, "answers"]);
  expect(await asked("HTTP/1.1 400 Bad Request\r\n")).toEqual([false, "what answers is no Redis"]);
});

asked("a store or a Solr is asked for what it has to have", async () => {
  const wrong = { 404: "the store has no such bucket" };
  const asked = async (server: Server, more: Partial<Question> = {}) =>
    await answer({ ask: "http", path: "/files", wrong, port: await listening(server), ...more });
  expect(await asked(http(403))).toEqual([true, "answers with 403"]);
  expect(await asked(http(404))).toEqual([false, "the store has no such bucket"]);
  const tls = "verify-full";
  expect(await asked(https(403), { tls, authorities: own.certificate })).toEqual([true, "answers with 403"]);
  expect(await asked(https(403), { tls })).toEqual([false, expect.stringMatching(/^SSLCertVerificationError/)]);
});

asked("a store or a Solr that is broken is none", async () => {
  for (const status of [500, 502, 503, 504]) {
    for (const says of [undefined, "uniqueKey"]) {
      const port = await listening(http(status, '{"uniqueKey":"index_id"}'));
      const more = says === undefined ? {} : { says };
      expect(await answer({ ask: "http", path: "/", wrong: {}, port, ...more })).toEqual([
        false,
        `answers with ${status}`,
      ]);
    }
  }
});

asked("a Solr says what only Solr does, or wants a login", async () => {
  const wrong = { 404: "it has no core ckan" };
  const asked = async (server: Server) =>
    await answer({ ask: "http", path: "/solr", wrong, says: "uniqueKey", port: await listening(server) });
  expect(await asked(http(200, '{"responseHeader":{"status":0},"uniqueKey":"index_id"}'))).toEqual([
    true,
    "answers with 200",
  ]);
  expect(await asked(http(401))).toEqual([true, "answers with 401, wants a login"]);
  expect(await asked(http(403, "<html>"))).toEqual([true, "answers with 403, wants a login"]);
  expect(await asked(http(404))).toEqual([false, "it has no core ckan"]);
  for (const [status, body] of [
    [200, "<html>Welcome to nginx!</html>"],
    [200, ""],
    [200, "[]"],
    [200, "null"],
    [200, '{"status":"green"}'],
    [302, ""],
    [400, '{"error":{}}'],
  ] as const) {
    expect([status, body, await asked(http(status, body))]).toEqual([
      status,
      body,
      [false, `answers with ${status}, and not with what was asked for (uniqueKey)`],
    ]);
  }
});

asked("what is slow keeps no other answer from being read", async () => {
  const slow = createServer(() => {});
  const questions = [
    { need: "slow", ask: "redis", host, port: await listening(slow) },
    { need: "fast", ask: "redis", host, port: await listening(said("+PONG\r\n")) },
  ];
  const child = spawn(pythonProgram, [script], {
    env: { ...process.env, QUESTIONS: JSON.stringify(questions), PATIENCE: "0" },
  });
  const [first] = (await text(child.stdout)).split("\n");
  expect(JSON.parse(first ?? "")).toEqual({ need: "fast", ok: true, seen: "answers" });
});

asked("a mail server encrypts where the site asks for it", async () => {
  const asked = async (certificate: Certificate | undefined, tls?: Question["tls"]) =>
    await answer({ ask: "smtp", port: await listening(mailServer(certificate)), tls, authorities: own.certificate });
  expect(await asked(undefined)).toEqual([true, "answers"]);
  expect(await asked(own, "verify-full")).toEqual([true, "answers, and encrypts"]);
  expect(await asked(undefined, "verify-full")).toEqual([
    false,
    "SMTPNotSupportedError: STARTTLS extension not supported by server.",
  ]);
  expect(await asked(stranger, "verify-full")).toEqual([false, expect.stringMatching(/^SSLCertVerificationError/)]);
});

/**
 * Plays the parts of Google's API that its real provider calls for a stack of ours: Cloud SQL, Cloud Storage, service accounts, projects.
 * Made from what Google documents and others report, each with its source. What it cannot prove: that Google does so.
 */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { Accounts } from "./accounts.ts";
import { Refusal, type Route } from "./calls.ts";
import { Servers } from "./servers.ts";
import type { GoogleState } from "./state.ts";
import { Storage } from "./storage.ts";

export interface PlayedGoogle {
  readonly url: string;
  readonly state: () => GoogleState;
  readonly stop: () => void;
}

/** `clusters` are the projects with a cluster whose pods have identities; `changed` is called after every answer. */
export async function playGoogle(
  clusters: readonly string[],
  changed: (state: GoogleState) => void = () => {},
): Promise<PlayedGoogle> {
  const accounts = new Accounts();
  const storage = new Storage(accounts);
  const servers = new Servers(accounts);
  for (const project of clusters) accounts.principals.addPool(project);
  const state = () => ({ ...accounts.state(), ...storage.state(), ...servers.state() });
  const routes = [...accounts.routes, ...storage.routes, ...servers.routes].map(withPattern);
  const server = createServer(async (request, response) => {
    await reply(routes, request, response);
    changed(state());
    response.end();
  });
  // A test that waited for the CLI cannot have seen that its connection was closed meanwhile.
  server.keepAliveTimeout = 0;
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, state, stop: () => void server.close().closeAllConnections() };
}

type PlayedRoute = Route & { readonly pattern: RegExp };

function withPattern(route: Route): PlayedRoute {
  return { ...route, pattern: new RegExp(`^${route.path.replace(/\{(\w+)\}/g, "(?<$1>[^/:]+)")}$`) };
}

/** All but the end, which comes when a test can see what was done. */
async function reply(
  routes: readonly PlayedRoute[],
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const send = (status: number, body: object) => {
    response.writeHead(status, { "content-type": "application/json" });
    response.write(JSON.stringify(body));
  };
  try {
    send(200, await answer(routes, request));
  } catch (error) {
    const refusal = error instanceof Refusal ? error : new Refusal(400, String(error), "badRequest");
    send(refusal.code, refusal.body());
  }
}

async function answer(routes: readonly PlayedRoute[], request: IncomingMessage): Promise<object> {
  const url = new URL(request.url ?? "/", "http://127.0.0.1");
  const sent = await text(request);
  const isJson = request.headers["content-type"]?.includes("json") === true && sent !== "";
  for (const { method, pattern, answer } of routes) {
    const match = method === request.method ? pattern.exec(url.pathname) : null;
    if (match === null) continue;
    return answer({ names: { ...match.groups }, query: url.searchParams, body: isJson ? JSON.parse(sent) : {} });
  }
  // Not as Google would: a test must see that something is missing here.
  throw new Refusal(501, `${request.method} ${url.pathname} is not played`, "notImplemented");
}

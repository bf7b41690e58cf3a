/**
 * uwsgi.ini: how CKAN is served behind nginx.
 *
 * Each process answers one request at a time. uWSGI keeps one deadline per process, so with threads the end of one request would
 * clear or move the deadlines of the others (unbit/uwsgi#2706, #2580). CKAN is loaded once and then forked, so that the processes
 * share memory. wsgi.py closes every connection before the fork, so that each process opens its own.
 */
import { waitingRequests } from "./limits.ts";

/** Folder of the entry point and its imports. */
export const serverFolder = "/etc/ckan-web";

/** Folder with CKAN's socket, which nginx and CKAN share. */
export const socketFolder = "/run/ckan";
export const socketPath = `${socketFolder}/web.sock`;

export interface ServerOptions {
  /** How many requests CKAN answers at a time. */
  readonly processes: number;
  /** Seconds for which CKAN may be silent before its process is ended. */
  readonly answerSeconds: number;
  /** Bytes of memory for all processes together. */
  readonly memory: number;
  /** Seconds for which anonymous visitors share pages of datasets and answers of the API's searches; 0: never. */
  readonly cacheSeconds: number;
  /** Seconds for which caches in front of the site may keep those pages. @default 0: not at all */
  readonly edgeCacheSeconds?: number | undefined;
}

/** Resident megabytes, measured at rest: what a process shares with its parent, and what the parent does not share. */
const shared = 120;
const parent = 80;
/** A process at rest has 190. A lower limit could restart it at every request. */
const leastMegabytes = 256;

/** Megabytes at which a process is restarted: all processes at this size fit into the container's memory, with some to spare. */
function mostMegabytes({ memory, processes }: Pick<ServerOptions, "memory" | "processes">): number {
  const each = ((memory / 2 ** 20) * 0.85 - parent) / processes;
  return Math.max(leastMegabytes, Math.floor(shared + each));
}

/** The text of uwsgi.ini. */
export function renderUwsgi(options: ServerOptions): string {
  const { processes, answerSeconds, cacheSeconds, edgeCacheSeconds = 0 } = options;
  return `[uwsgi]
strict = true
http-socket = ${socketPath}
chmod-socket = 660
# More than nginx counts at a time, so that it is nginx who refuses, by kind; the kernel's own limit for a pod is as high.
listen = ${waitingRequests}
wsgi-file = ${serverFolder}/wsgi.py
callable = application
master = true
processes = ${processes}
need-app = true
# SIGTERM lets running requests end; uWSGI's own meaning of it is "reload".
hook-master-start = unix_signal:15 gracefully_kill_them_all
worker-reload-mercy = ${answerSeconds}
# wsgi.py sets each request's deadline, and moves it while an answer flows: uWSGI's own "harakiri" counts the whole answer.
env = ANSWER_SECONDS=${answerSeconds}
# nginx may read slowly once its own buffers are full; uWSGI gives up after 4 seconds by default.
socket-timeout = ${answerSeconds}
# CKAN's search pages make long query strings; nginx takes up to four times 16k for the line and all headers.
buffer-size = 65535
# Each process starts anew now and then, and not all at the same time.
max-requests = 5000
max-requests-delta = 500
# A large answer leaves its process large: Python gives little back. Otherwise the kernel would kill one, with its request.
reload-on-rss = ${mostMegabytes(options)}
# uWSGI reserves memory for every file descriptor it might use; container engines hand out a million of them.
max-fd = 4096
vacuum = true
# nginx writes the access log.
disable-logging = true
${sharedAnswers(cacheSeconds, edgeCacheSeconds)}`;
}

function sharedAnswers(seconds: number, edgeSeconds: number): string {
  if (seconds === 0) return "";
  const edge = edgeSeconds === 0 ? "" : `env = EDGE_CACHE_SECONDS=${edgeSeconds}\n`;
  return `# Which answers strangers share says wsgi.py; nginx keeps them.\nenv = SHARED_ANSWERS_SECONDS=${seconds}\n${edge}`;
}

/** uwsgi.ini: how CKAN's web pods serve. */
import { longestRequest } from "./uploads.ts";

/** Port that uWSGI listens on. */
export const webPort = 5000;

/** A path that uWSGI answers itself, through a worker but without CKAN: liveness must not depend on the database. */
export const livenessPath = "/_live";

/** After so many seconds uWSGI ends a request that CKAN has not answered. */
export const longestAnswerSeconds = 60;

export interface ServerOptions {
  readonly processes: number;
  readonly threads: number;
  /** Largest resource that may be uploaded. */
  readonly maximumUploadMegabytes: number;
  /** Seconds for which strangers share pages of datasets and answers of the API's searches; 0: never. */
  readonly cacheSeconds: number;
  /** Seconds for which caches in front of the site may keep those pages. @default 0: not at all */
  readonly edgeCacheSeconds?: number | undefined;
  /** Folder that holds the entry point. */
  readonly folder: string;
  /** The file with Python's function `application`. @default wsgi.py */
  readonly entryPoint?: "wsgi.py" | "maintenance.py";
  /** Files that the site hands on from a store no browser reaches: requests below `/<bucket>/` go to `host:port`. */
  readonly store?: { readonly bucket: string; readonly host: string; readonly port: number } | undefined;
}

/** The text of uwsgi.ini. */
export function renderUwsgi(options: ServerOptions): string {
  const {
    processes,
    threads,
    maximumUploadMegabytes,
    cacheSeconds,
    edgeCacheSeconds = 0,
    folder,
    entryPoint = "wsgi.py",
    store,
  } = options;
  return `[uwsgi]
strict = true
http-socket = 0.0.0.0:${webPort}
wsgi-file = ${folder}/${entryPoint}
callable = application
master = true
processes = ${processes}
threads = ${threads}
# CKAN opens its database pool when it loads: each process needs its own.
lazy-apps = true
need-app = true
# SIGTERM lets running requests end; uWSGI's own meaning of it is "reload".
hook-master-start = unix_signal:15 gracefully_kill_them_all
worker-reload-mercy = 50
harakiri = ${longestAnswerSeconds}
harakiri-verbose = true
# CKAN's search pages make long query strings; 4096, the default, answers them with an error.
buffer-size = 32768
# Larger bodies go to a file first: the time of a slow upload is the sender's, not that of the request.
post-buffering = 65536
limit-post = ${longestRequest(maximumUploadMegabytes)}
max-requests = 5000
# uWSGI reserves memory for every file descriptor it might use; container engines hand out a million of them.
max-fd = 4096
vacuum = true
log-x-forwarded-for = true
# Without the query: it may hold the signature of a link, and what people search for.
log-format = %(addr) %(method) %(var.PATH_INFO) %(status) %(rsize) bytes %(msecs) ms
# uWSGI closes after each answer; a client that is not told sends its next request into a closing connection now and then.
add-header = Connection: close
${sharedAnswers(cacheSeconds, edgeCacheSeconds)}${routes(store)}`;
}

function sharedAnswers(seconds: number, edgeSeconds: number): string {
  if (seconds === 0) return "";
  // Without lazy_expire: with it, uWSGI 2.0.31 finds nothing that was kept for a time.
  return `# Answers that strangers share (wsgi.py): in memory, the oldest give way. Larger answers than a block are not kept.
env = SHARED_ANSWERS_SECONDS=${seconds}
cache2 = name=answers,items=256,blocksize=131072,keysize=64,purge_lru=1
${edgeSeconds === 0 ? "" : `env = EDGE_CACHE_SECONDS=${edgeSeconds}\n`}`;
}

function routes(store: ServerOptions["store"]): string {
  const live = `route = ^${livenessPath}$ break:204 No Content\n`;
  if (store === undefined) return live;
  return `${live}# Links that s3filestore signed for the store's own name: passed on in a thread of their own, so that a slow reader holds no
# worker. The store checks the signature; nothing but reading is passed on.
offload-threads = 2
route = ^/${store.bucket}/ goto:store
route-run = last:
route-label = store
route-if-not = regexp:\${REQUEST_METHOD};^(GET|HEAD)$ break:405 Method Not Allowed
# uWSGI connects to addresses only: wsgi.py finds the one behind the name.
route-run = rpcvar:STORE_ADDRESS store_address ${store.host} ${store.port}
route-if = empty:\${STORE_ADDRESS} break:502 Bad Gateway
route-run = http:\${STORE_ADDRESS},${store.host}:${store.port}
`;
}

/**
 * A web pod: nginx, and CKAN beside it.
 *
 * CKAN is the sidecar although it does the work: sidecars end after the main container, so CKAN still answers the requests that
 * nginx receives while the pod terminates.
 */
import type { Input } from "@pulumi/pulumi";
import { scripts } from "../../ckan/scripts.ts";
import { storagePath } from "../../ckan/settings.ts";
import { ckanPod } from "../configuration/ckan-pod.ts";
import type { Identity } from "../kubernetes/labels.ts";
import {
  configMapMount,
  type Mount,
  type PodArgs,
  type Resources,
  type SidecarArgs,
  scratchMount,
} from "../kubernetes/pod.ts";
import { exec, http, probes, sidecarProbes } from "../kubernetes/probes.ts";
import type { CkanRuntime, ObjectStore } from "../site/endpoints.ts";
import { livenessPath, proxyFolder, readinessPath, startedPath, webPort } from "./options.ts";
import { renderUwsgi, type ServerOptions, serverFolder, socketFolder, socketPath } from "./uwsgi.conf.ts";

/** Seconds a start of CKAN may take. */
export const startSeconds = 180;

/** Seconds for which a slow upload may go on in a terminating pod. */
const uploadSeconds = 300;

/** Termination grace period in seconds: nginx drains and finishes its transfers, then CKAN finishes its last answer. */
export function graceSeconds(drainSeconds: number, answerSeconds: number): number {
  return drainSeconds + uploadSeconds + answerSeconds;
}

export interface WebPodArgs {
  readonly runtime: CkanRuntime;
  readonly identity: Identity;
  readonly nginx: { readonly image: string; readonly resources: Resources };
  readonly resources: Resources;
  readonly answerSeconds: number;
  readonly drainSeconds: number;
  readonly store?: ObjectStore | undefined;
  /** ConfigMaps with the files of nginx and of CKAN's server. A closed site has no server. */
  readonly files: { readonly proxy: Input<string>; readonly server?: Input<string> | undefined };
  /** A volume for uploads. @default an emptyDir */
  readonly storage?: Mount | undefined;
}

/** The pod with both containers; the caller adds scheduling and the service account. */
export function webPod(args: WebPodArgs): PodArgs {
  const { identity, runtime, nginx, answerSeconds, drainSeconds, files } = args;
  const { clientLabels } = ckanPod(runtime, identity);
  const open = files.server !== undefined;
  const storage = args.storage ?? scratchMount("storage", storagePath);
  return {
    identity,
    name: "nginx",
    image: nginx.image,
    command: ["nginx", "-c", `${proxyFolder}/nginx.conf`, "-e", "stderr", "-g", "daemon off;"],
    ports: { http: webPort },
    probes: probes({
      ready: http(open ? readinessPath : livenessPath, webPort),
      alive: http(livenessPath, webPort),
      started: http(open ? startedPath : livenessPath, webPort),
      startSeconds,
      startPeriodSeconds: 1,
      // Under load, probes wait for a free process. A busy pod that leaves the Service only moves its load to the next one, and
      // when the last one leaves, a slow site becomes an unreachable one.
      patienceSeconds: 15,
    }),
    resources: nginx.resources,
    mounts: [
      configMapMount("proxy", proxyFolder, files.proxy),
      ...(open ? [socket, { ...storage, readOnly: true }] : []),
    ],
    sidecars: [ckan(args, storage)],
    mainContainer: identity.component,
    clientLabels: clientLabels ?? {},
    drainSeconds,
    terminationGracePeriodSeconds: graceSeconds(drainSeconds, answerSeconds),
  };
}

const socket: Mount = { name: "socket", path: socketFolder, source: { emptyDir: { sizeLimit: "1Mi" } } };

/** The container of CKAN: the server, or on a closed site an idle process, so that people can still run `ckan` in it. */
function ckan(args: WebPodArgs, storage: Mount): SidecarArgs {
  const { image, environment = [], mounts = [] } = ckanPod(args.runtime, args.identity, storage);
  const { identity, resources, files } = args;
  const container = { name: identity.component, image, environment, mounts, resources };
  return files.server === undefined
    ? { ...container, command: idle }
    : { ...container, ...server(container, args.store, files.server) };
}

/** PID 1 ignores SIGTERM unless it has a handler. */
const idle = ["sh", "-c", "trap 'exit 0' TERM; sleep infinity & wait"];

type Container = Required<Pick<SidecarArgs, "environment" | "mounts">>;

function server(
  { environment, mounts }: Container,
  store: ObjectStore | undefined,
  files: Input<string>,
): Partial<SidecarArgs> {
  const endpoint =
    store === undefined || store.reachableByBrowsers
      ? []
      : [{ name: "STORE_ENDPOINT", value: `${store.protocol}://${store.host}:${store.port}` }];
  return {
    command: ["uwsgi", "--ini", `${serverFolder}/uwsgi.ini`],
    environment: [...environment, ...endpoint],
    probes: sidecarProbes({
      alive: exec("python3", "-I", "-S", `${serverFolder}/web_alive.py`, socketPath),
      startSeconds,
      // This probe waits for a free process, too.
      patienceSeconds: 15,
    }),
    mounts: [...mounts, socket, configMapMount("server", serverFolder, files)],
  };
}

/** The files of CKAN's server. */
export function serverFiles(options: ServerOptions): Readonly<Record<string, string>> {
  const names = [
    "wsgi.py",
    "downloads.py",
    "serving.py",
    "static_files.py",
    "strangers.py",
    "repeated_work.py",
    "solr_patch.py",
    "s3filestore_patches.py",
    "uploaded_files.py",
    "web_alive.py",
  ];
  return {
    "uwsgi.ini": renderUwsgi(options),
    ...Object.fromEntries(names.map((name) => [name, scripts[name as keyof typeof scripts]])),
  };
}

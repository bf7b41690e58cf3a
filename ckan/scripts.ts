/** The Python files that run inside CKAN's image. They are mounted, so that any image with CKAN and uWSGI in it will do. */
import { readFileSync } from "node:fs";

function script(name: string): string {
  return readFileSync(new URL(`./scripts/${name}`, import.meta.url), "utf8");
}

/** Patches of upstream packages, applied at run time. */
function patch(name: string): string {
  return readFileSync(new URL(`./patches/${name}`, import.meta.url), "utf8");
}

/** The bootstrap, and what it imports. */
export const bootstrapScripts = {
  "bootstrap.py": script("bootstrap.py"),
  "databases.py": script("databases.py"),
  "search_index.py": script("search_index.py"),
  "steps.py": script("steps.py"),
} as const;

export const scripts = {
  /** WSGI entry point for uWSGI, and what it imports. */
  "wsgi.py": script("wsgi.py"),
  "downloads.py": script("downloads.py"),
  "serving.py": script("serving.py"),
  "static_files.py": script("static_files.py"),
  "strangers.py": script("strangers.py"),
  "repeated_work.py": patch("repeated_work.py"),
  "solr_patch.py": patch("solr.py"),
  "s3filestore_patches.py": patch("s3filestore.py"),
  "uploaded_files.py": patch("uploaded_files.py"),
  /** Probe: whether CKAN's server answers. */
  "web_alive.py": script("web_alive.py"),
  ...bootstrapScripts,
  /** Runs a worker. */
  "worker.py": script("worker.py"),
  /** Probe: whether the worker of this pod still reports to its queue. */
  "worker_alive.py": script("worker_alive.py"),
  /** Finds loads that were lost with their worker, and submits them again. */
  "resubmit.py": script("resubmit.py"),
} as const;

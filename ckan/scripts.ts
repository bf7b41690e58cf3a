/** The Python files that run inside CKAN's image. They are mounted, so that any image with CKAN in it will do. */
import { readFileSync } from "node:fs";

function script(name: string): string {
  return readFileSync(new URL(`./scripts/${name}`, import.meta.url), "utf8");
}

export const scripts = {
  /** WSGI entry point for uWSGI. */
  "wsgi.py": script("wsgi.py"),
  /** Stands in for it while the site is closed. */
  "maintenance.py": script("maintenance.py"),
  /** What must happen once per release. */
  "bootstrap.py": script("bootstrap.py"),
  /** Whether the worker of this pod still reports to its queue. */
  "worker_alive.py": script("worker_alive.py"),
  /** Finds loads that were lost with their worker, and submits them again. */
  "resubmit.py": script("resubmit.py"),
} as const;

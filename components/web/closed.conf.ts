/** nginx.conf of a closed site: nginx itself answers every request with 503, so CKAN and its servers need not run. */
import { nginxText } from "./nginx.conf.ts";
import { livenessPath, proxyFolder, readinessPath, webPort } from "./options.ts";
import { apiPaths } from "./paths.ts";

/** The notice on a closed site. */
export interface Maintenance {
  /** Title of the site. */
  readonly title: string;
  /** Plain text. */
  readonly message: string;
  /** Seconds after which programs may ask again. */
  readonly retryAfterSeconds: number;
}

/** The files of the proxy's folder. */
export function closedFiles(notice: Maintenance): Readonly<Record<string, string>> {
  return { "nginx.conf": closedNginx(notice), "closed.html": page(notice), "closed.json": answer(notice) };
}

function closedNginx({ retryAfterSeconds }: Maintenance): string {
  const file = (name: string) => `  location = /${name} {
    internal;
    root ${proxyFolder};
    charset utf-8;
    add_header Retry-After ${retryAfterSeconds} always;
    add_header Cache-Control no-store always;
    add_header X-Request-ID $request_id always;
  }
`;
  return nginxText([
    `server {
  listen ${webPort} backlog=4096;
  # Nobody receives the body of a request, so that none is too large to be told why.
  client_max_body_size 0;
  location = ${livenessPath} {
    access_log off;
    return 204;
  }
  # A load balancer asks here whether the pod may have visitors: the notice is for them. Google's takes no 204 for healthy.
  location = ${readinessPath} {
    access_log off;
    return 200;
  }
  location / {
    error_page 503 /closed.html;
    return 503;
  }
  # The API, also with a language in front.
  location ~ "${apiPaths}" {
    error_page 503 /closed.json;
    return 503;
  }
${file("closed.html")}${file("closed.json")}}
`,
  ]);
}

function page({ title, message }: Maintenance): string {
  return `<!doctype html>
<html><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${escapeHtml(title)}</title></head>
<body style="max-width: 40em; margin: 15vh auto; padding: 0 1em; font-family: sans-serif">
<h1>${escapeHtml(title)}</h1><p>${escapeHtml(message)}</p></body></html>
`;
}

/** The notice in the form of an error of CKAN's API. */
function answer({ message }: Maintenance): string {
  return `${JSON.stringify({ success: false, error: { __type: "Maintenance", message } })}\n`;
}

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#x27;",
};

function escapeHtml(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => entities[character] ?? character);
}

/** The helper that other tests run nginx by. */
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { type RunningNginx, startNginx, testConfiguration } from "./nginx.ts";

const main = `worker_processes 1;
pid /tmp/nginx.pid;
error_log stderr notice;
events {}
`;

const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
  .map((name) => `${name}_temp_path /tmp/${name};\n`)
  .join("");

function configuration(server: string): string {
  return `${main}http {
include /etc/nginx/mime.types;
access_log /dev/stdout;
${temporary}
upstream ckan { server unix:/run/ckan/web.sock; }
server {
  listen 5000 backlog=4096;
  ${server}
}
}
`;
}

describe("testConfiguration", () => {
  test("has nothing to say against a good configuration", async () => {
    const { code, output } = await testConfiguration(configuration("location / { proxy_pass http://ckan; }"));
    expect(code, output).toBe(0);
    expect(output).toContain("the configuration file /etc/ckan-nginx/nginx.conf syntax is ok");
    expect(output).not.toContain("[warn]");
  });

  test("quotes nginx, with the pod's paths, when one is bad", async () => {
    const { code, output } = await testConfiguration(configuration("proxy_pas http://ckan;"));
    expect(code).toBe(1);
    expect(output).toContain('unknown directive "proxy_pas" in /etc/ckan-nginx/nginx.conf:17');
  });

  test("notices what a pod's user may not write, whoever runs the tests", async () => {
    const text = configuration("").replace("/tmp/nginx.pid", "/run/nginx.pid");
    const { code, output } = await testConfiguration(text);
    expect(code).toBe(1);
    expect(output).toContain('open() "/run/nginx.pid" failed (13: Permission denied)');
  });

  test("notices the modules that Debian's nginx has not", async () => {
    const { code, output } = await testConfiguration(configuration("more_set_headers 'Server: none';"));
    expect(code).toBe(1);
    expect(output).toContain("more_set_headers");
  });
});

describe("startNginx", () => {
  let nginx: RunningNginx | undefined;

  afterEach(async () => {
    await nginx?.stop();
    nginx = undefined;
  });

  test("answers on loopback, and logs", async () => {
    nginx = await startNginx(configuration('location / { return 200 "here\\n"; }'));
    const answer = await fetch(`${nginx.url}/anything?q=1`);
    expect(await answer.text()).toBe("here\n");
    expect(nginx.url).toBe(`http://127.0.0.1:${nginx.ports[5000]}`);
    // The line is written after the answer.
    await expect.poll(() => nginx?.log()).toContain('"GET /anything?q=1 HTTP/1.1" 200');
  });

  test("passes requests on to a socket of the pod, and serves its files with their types", async () => {
    const folder = mkdtempSync(join(tmpdir(), "pod-"));
    mkdirSync(join(folder, "run/ckan"), { recursive: true });
    mkdirSync(join(folder, "var/lib/ckan/public"), { recursive: true });
    writeFileSync(join(folder, "var/lib/ckan/public/site.css"), "a {}");
    const ckan = createServer((_, response) => response.end("CKAN")).listen(join(folder, "run/ckan/web.sock"));
    try {
      const locations = "location / { proxy_pass http://ckan; } location = /site.css { root /var/lib/ckan/public; }";
      nginx = await startNginx(configuration(locations), { folder });
      expect(await (await fetch(`${nginx.url}/dataset`)).text()).toBe("CKAN");
      const css = await fetch(`${nginx.url}/site.css`);
      expect([css.status, css.headers.get("content-type")]).toEqual([200, "text/css"]);
    } finally {
      ckan.close();
      await nginx?.stop();
      nginx = undefined;
      rmSync(folder, { recursive: true });
    }
  });

  test("has every port, and only the paths that are meant", async () => {
    const text = configuration('location /tmp { return 200 "$request_uri"; }').replace(
      "listen 5000 backlog=4096;",
      "listen 5000; listen 0.0.0.0:9113;",
    );
    nginx = await startNginx(text);
    expect(Object.keys(nginx.ports)).toEqual(["5000", "9113"]);
    expect((await fetch(`http://127.0.0.1:${nginx.ports[9113]}/tmp`)).status).toBe(404);
  });

  test("fails with nginx's own words when it does not start", async () => {
    await expect(startNginx(configuration("root;"))).rejects.toThrow(/nginx ended with 1: .*"root" directive/);
  });

  test("at SIGQUIT lets a request come to its end", async () => {
    nginx = await startNginx(configuration("location / { proxy_pass http://ckan; }"));
    const ckan = createServer((_, response) => setTimeout(() => response.end("late"), 300));
    const asked = once(ckan, "request");
    ckan.listen(join(nginx.folder, "run/ckan/web.sock"));
    try {
      const request = fetch(nginx.url).then((response) => response.text());
      await asked;
      await nginx.stop("SIGQUIT");
      expect(await request).toBe("late");
    } finally {
      ckan.close();
    }
  });
});

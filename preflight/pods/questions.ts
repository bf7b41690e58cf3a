/** External endpoints that a site's pods must reach before anything is created, and how each is checked. */
import type { Instance } from "../../components/site/settings.ts";
import { notKnown, type Row } from "../row.ts";

/** One check of trial.py, by the name of its function. */
export interface Question {
  /** First column of the row. */
  readonly need: string;
  readonly ask: "resolve" | "tcp" | "silent" | "postgresql" | "redis" | "http" | "smtp";
  readonly host: string;
  readonly port: number;
  /** How the server's certificate is verified: not at all, by its CA, by CA and host name. @default no TLS */
  readonly tls?: "require" | "verify-ca" | "verify-full" | undefined;
  /** CA certificates (PEM). @default those of the image */
  readonly authorities?: string | undefined;
  /** For http: the path, and the meaning of each status that is an error. */
  readonly path?: string;
  readonly wrong?: Readonly<Record<number, string>>;
  /** For http: a key that the JSON response must have. @default any response */
  readonly says?: string;
  readonly remedy: string;
}

/** Every cluster has this name, so it shows whether DNS works at all. */
export function nameQuestion(instance: string): Question {
  return {
    need: `names resolve for pods of ${instance}, under its network policies`,
    ask: "resolve",
    host: "kubernetes.default.svc",
    port: 443,
    remedy: "look for the resolver in /etc/resolv.conf of any pod, and name it in ckan:cluster.dnsResolvers",
  };
}

/** Servers that exist before the stack. Those that it creates itself cannot answer yet. */
export function serverQuestions(name: string, instance: Instance): readonly Question[] {
  const authorities = instance.caBundle;
  const of = (part: string) => ({ authorities, remedy: remedyFor(`${name}.${part}`) });
  return [
    ...database(instance.database, of("database")),
    ...search(instance.search, of("search")),
    ...queue(instance.queue, of("queue")),
    ...files(instance.files, of("files")),
    ...mail(instance.mail, of("mail")),
    ...proxy(instance.proxy, of("proxy")),
  ];
}

function remedyFor(part: string): string {
  return `look at instances.${part}: host and port, its networks (the policies let pods go there only), caBundle, and the server's firewall`;
}

type Common = Pick<Question, "authorities" | "remedy">;

function database(database: Instance["database"], common: Common): readonly Question[] {
  if (database.kind !== "external") return [];
  const { host, port, sslMode } = database;
  const tls = sslMode === "disable" ? undefined : sslMode;
  return [{ need: `PostgreSQL ${host}:${port}`, ask: "postgresql", host, port, tls, ...common }];
}

function search(search: Instance["search"], common: Common): readonly Question[] {
  if (search.kind !== "external") return [];
  const { host, port, core, tls } = search;
  return [
    {
      need: `Solr ${host}:${port}, core ${core}`,
      ask: "http",
      host,
      port,
      tls: tls ? "verify-full" : undefined,
      path: `/solr/${core}/schema/uniquekey`,
      wrong: { 404: `it has no core ${core}` },
      says: "uniqueKey",
      ...common,
    },
  ];
}

function queue(queue: Instance["queue"], common: Common): readonly Question[] {
  if (queue.kind !== "external") return [];
  const { host, port, tls } = queue;
  return [
    { need: `Redis ${host}:${port}`, ask: "redis", host, port, tls: tls === "disable" ? undefined : tls, ...common },
  ];
}

function files(files: Instance["files"], common: Common): readonly Question[] {
  switch (files.kind) {
    case "s3": {
      const { protocol, hostname, port, host } = new URL(files.endpoint);
      const tls = protocol === "https:";
      return [
        {
          need: `bucket ${files.bucket} at ${host}`,
          ask: "http",
          host: hostname,
          port: port === "" ? (tls ? 443 : 80) : Number(port),
          tls: tls ? "verify-full" : undefined,
          path: `/${files.bucket}`,
          // Without a key, any status but this one means that the store knows the bucket or does not say.
          wrong: { 404: "the store has no such bucket" },
          ...common,
        },
      ];
    }
    case "gcs": {
      const host = "storage.googleapis.com";
      const need = `Google's store ${host}:443`;
      return [{ need, ask: "http", host, port: 443, tls: "verify-full", path: "/", wrong: {}, ...common }];
    }
    default:
      return [];
  }
}

function mail(mail: Instance["mail"], common: Common): readonly Question[] {
  if (mail === undefined) return [];
  const { host, port, startTls } = mail;
  return [
    {
      need: `mail server ${host}:${port}`,
      ask: "smtp",
      host,
      port,
      tls: startTls ? "verify-full" : undefined,
      ...common,
    },
  ];
}

function proxy(proxy: Instance["proxy"], common: Common): readonly Question[] {
  const urls = new Set([proxy?.http, proxy?.https].filter((url) => url !== undefined));
  return [...urls].map((url) => {
    const { protocol, hostname, port, host } = new URL(url);
    const number = port === "" ? (protocol === "https:" ? 443 : 80) : Number(port);
    return { need: `proxy ${host}`, ask: "tcp", host: hostname, port: number, ...common };
  });
}

/** What no pod of a trial checks: one row per site that uses it. */
export function unasked(instances: Readonly<Record<string, Instance>>): readonly Row[] {
  return Object.entries(instances)
    .filter(([, { outgoing = [] }]) => outgoing.length > 0)
    .map(([name]) =>
      notKnown(
        `servers that ${name} reaches by outgoing`,
        "not asked: the stack file names their networks and ports, no servers",
        "see whether they let the cluster's addresses in",
      ),
    );
}

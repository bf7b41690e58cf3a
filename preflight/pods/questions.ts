/** What the pods of a site have to reach outside the cluster before anything is made, and how each is asked. */
import type { Instance } from "../../components/site/settings.ts";
import { notKnown, type Row } from "../row.ts";

/** One question to trial.py, by its function there. */
export interface Question {
  /** The row's first column. */
  readonly need: string;
  readonly ask: "resolve" | "tcp" | "silent" | "postgresql" | "redis" | "http" | "smtp";
  readonly host: string;
  readonly port: number;
  /** What of TLS is held against the server: nothing, its authority, its authority and its name. @default no TLS */
  readonly tls?: "require" | "verify-ca" | "verify-full" | undefined;
  /** Certificates (PEM) of the authorities. @default the image's list */
  readonly authorities?: string | undefined;
  /** For http: what is asked for, and what each answer means that is no good. */
  readonly path?: string;
  readonly wrong?: Readonly<Record<number, string>>;
  /** For http: a member that the answer has, an object of JSON. @default the answer may be anything */
  readonly says?: string;
  readonly remedy: string;
}

/** Every cluster has this name, so that it shows whether names resolve at all. */
export function nameQuestion(instance: string): Question {
  return {
    need: `names resolve for pods of ${instance}, under its network policies`,
    ask: "resolve",
    host: "kubernetes.default.svc",
    port: 443,
    remedy: "look for the resolver in /etc/resolv.conf of any pod, and name it in ckan:cluster.dnsResolvers",
  };
}

/** Servers that exist before the stack does. Those that it makes itself cannot answer yet. */
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
          // Without a key everything but this means that the store knows the bucket, or does not say.
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

/** What no pod of a trial asks: a row for each site that has something of it. */
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

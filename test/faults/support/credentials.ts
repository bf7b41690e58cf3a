/** Tries credentials where they count: at the servers, over the network and from a pod that may reach them, and at the site. */
import { createHmac } from "node:crypto";
import { apiToken } from "../../../ckan/api-token.ts";
import { deriveSecret } from "../../../components/site/credentials.ts";
import { Purpose } from "../../../components/site/purposes.ts";
import { kubectl, succeed } from "../../e2e/support/commands.ts";
import { Client, newSession, type SiteOutput } from "../../e2e/support/site.ts";
import { rootSecret } from "./stack.ts";

/** DataPusher has none in the dev stack, whose loads are XLoader's. */
export type Tried = Exclude<Purpose, typeof Purpose.DataPusher>;
export const tried = Object.values(Purpose).filter((purpose) => purpose !== Purpose.DataPusher);

export const accepted = "accepted";

export interface Trial {
  /** Says `accepted`, or why not. */
  readonly ask: (credential: string) => Promise<string> | string;
  /** Why not, when the credential is wrong. */
  readonly refusal: string;
}

/** Somebody with an account, who is logged in and has a token. */
export interface Person {
  readonly name: string;
  readonly session: string;
  readonly token: string;
}

/** What the program derives for the site. */
export function derived(purpose: Purpose, generation: number, root = rootSecret): string {
  return deriveSecret(root, "opendata", purpose, generation);
}

/** How the credential of each purpose is tried. `signature` is the key of API tokens in use. */
export function trials(site: SiteOutput, person: Person, signature: () => string): Readonly<Record<Tried, Trial>> {
  const { url, adminName } = site;
  return {
    "database-administrator": database(site, "postgres", "postgres"),
    database: database(site, "ckan_opendata", "ckan_opendata"),
    "datastore-reader": database(site, "reader_opendata", "datastore_opendata"),
    queue: {
      ask: (password) => inWebPod(site, logInToQueue, { password }),
      refusal: "invalid username-password pair or user is disabled.",
    },
    "files-administrator": store(site, "root", "list_buckets", {}),
    files: store(site, "opendata-files", "list_objects_v2", { Bucket: "opendata-files" }),
    session: { ask: (key) => askWithSession(url, resigned(person.session, key)), refusal: "answer 302" },
    "api-tokens": {
      ask: (key) => askWithToken(url, person.name, apiToken(tokenId(person.token), key)),
      refusal: "answer 403",
    },
    xloader: { ask: (id) => askWithToken(url, adminName, apiToken(id, signature())), refusal: "answer 403" },
    administrator: {
      ask: (password) =>
        newSession(url, adminName, password).then(
          () => accepted,
          ({ message }: Error) => message,
        ),
      // The form again.
      refusal: "login answered 200",
    },
  };
}

/** The page of one's own activities leads everybody else to the login. */
export async function askWithSession(url: string, session: string): Promise<string> {
  const { status } = await fetch(`${url}/dashboard/datasets`, { headers: { cookie: session }, redirect: "manual" });
  return status === 200 ? accepted : `answer ${status}`;
}

/** A list that only its owner may see. */
export async function askWithToken(url: string, user: string, token: string): Promise<string> {
  const { status } = await new Client(url, token).try("api_token_list", { user_id: user });
  return status === 200 ? accepted : `answer ${status}`;
}

function database(site: SiteOutput, user: string, name: string): Trial {
  return {
    ask: (password) => inWebPod(site, logInToDatabase, { dbname: name, user, password }),
    refusal: `FATAL:  password authentication failed for user "${user}"`,
  };
}

function store(site: SiteOutput, key: string, action: string, input: object): Trial {
  return {
    ask: (secret) => inWebPod(site, askStore, { key, secret, action, input }),
    refusal: "SignatureDoesNotMatch",
  };
}

const logInToDatabase = `
import psycopg2
try:
    psycopg2.connect(host="opendata-database", connect_timeout=10, **given).close()
    print("accepted")
except psycopg2.OperationalError as error:
    print(str(error).split("failed: ", 1)[1])
`;

const logInToQueue = `
import redis
try:
    redis.Redis(host="opendata-queue", password=given["password"], socket_timeout=10).ping()
    print("accepted")
except redis.AuthenticationError as error:
    print(error)
`;

const askStore = `
import boto3
from botocore.exceptions import ClientError
client = boto3.client(
    "s3", endpoint_url="http://opendata-files:9000", region_name="us-east-1",
    aws_access_key_id=given["key"], aws_secret_access_key=given["secret"],
)
try:
    getattr(client, given["action"])(**given["input"])
    print("accepted")
except ClientError as error:
    print(error.response["Error"]["Code"])
`;

/** Runs Python in a web pod; the program finds its input, which holds secrets, in `given`. */
function inWebPod({ namespace }: SiteOutput, program: string, input: object): string {
  const pod = ["exec", "-i", "-n", namespace, webPod(namespace), "--", "python3", "-c"];
  const reading = "import json, sys\ngiven = json.load(sys.stdin)\n";
  return succeed(kubectl([...pod, reading + program], JSON.stringify(input))).trim();
}

/** Not one that is about to end. */
function webPod(namespace: string): string {
  const pods = ["get", "pods", "-n", namespace, "-l", "app.kubernetes.io/component=web", "-o", "json"];
  const { items } = JSON.parse(succeed(kubectl(pods))) as { items: readonly Pod[] };
  const pod = items.find(({ metadata }) => metadata.deletionTimestamp === undefined);
  if (pod === undefined) throw new Error("no web pod runs");
  return pod.metadata.name;
}

interface Pod {
  readonly metadata: { readonly name: string; readonly deletionTimestamp?: string };
}

/** The id in a token of CKAN's. */
function tokenId(token: string): string {
  const [, payload = ""] = token.split(".");
  return JSON.parse(Buffer.from(payload, "base64url").toString()).jti;
}

/** The same session, signed with this key: Flask's SecureCookieSessionInterface with itsdangerous' TimestampSigner. */
function resigned(cookies: string, key: string): string {
  return cookies.replace(/\bckan=([^;]+)\.[^.;]+/, (_, content: string) => {
    const derivedKey = createHmac("sha1", key).update("cookie-session").digest();
    return `ckan=${content}.${createHmac("sha1", derivedKey).update(content).digest("base64url")}`;
  });
}

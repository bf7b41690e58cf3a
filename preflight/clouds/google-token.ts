/** The token that Google's provider would use, for questions to Google's APIs. */
import { tryRun, which } from "../../toolchain/process.ts";

export type GoogleToken = { readonly token: string } | { readonly why: string };

/** What Google's provider takes in place of what gcloud knows: a key, or the name of its file. */
const ownVariable = "GOOGLE_CREDENTIALS";
/** What gcloud takes as well. */
const fileVariable = "GOOGLE_APPLICATION_CREDENTIALS";

/** Milliseconds: gcloud renews a token over the network, and some ways to log in wait for a person. */
const patience = 30_000;

/** It is asked of gcloud, which knows every kind of credentials and renews them. */
export async function googleToken(timeout: number = patience): Promise<GoogleToken> {
  const given = process.env["GOOGLE_OAUTH_ACCESS_TOKEN"]?.trim();
  if (given !== undefined && given !== "") return { token: given };
  const set = [ownVariable, fileVariable].filter((name) => (process.env[name] ?? "") !== "");
  if (which("gcloud") === undefined) {
    const left = set.length === 0 ? "" : `, which would make a token of ${set.join(" and ")}`;
    return { why: `there are none: GOOGLE_OAUTH_ACCESS_TOKEN is not set, and there is no gcloud${left}` };
  }
  // It would offer to install what it misses, and wait.
  const env = { ...process.env, CLOUDSDK_CORE_DISABLE_PROMPTS: "1" };
  const args = ["auth", "application-default", "print-access-token"];
  const { code, stdout, stderr } = await tryRun("gcloud", args, { env, timeout });
  const token = stdout.trim();
  if (code === 0 && token !== "") return { token };
  const unread = set.includes(ownVariable) ? `; gcloud does not read ${ownVariable}` : "";
  return { why: `gcloud gives no token: ${lastLine(stderr) ?? "it does not say why"}${unread}` };
}

/** gcloud ends with what a person has to do. */
function lastLine(stderr: string): string | undefined {
  return stderr
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "")
    .at(-1);
}

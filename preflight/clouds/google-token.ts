/** The token that Google's provider would use, for requests to Google's APIs. */
import { tryRun, which } from "../../toolchain/process.ts";

export type GoogleToken = { readonly token: string } | { readonly why: string };

/** The provider's own variable, which takes precedence over gcloud's login: a key or the name of its file. */
const ownVariable = "GOOGLE_CREDENTIALS";
/** A variable that gcloud reads as well. */
const fileVariable = "GOOGLE_APPLICATION_CREDENTIALS";

/** In milliseconds. gcloud renews a token over the network, and some login methods wait for a person. */
const patience = 30_000;

/** Asks gcloud, which supports every kind of credentials and renews them. */
export async function googleToken(timeout: number = patience): Promise<GoogleToken> {
  const given = process.env["GOOGLE_OAUTH_ACCESS_TOKEN"]?.trim();
  if (given !== undefined && given !== "") return { token: given };
  const set = [ownVariable, fileVariable].filter((name) => (process.env[name] ?? "") !== "");
  if (which("gcloud") === undefined) {
    const left = set.length === 0 ? "" : `, which would make a token of ${set.join(" and ")}`;
    return { why: `there are none: GOOGLE_OAUTH_ACCESS_TOKEN is not set, and there is no gcloud${left}` };
  }
  // Without prompts: gcloud would offer to install missing components, and wait.
  const env = { ...process.env, CLOUDSDK_CORE_DISABLE_PROMPTS: "1" };
  const args = ["auth", "application-default", "print-access-token"];
  const { code, stdout, stderr } = await tryRun("gcloud", args, { env, timeout });
  const token = stdout.trim();
  if (code === 0 && token !== "") return { token };
  const unread = set.includes(ownVariable) ? `; gcloud does not read ${ownVariable}` : "";
  return { why: `gcloud gives no token: ${lastLine(stderr) ?? "it does not say why"}${unread}` };
}

/** gcloud's last line tells the user what to do. */
function lastLine(stderr: string): string | undefined {
  return stderr
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "")
    .at(-1);
}

/** The token that Google's provider would use, for questions to Google's APIs. */
import { tryRun, which } from "../../toolchain/process.ts";

/** Undefined where nobody has logged in. It is asked of gcloud, which knows every kind of credentials and renews them. */
export async function googleToken(): Promise<string | undefined> {
  const given = process.env["GOOGLE_OAUTH_ACCESS_TOKEN"]?.trim();
  if (given !== undefined && given !== "") return given;
  if (which("gcloud") === undefined) return undefined;
  // It would offer to install what it misses, and wait.
  const env = { ...process.env, CLOUDSDK_CORE_DISABLE_PROMPTS: "1" };
  const { code, stdout } = await tryRun("gcloud", ["auth", "application-default", "print-access-token"], { env });
  const token = stdout.trim();
  return code === 0 && token !== "" ? token : undefined;
}

/** The login of pipelines that have no action for it, with fakes of gcloud and kubectl. */
import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { found, spellings } from "../support/secret-leaks.ts";
import { folder, root, run } from "./support/scripts.ts";

const idToken = "header.claims-of-this-job.signature";
const note = (program: string) => `echo "${program} $*" >> calls`;

function login(cwd: string, env: Readonly<Record<string, string>>) {
  const settings = {
    GCP_WORKLOAD_IDENTITY_PROVIDER: "projects/1/locations/global/workloadIdentityPools/pool/providers/ci",
    GCP_SERVICE_ACCOUNT: "up@example-prod.iam.gserviceaccount.com",
    GKE_CLUSTER: "projects/example-prod/locations/europe-west3/clusters/portals",
    GKE_CONTEXT: "production",
    GOOGLE_APPLICATION_CREDENTIALS: join(cwd, "google/credentials.json"),
    KUBECONFIG: join(cwd, "google/kubeconfig"),
  };
  const programs = { gcloud: note("gcloud"), kubectl: note("kubectl") };
  return run("sh", [join(root, "pipelines/login-google.sh")], { cwd, env: { ...settings, ...env }, programs });
}

test("the job's token becomes credentials, and the cluster the context that the stack file names", async () => {
  const cwd = folder();
  const { code, output } = await login(cwd, { GOOGLE_ID_TOKEN: idToken });
  const calls = readFileSync(join(cwd, "calls"), "utf8");
  expect([code, calls.replaceAll(cwd, "").trimEnd().split("\n")]).toEqual([
    0,
    [
      "gcloud --quiet iam workload-identity-pools create-cred-config projects/1/locations/global/workloadIdentityPools/pool/providers/ci --service-account up@example-prod.iam.gserviceaccount.com --credential-source-file /google/token --output-file /google/credentials.json",
      "gcloud --quiet auth login --cred-file /google/credentials.json",
      "gcloud --quiet container clusters get-credentials portals --project example-prod --location europe-west3",
      "kubectl config rename-context gke_example-prod_europe-west3_portals production",
    ],
  ]);
  expect(found(output + calls, spellings([{ purpose: "token", value: idToken }]))).toEqual([]);
  expect([readFileSync(join(cwd, "google/token"), "utf8"), statSync(join(cwd, "google/token")).mode & 0o777]).toEqual([
    idToken,
    0o600,
  ]);
});

test("a token that is a file already is used where it lies", async () => {
  const cwd = folder({ "token-of-jenkins": idToken });
  await login(cwd, { GOOGLE_ID_TOKEN_FILE: join(cwd, "token-of-jenkins") });
  expect(readFileSync(join(cwd, "calls"), "utf8")).toContain(`--credential-source-file ${cwd}/token-of-jenkins`);
});

test.each(["GCP_SERVICE_ACCOUNT", "GKE_CONTEXT"])("a missing %s is said before anything is asked", async (name) => {
  const { code, output } = await login(folder(), { [name]: "", GOOGLE_ID_TOKEN: idToken });
  expect([code, output]).toEqual([
    1,
    `Failed: the variable ${name} is missing\nWhat to do: set it for this job's environment, as docs/pipelines.md says\n`,
  ]);
});

test("no token at all is an error", async () => {
  const { code, output } = await login(folder(), {});
  expect([code === 0, output.includes("neither GOOGLE_ID_TOKEN nor GOOGLE_ID_TOKEN_FILE is set")]).toEqual([
    false,
    true,
  ]);
});

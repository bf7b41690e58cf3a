#!/bin/sh
# Short-lived credentials for Google Cloud and its cluster, for pipelines that have no action for it. The pipeline's own identity
# token is exchanged; no key is kept anywhere. Writes the two files that GOOGLE_APPLICATION_CREDENTIALS and KUBECONFIG name.
#
#   GOOGLE_ID_TOKEN, or GOOGLE_ID_TOKEN_FILE with it    what the pipeline says who it is
#   GCP_WORKLOAD_IDENTITY_PROVIDER   projects/<number>/locations/global/workloadIdentityPools/<pool>/providers/<provider>
#   GCP_SERVICE_ACCOUNT              the account that the environment's jobs act as
#   GKE_CLUSTER                      projects/<project>/locations/<location>/clusters/<cluster>
#   GKE_CONTEXT                      the context that the stack file names
set -eu
umask 077

for name in GCP_WORKLOAD_IDENTITY_PROVIDER GCP_SERVICE_ACCOUNT GKE_CLUSTER GKE_CONTEXT GOOGLE_APPLICATION_CREDENTIALS KUBECONFIG; do
  eval "value=\${$name:-}"
  if [ -z "$value" ]; then
    echo "Failed: the variable $name is missing" >&2
    echo "What to do: set it for this job's environment, as docs/pipelines.md says" >&2
    exit 1
  fi
done

folder=$(dirname "$GOOGLE_APPLICATION_CREDENTIALS")
mkdir -p "$folder" "$(dirname "$KUBECONFIG")"
token=${GOOGLE_ID_TOKEN_FILE:-$folder/token}
if [ -z "${GOOGLE_ID_TOKEN_FILE:-}" ]; then
  # By the shell itself: an argument of another program could be read by others on the machine.
  printf '%s' "${GOOGLE_ID_TOKEN:?Failed: neither GOOGLE_ID_TOKEN nor GOOGLE_ID_TOKEN_FILE is set}" > "$token"
fi

gcloud --quiet iam workload-identity-pools create-cred-config "$GCP_WORKLOAD_IDENTITY_PROVIDER" \
  --service-account "$GCP_SERVICE_ACCOUNT" --credential-source-file "$token" --output-file "$GOOGLE_APPLICATION_CREDENTIALS"
gcloud --quiet auth login --cred-file "$GOOGLE_APPLICATION_CREDENTIALS"

project=$(printf '%s' "$GKE_CLUSTER" | cut -d/ -f2)
location=$(printf '%s' "$GKE_CLUSTER" | cut -d/ -f4)
cluster=$(printf '%s' "$GKE_CLUSTER" | cut -d/ -f6)
gcloud --quiet container clusters get-credentials "$cluster" --project "$project" --location "$location"
kubectl config rename-context "gke_${project}_${location}_$cluster" "$GKE_CONTEXT"

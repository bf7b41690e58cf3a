#!/bin/sh
# Brings STACK up from the commit of the working tree, unless a newer one was brought up already.
set -eu
commit=$(git rev-parse HEAD)
npm run -s pipeline:deployed -- "$STACK" --before "$commit"

# Credentials of the job lie in the working tree. Pulumi would take them for changes and note that nobody knows what it declared.
export GIT_CONFIG_COUNT=1 GIT_CONFIG_KEY_0=status.showUntrackedFiles GIT_CONFIG_VALUE_0=no
if ! git diff --quiet HEAD; then
  echo "Failed: the working tree has changes that no commit has" >&2
  echo "What to do: find out which step makes them: git diff --stat HEAD" >&2
  exit 1
fi

npm run -s pulumi -- up --stack "$STACK" --yes --non-interactive --suppress-outputs --policy-pack policy

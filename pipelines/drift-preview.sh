#!/bin/sh
# A preview of STACK against what runs, with the program of the commit that it was last brought up from: what is merged and still
# waits for approval is no drift. Writes previews/$STACK.json, and leaves the working tree at the commit that it found it at.
set -eu
here=$(git rev-parse HEAD)
mkdir -p previews
commit=$(npm run -s pipeline:deployed -- "$STACK")
trap 'git checkout --quiet --detach "$here"' EXIT
git checkout --quiet --detach "$commit"
npm run -s pulumi -- preview --stack "$STACK" --refresh --json --non-interactive > "previews/$STACK.json"

#!/bin/sh
# Compiles the MinIO server and its client from their Go modules into <context>. MinIO's public images were withdrawn; the
# module proxy keeps the sources, and go.sum of each module pins everything below it.
# Usage: prepare.sh <context>; needs Go, and MINIO_VERSION and MC_VERSION as in ../catalogue.json.
set -eu
context=$1
command -v go >/dev/null || { echo "MinIO is compiled on this machine: install Go 1.21 or newer (https://go.dev/dl)" >&2; exit 1; }
sources=$(mktemp -d)
trap 'rm -rf "$sources"' EXIT

# -mod=mod in the environment would let the build change the modules' own pins.
export GOFLAGS= GOWORK=off CGO_ENABLED=0

# Usage: compile <program> <module> <version>. A Go pseudo version ends in <time>-<commit>.
compile() {
  stamp=$(echo "$3" | sed -E 's/.*-([0-9]{4})([0-9]{2})([0-9]{2})([0-9]{2})([0-9]{2})([0-9]{2})-[0-9a-f]+$/\1-\2-\3T\4-\5-\6Z/')
  version=$(echo "$stamp" | sed -E 's/T([0-9]{2})-([0-9]{2})-/T\1:\2:/')
  go mod download "$2@$3"
  cp -r "$(go mod download -json "$2@$3" | sed -n 's/.*"Dir": "\(.*\)".*/\1/p')" "$sources/$1"
  chmod -R u+w "$sources/$1"
  (cd "$sources/$1" && go build -trimpath -buildvcs=false -tags kqueue -o "$context/$1" \
    -ldflags "-s -w -X $2/cmd.Version=$version -X $2/cmd.ReleaseTag=RELEASE.$stamp -X $2/cmd.CommitID=${3##*-}" .)
}

compile minio github.com/minio/minio "$MINIO_VERSION"
compile mc github.com/minio/mc "$MC_VERSION"

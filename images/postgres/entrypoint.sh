#!/bin/bash
# Starts PostgreSQL; on an empty volume it makes the cluster first. The contract is that of the official image:
# POSTGRES_USER, POSTGRES_PASSWORD, POSTGRES_DB (each also as <name>_FILE), POSTGRES_INITDB_ARGS, PGDATA and
# /docker-entrypoint-initdb.d. Two differences: it never runs as root, and a new cluster grows in $PGDATA.initialising and gets
# its name when it is complete. So a container that is killed half way leaves nothing that looks like a cluster.
set -Eeuo pipefail

fail() {
  echo "postgres: $*" >&2
  exit 1
}

# from_file NAME DEFAULT: sets NAME from the file in NAME_FILE, else leaves it, else gives it the default.
from_file() {
  local file="${1}_FILE"
  if [ -n "${!file:-}" ]; then
    [ -z "${!1:-}" ] || fail "$1 and $file are both set; set one of them"
    printf -v "$1" '%s' "$(<"${!file}")"
  else
    printf -v "$1" '%s' "${!1:-$2}"
  fi
}

# initdb asks for the name of its own user, which an arbitrary user id (OpenShift) does not have.
name_this_user() {
  ! getent passwd "$(id -u)" >/dev/null || return 0
  NSS_WRAPPER_PASSWD=$(mktemp) NSS_WRAPPER_GROUP=$(mktemp)
  echo "postgres:x:$(id -u):$(id -g)::/tmp:/bin/false" >"$NSS_WRAPPER_PASSWD"
  echo "postgres:x:$(id -g):" >"$NSS_WRAPPER_GROUP"
  LD_PRELOAD=$(echo /usr/lib/*/libnss_wrapper.so)
  export LD_PRELOAD NSS_WRAPPER_PASSWD NSS_WRAPPER_GROUP
}

check_cluster() {
  local version
  version=$(<"$PGDATA/PG_VERSION")
  [ "$version" = "$(major_version)" ] ||
    fail "$PGDATA was written by PostgreSQL $version, this image is $(major_version): dump it with the old image and restore it here"
  [ -s "$PGDATA/global/pg_control" ] ||
    fail "$PGDATA is incomplete (no global/pg_control): restore it from a backup, or delete it if it never held data"
}

major_version() { postgres --version | sed -E 's/[^0-9]*([0-9]+).*/\1/'; }

make_cluster() {
  from_file POSTGRES_PASSWORD ""
  from_file POSTGRES_USER postgres
  from_file POSTGRES_DB "$POSTGRES_USER"
  [ -n "$POSTGRES_PASSWORD" ] || fail "POSTGRES_PASSWORD is not set: a new cluster needs a password for $POSTGRES_USER"
  ! mountpoint -q "$PGDATA" ||
    fail "PGDATA is the mount point $PGDATA: set PGDATA to a folder below it, such as $PGDATA/pgdata"
  [ ! -e "$PGDATA" ] || rmdir "$PGDATA" || fail "$PGDATA holds files, but no PostgreSQL cluster: empty it, or set another PGDATA"

  local unfinished="$PGDATA.initialising"
  rm -rf "$unfinished"
  mkdir -p "$unfinished"
  # shellcheck disable=SC2086 # POSTGRES_INITDB_ARGS are words
  initdb -D "$unfinished" --username="$POSTGRES_USER" --pwfile=<(printf '%s\n' "$POSTGRES_PASSWORD") \
    --encoding=UTF8 --auth-local=trust --auth-host=scram-sha-256 ${POSTGRES_INITDB_ARGS:-}
  printf '\nhost all all all scram-sha-256\n' >>"$unfinished/pg_hba.conf"

  PGDATA=$unfinished pg_ctl -w -o "-c listen_addresses=''" start
  fill_cluster
  PGDATA=$unfinished pg_ctl -w -m fast stop
  mv -T "$unfinished" "$PGDATA"
  sync "$(dirname "$PGDATA")"
}

fill_cluster() {
  local psql=(psql --set=ON_ERROR_STOP=1 --no-psqlrc --no-password) file
  export PGUSER=$POSTGRES_USER PGDATABASE=$POSTGRES_DB POSTGRES_USER POSTGRES_DB POSTGRES_PASSWORD
  if [ "$POSTGRES_DB" != postgres ]; then
    "${psql[@]}" --dbname=postgres --set=name="$POSTGRES_DB" <<<'CREATE DATABASE :"name";'
  fi
  for file in /docker-entrypoint-initdb.d/*; do
    case "$file" in
      *.sh) echo "postgres: running $file"; bash -e "$file" ;;
      *.sql) echo "postgres: running $file"; "${psql[@]}" --file="$file" ;;
      *.sql.gz) echo "postgres: running $file"; gunzip -c "$file" | "${psql[@]}" ;;
    esac
  done
  unset PGUSER PGDATABASE
}

case "${1:-postgres}" in
  -*) set -- postgres "$@" ;;
esac
if [ "${1:-postgres}" = postgres ]; then
  [ "$(id -u)" != 0 ] || fail "PostgreSQL does not run as root: start the container with another user id"
  name_this_user
  if [ -s "$PGDATA/PG_VERSION" ]; then
    check_cluster
  else
    make_cluster
  fi
  # Kubernetes' fsGroup opens the folder to the group, which PostgreSQL refuses.
  chmod 0700 "$PGDATA" || fail "$PGDATA belongs to user $(stat -c %u "$PGDATA"), this is user $(id -u): run as its owner, or change the owner of all files in it"
  [ -z "${NSS_WRAPPER_PASSWD:-}" ] || rm -f "$NSS_WRAPPER_PASSWD" "$NSS_WRAPPER_GROUP"
  unset LD_PRELOAD NSS_WRAPPER_PASSWD NSS_WRAPPER_GROUP POSTGRES_PASSWORD
fi
exec "$@"

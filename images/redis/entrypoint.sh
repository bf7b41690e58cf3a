#!/bin/sh
# Options and a configuration file are for redis-server; anything else is a program to run instead.
set -eu
case "${1:-}" in
  -* | *.conf) set -- redis-server "$@" ;;
esac
exec "$@"

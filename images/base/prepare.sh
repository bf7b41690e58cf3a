#!/bin/sh
# Bootstraps a root file system like debian:bookworm-slim into <context>/rootfs.tar, for machines that reach Debian packages
# but no public registry of images. Needs root and debootstrap.
# Usage: prepare.sh <context>. DEBIAN_MIRROR overrides debootstrap's default mirror and is not written into the image.
set -eu
context=$1
root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT

# shellcheck disable=SC2086 # no mirror given: no argument
debootstrap --variant=minbase --include=ca-certificates bookworm "$root/fs" ${DEBIAN_MIRROR:-}
cd "$root/fs"

# As Debian's slim image: neither documentation nor translations, now and in every later installation.
cat > etc/dpkg/dpkg.cfg.d/slim <<'SLIM'
path-exclude /usr/share/doc/*
path-include /usr/share/doc/*/copyright
path-exclude /usr/share/man/*
path-exclude /usr/share/locale/*
path-exclude /usr/share/info/*
SLIM
cat > etc/apt/apt.conf.d/slim <<'SLIM'
Acquire::Languages "none";
APT::Install-Recommends "false";
Dir::Cache::pkgcache "";
Dir::Cache::srcpkgcache "";
SLIM
find usr/share/doc -type f ! -name copyright -delete
rm -rf usr/share/locale/* usr/share/info/* usr/share/man/*
# Maintainer scripts of some packages (the JDK) register alternatives for manual pages and need these folders.
mkdir usr/share/man/man1 usr/share/man/man7 usr/share/man/man8

# What debootstrap copied from this machine, and what it downloaded.
[ -z "${DEBIAN_MIRROR:-}" ] || rm etc/apt/sources.list
rm -rf etc/resolv.conf etc/hostname etc/machine-id
: > etc/machine-id
rm -rf var/cache/apt/* var/lib/apt/lists/* var/log/*.log var/log/apt var/cache/ldconfig/aux-cache var/cache/debconf/*-old

tar --numeric-owner --exclude='./dev/*' --exclude='./proc/*' --exclude='./sys/*' -cf "$context/rootfs.tar" .

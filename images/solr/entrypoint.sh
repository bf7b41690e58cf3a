#!/bin/sh
# Starts Solr with the core $SOLR_CORE. The core's configuration always is the image's, so that a new image brings its schema to
# an old volume; the index stays. What a changed schema means for documents that are already indexed is the caller's to know.
set -eu
: "${SOLR_HOME:=/var/solr/data}" "${SOLR_CORE:=ckan}" "${SOLR_HEAP:=512m}" "${SOLR_PORT:=8983}"
core="$SOLR_HOME/$SOLR_CORE"

mkdir -p "$core"
cp /opt/solr/solr.xml "$SOLR_HOME/solr.xml"
rm -rf "$core/conf"
mkdir "$core/conf"
# Not the files' modes: they have to stay writable for the next start under another user id.
cp /opt/solr/configset/* "$core/conf/"
echo "name=$SOLR_CORE" > "$core/core.properties"

# Word splitting of SOLR_OPTS is what it is for.
# shellcheck disable=SC2086
exec java "-Xms$SOLR_HEAP" "-Xmx$SOLR_HEAP" -XX:+UseSerialGC -XX:+ExitOnOutOfMemoryError -XX:-UsePerfData \
  -Djava.io.tmpdir="${TMPDIR:-/tmp}" -Djava.awt.headless=true -Duser.timezone=UTC \
  -Djetty.port="$SOLR_PORT" -Dsolr.solr.home="$SOLR_HOME" -Dsolr.install.dir=/opt/solr ${SOLR_OPTS:-} \
  -cp "/opt/solr/ckan-solr.jar:/opt/solr/lib/*" ckan.SolrServer

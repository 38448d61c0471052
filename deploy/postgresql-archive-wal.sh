#!/bin/sh
# Puts one segment of PostgreSQL's write-ahead log into the archive, compressed, whole or not at all; for
# archive_command (see postgresql-archive.conf). A segment that is there already is right only if it is the same.
set -eu
segment=$1 name=$2 archive=$3
if [ -f "$archive/$name.gz" ]; then
  gunzip -c "$archive/$name.gz" | cmp -s - "$segment"
  exit
fi
umask 077
gzip -1 <"$segment" >"$archive/.$name.tmp"
sync "$archive/.$name.tmp"
mv "$archive/.$name.tmp" "$archive/$name.gz"

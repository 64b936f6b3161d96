#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Try the newest backup that backup.sh made: does it come back? Nobody has a backup, only restores.
#
#   restore-test.sh FOLDER   FOLDER/backups holds the backups
#   restore-test.sh          tries itself out on a sample whose archive went bad on the disk, and so fails half way:
#                            exit 3, after the flag db-restored
#
# Exit: 0 all came back, 2 no backup at all, 3 a backup that does not match its checksum.
set -Eeuo pipefail

work=${1-} own=''
if [ $# -eq 0 ]; then
  own=$(mktemp -d)
  work=$own
fi
target='' failed_at=''

hume start restore-test "newest backup in $work" --tags backup,example
trap 'failed_at=$LINENO' ERR
trap 'finish $?' EXIT

finish() {
  LINENO=$failed_at hume stop "$1"
  [ -z "$target" ] || rm -rf "$target"
  [ -z "$own" ] || rm -rf "$own"
}

# die LINE STATUS TEXT: says what is wrong and ends the script with STATUS, which `hume stop` reports.
die() {
  failed_at=$1
  LINENO=$1 hume error "$3"
  echo "restore-test: $3" >&2
  exit "$2"
}

# --- only for trying it out: delete what follows when the script is yours ---
make_sample() {
  local set_dir=$work/backups/2026-01-05.031500 site=$work/sample/site
  mkdir -p "$set_dir" "$site"
  for n in 1 2 3 4 5 6; do head -c 30000 /dev/urandom >"$site/photo-$n.jpg"; done
  tar -C "$work/sample" -czf "$set_dir/site.tar.gz" site
  printf 'orders of the day\n%.0s' 1 2 3 4 5 6 7 8 >"$set_dir/app.db"
  (cd "$set_dir" && sha256sum site.tar.gz app.db >SHA256SUMS)
  # What a failing disk does to a file that nobody reads: sixteen bytes in its middle are no longer what they were.
  head -c 16 /dev/urandom | dd of="$set_dir/site.tar.gz" bs=1 seek=90000 conv=notrunc status=none
}
if [ -n "$own" ]; then make_sample; fi
# --- end of the sample ---

[ -d "$work/backups" ] || die "$LINENO" 2 "no folder $work/backups"

newest=$(find "$work/backups" -mindepth 1 -maxdepth 1 -type d -not -name '.*' | sort | tail -n 1)
[ -n "$newest" ] || die "$LINENO" 2 "no backup in $work/backups"
LINENO=$LINENO hume flag backup-found "${newest##*/}"
target=$(mktemp -d)

# Checked one by one, so that the timeline tells how far it came.
matches() { (cd "$newest" && grep " $1\$" SHA256SUMS | sha256sum --check --quiet >/dev/null 2>&1); }

matches app.db || die "$LINENO" 3 "app.db of ${newest##*/} does not match its checksum"
cp "$newest/app.db" "$target/app.db"
LINENO=$LINENO hume flag db-restored

matches site.tar.gz || die "$LINENO" 3 "site.tar.gz of ${newest##*/} does not match its checksum: do not rely on this backup"
tar -C "$target" -xzf "$newest/site.tar.gz"
LINENO=$LINENO hume flag files-restored

files=$(find "$target/site" -type f | wc -l)
hume set "restored_files=$files"
hume ok "${newest##*/} comes back whole: $files files and the database"

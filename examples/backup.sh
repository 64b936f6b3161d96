#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Back up a folder and a live SQLite database: archive, online copy, checksums, a check of the result, pruning.
#
#   backup.sh FOLDER            FOLDER holds site/ and app.db, and gets backups/
#   backup.sh                   tries itself out on a small sample, somebody writing to its database all the while
#   backup.sh --sample FOLDER   the same, and leaves the sample in FOLDER, which must be new or empty
#   KEEP=3                      how many backups stay
#   TABLE=orders                whose rows are counted, before and in the copy
#
# hume hears: where it is (three flags), how much was saved (data), how it ended and, if it failed, at which line.
set -Eeuo pipefail

keep=${KEEP:-3}
table=${TABLE:-orders}
work=${1-} sample='' own=''
if [ $# -eq 0 ]; then
  own=$(mktemp -d)
  work=$own sample=yes
elif [ "$1" = --sample ]; then
  work=${2:?a folder for the sample} sample=yes
fi
writer='' set_dir='' failed_at=''

hume start backup "site and database in $work" --tags backup,example
trap 'failed_at=$LINENO' ERR
trap 'finish $?' EXIT

finish() {
  LINENO=$failed_at hume stop "$1"
  # A half-made backup is worse than none: somebody may trust it one day.
  [ -z "$set_dir" ] || rm -rf "$set_dir"
  if [ -n "$writer" ]; then
    rm -f "$work/writing"
    wait "$writer" || true
  fi
  [ -z "$own" ] || rm -rf "$own"
}

# die LINE TEXT: says what is wrong and ends the script with 66 (sysexits: no input), which `hume stop` reports.
die() {
  failed_at=$1
  LINENO=$1 hume error "$2"
  echo "backup: $2" >&2
  exit 66
}

# SQL on a database file, by whichever tool this machine has.
sql() {
  if command -v sqlite3 >/dev/null; then
    sqlite3 -cmd '.timeout 10000' "$1" "$2"
  else
    python3 - "$1" "$2" <<'PY'
import sqlite3, sys
with sqlite3.connect(sys.argv[1], timeout=10) as db:
    for row in db.execute(sys.argv[2]):
        print("|".join(map(str, row)))
PY
  fi
}

# A copy of a database that others are writing to; a plain cp of it could catch a transaction half way.
copy_live_database() {
  if command -v sqlite3 >/dev/null; then
    sqlite3 -cmd '.timeout 10000' "$1" ".backup '$2'"
  else
    python3 - "$1" "$2" <<'PY'
import sqlite3, sys
source, copy = (sqlite3.connect(name, timeout=10) for name in sys.argv[1:])
source.backup(copy)
copy.close()
PY
  fi
}

# --- only for trying it out: delete what follows when the script is yours ---
make_sample() {
  mkdir -p "$work"
  [ -z "$(ls -A "$work")" ] || die "$LINENO" "a sample goes into an empty folder, and $work has files in it"
  mkdir -p "$work/site/uploads" "$work/backups"
  for n in 1 2 3 4 5 6 7 8 9 10 11 12; do
    head -c 40000 /dev/urandom >"$work/site/uploads/photo-$n.jpg"
    printf '<h1>Page %s</h1>\n' "$n" >"$work/site/page-$n.html"
  done
  sql "$work/app.db" "PRAGMA journal_mode = wal; CREATE TABLE orders (id INTEGER PRIMARY KEY, what TEXT);
    WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000)
    INSERT INTO orders (what) SELECT 'order ' || i FROM n" >/dev/null
  # Backups of earlier days, so that there is something to prune.
  for day in 01 02 03 04; do mkdir -p "$work/backups/2026-01-$day.000000"; done
  : >"$work/writing"
  (while [ -e "$work/writing" ] && sql "$work/app.db" "INSERT INTO orders (what) VALUES ('meanwhile')"; do
    sleep 0.02
  done) >/dev/null 2>&1 &
  writer=$!
}
if [ -n "$sample" ]; then make_sample; fi
# --- end of the sample ---

# Asked here, because sqlite3 would make an empty database where there is none.
[ -d "$work/site" ] || die "$LINENO" "no folder $work/site to back up"
[ -f "$work/app.db" ] || die "$LINENO" "no database $work/app.db to back up"

name=$(date +%Y-%m-%d.%H%M%S)
set_dir=$work/backups/.$name.partial
mkdir -p "$set_dir"

tar -C "$work" -czf "$set_dir/site.tar.gz" site
files=$(tar -tzf "$set_dir/site.tar.gz" | grep -vc '/$')
LINENO=$LINENO hume flag files-archived "$files files"

rows=$(sql "$work/app.db" "SELECT count(*) FROM $table")
copy_live_database "$work/app.db" "$set_dir/app.db"
LINENO=$LINENO hume flag db-dumped

(cd "$set_dir" && sha256sum site.tar.gz app.db >SHA256SUMS)
(cd "$set_dir" && sha256sum --check --quiet SHA256SUMS)
tar -C "$work" --compare -zf "$set_dir/site.tar.gz"
[ "$(sql "$set_dir/app.db" 'PRAGMA integrity_check')" = ok ]
[ "$(sql "$set_dir/app.db" "SELECT count(*) FROM $table")" -ge "$rows" ]
LINENO=$LINENO hume flag verified "archive and database read back"

mv "$set_dir" "$work/backups/$name"
set_dir=''
bytes=$(cat "$work/backups/$name"/* | wc -c)
hume set "backup_bytes=$bytes" --unit bytes
hume set "backup_files=$files"

# Names sort by date, so the oldest come first.
pruned=0
while [ "$(find "$work/backups" -mindepth 1 -maxdepth 1 -type d | wc -l)" -gt "$keep" ]; do
  oldest=$(find "$work/backups" -mindepth 1 -maxdepth 1 -type d | sort | head -n 1)
  rm -rf "$oldest"
  pruned=$((pruned + 1))
done
hume ok "saved $files files and the database, $bytes bytes; $pruned old backups pruned"

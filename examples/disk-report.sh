#!/bin/sh
# SPDX-License-Identifier: MIT
# Report how full each disk is, and warn over a threshold.
#
#   disk-report.sh [FOLDER [PERCENT]]   FOLDER/disks.txt gets the report; warns from PERCENT (90) on. Without a FOLDER
#                                       nothing is kept.
#
# Plain POSIX sh, for the smallest machine. dash knows no line numbers, so none are handed over here.
set -eu

work=${1-} own=''
if [ $# -eq 0 ]; then
  own=$(mktemp -d)
  work=$own
fi
limit=${2:-90}
verdict=''

hume start disk-report "warns from $limit % on" --tags disks,example
trap 'finish $?' EXIT

finish() {
  if [ "$1" -ne 0 ] || [ -z "$verdict" ]; then
    hume stop "$1"
  else
    hume stop warn "$verdict"
  fi
  [ -z "$own" ] || rm -rf "$own"
}

if [ ! -d "$work" ]; then
  hume error "no folder $work"
  echo "disk-report: no folder $work" >&2
  exit 66
fi

# Real file systems, each once (the same disk may be mounted in many places), and / whatever it is.
df -P -k | awk 'NR > 1 && ($1 ~ "^/dev/" || $6 == "/") && !seen[$1]++ { print $6, $5 + 0, $4 }' >"$work/disks.txt"

full=''
while read -r mount used free; do
  # Names of data may hold no slash: / is root, /var/lib is var-lib.
  name=$(printf %s "${mount#/}" | tr / -)
  hume set "disk_used.${name:-root}=$used" --unit percent
  hume set "disk_free.${name:-root}=$((free * 1024))" --unit bytes
  if [ "$used" -ge "$limit" ]; then
    full="$full $mount"
    hume warn "$mount is $used % full"
  fi
done <"$work/disks.txt"

if [ -n "$full" ]; then
  verdict="from $limit % on:$full"
else
  hume ok "every disk is below $limit %"
fi

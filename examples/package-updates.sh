#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Count the updates this machine waits for, and how many of them mend security.
#
#   package-updates.sh [FOLDER]   FOLDER/updates.txt gets the list; without a FOLDER nothing is kept
#
# Reads the lists the package manager already holds; never goes to the network, never changes a thing, needs no root.
set -Eeuo pipefail

work=${1-} own=''
if [ $# -eq 0 ]; then
  own=$(mktemp -d)
  work=$own
fi
verdict='' failed_at=''

hume start package-updates --tags packages,example
trap 'failed_at=$LINENO' ERR
trap 'finish $?' EXIT

finish() {
  if [ "$1" -ne 0 ] || [ -z "$verdict" ]; then
    LINENO=$failed_at hume stop "$1"
  else
    hume stop warn "$verdict"
  fi
  [ -z "$own" ] || rm -rf "$own"
}

# die LINE TEXT: says what is wrong and ends the script with 66 (sysexits: no input), which `hume stop` reports.
die() {
  failed_at=$1
  LINENO=$1 hume error "$2"
  echo "package-updates: $2" >&2
  exit 66
}

[ -d "$work" ] || die "$LINENO" "no folder $work"

# One pending update a line; a line about security has the word in it.
list_updates() {
  if command -v apt-get >/dev/null; then
    apt-get --simulate --option Debug::NoLocking=1 dist-upgrade 2>/dev/null | sed -n 's/^Inst //p'
  elif command -v dnf >/dev/null; then
    # 100 says "there are some", which is no failure.
    dnf --cacheonly --quiet check-update 2>/dev/null | awk 'NF == 3' || [ $? -eq 100 ]
  elif command -v apk >/dev/null; then
    apk version --limit '<' 2>/dev/null | awk '/</'
  else
    return 4
  fi
}

if ! list_updates >"$work/updates.txt"; then
  verdict="no package manager known here could be asked (apt, dnf, apk)"
  exit 0
fi
LINENO=$LINENO hume flag lists-read

pending=$(wc -l <"$work/updates.txt")
security=$(grep -ci security "$work/updates.txt" || true)
hume set "updates_pending=$pending" "updates_security=$security"

if [ "$security" -gt 0 ]; then
  verdict="$security security updates wait, $pending in all"
  LINENO=$LINENO hume warn "$verdict"
else
  hume ok "$pending updates wait, none of them for security"
fi

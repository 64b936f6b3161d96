#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Rotate a log when it has grown, compress the older ones, keep a number of them.
#
#   log-rotate.sh FOLDER   rotates FOLDER/app.log
#   log-rotate.sh          tries itself out on a log of some 2 MB, with older ones beside it
#   MAX_KB=1024 KEEP=4     from which size on, and how many old ones stay
set -Eeuo pipefail
eval "$(hume shell-init bash)"

work=${1-} own=''
if [ $# -eq 0 ]; then
  own=$(mktemp -d)
  work=$own
fi
log=$work/app.log
max_kb=${MAX_KB:-1024}
keep=${KEEP:-4}

hume start log-rotate "$log" --tags logs,example
trap '[ -z "$own" ] || rm -rf "$own"' EXIT

# die TEXT: says what is wrong and ends the script with 66 (sysexits: no input), and so the run.
die() {
  hume error "$1"
  echo "log-rotate: $1" >&2
  exit 66
}

# --- only for trying it out: delete what follows when the script is yours ---
if [ -n "$own" ]; then
  seq -f '2026-01-05T03:15:00Z worker-%g took the order and sent it on' 30000 >"$log"
  for n in 1 2 3 4; do echo "an older log" | gzip >"$log.$n.gz"; done
fi
# --- end of the sample ---

[ -f "$log" ] || die "no log $log"

before_kb=$(($(wc -c <"$log") / 1024))
hume set "log_bytes=$(wc -c <"$log")" --unit bytes
if [ "$before_kb" -lt "$max_kb" ]; then
  hume ok "$log has $before_kb kB: nothing to do below $max_kb"
  exit 0
fi

# From the oldest on, each takes the next number; the one past the last falls off.
rm -f "$log.$keep.gz"
for ((n = keep - 1; n >= 1; n--)); do
  [ ! -e "$log.$n.gz" ] || mv "$log.$n.gz" "$log.$((n + 1)).gz"
done

# A new empty log first, under the same name and rights; whoever writes by name goes on in it at once.
mode=$(stat -c %a "$log")
mv "$log" "$log.1"
(umask 077 && : >>"$log")
chmod "$mode" "$log"
hume flag rotated

gzip -f "$log.1"
hume flag compressed

after_kb=$(($(wc -c <"$log.1.gz") / 1024))
hume set "compressed_bytes=$(wc -c <"$log.1.gz")" --unit bytes
hume ok "$before_kb kB became $after_kb kB; at most $keep old logs stay"

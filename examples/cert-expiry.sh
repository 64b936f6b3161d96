#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Tell how many days each certificate still holds, and warn while there is time to act.
#
#   cert-expiry.sh FOLDER [DAYS]   looks at FOLDER/*.pem and warns below DAYS (21)
#   cert-expiry.sh                 tries itself out on three of its own, made by openssl: for 5, 60 and 365 days
#
# Exit 0 when it could look, whatever it found: the finding is the run's outcome (warn), not a broken script. 66 when
# there is no such folder, or no certificate in it: "nothing ends soon" would be the wrong answer.
set -Eeuo pipefail

work=${1-} own=''
if [ $# -eq 0 ]; then
  own=$(mktemp -d)
  work=$own
fi
limit=${2:-21}
verdict='' failed_at=''

hume start cert-expiry "certificates in $work" --tags certificates,example
trap 'failed_at=$LINENO' ERR
trap 'finish $?' EXIT

# A broken script counts more than what it found before it broke.
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
  echo "cert-expiry: $2" >&2
  exit 66
}

# --- only for trying it out: delete what follows when the script is yours ---
make_certificate() {
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj "/CN=$1" -days "$2" \
    -keyout "$work/$1.key" -out "$work/$1.pem" 2>/dev/null
}
if [ -n "$own" ]; then
  make_certificate shop.example.org 5
  make_certificate mail.example.org 60
  make_certificate www.example.org 365
fi
# --- end of the sample ---

[ -d "$work" ] || die "$LINENO" "no folder $work"
ls "$work"/*.pem >/dev/null 2>&1 || die "$LINENO" "no certificate (*.pem) in $work"

now=$(date +%s)
least=999999 soon=''
for file in "$work"/*.pem; do
  name=$(basename "$file" .pem)
  ends=$(openssl x509 -in "$file" -noout -enddate | cut -d= -f2)
  days=$((($(date -d "$ends" +%s) - now) / 86400))
  hume set "days_left.$name=$days" --unit days
  if [ "$days" -lt "$least" ]; then least=$days; fi
  if [ "$days" -lt "$limit" ]; then
    soon="$soon $name"
    LINENO=$LINENO hume warn "$name ends in $days days, on $ends"
  else
    hume debug "$name: $days days"
  fi
done
hume set "days_left=$least" --unit days

if [ -n "$soon" ]; then
  verdict="to renew within $limit days:$soon"
else
  hume ok "no certificate ends within $limit days"
fi

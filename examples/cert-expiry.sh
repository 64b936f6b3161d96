#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Tell how many days each certificate still holds, and warn while there is time to act.
#
#   cert-expiry.sh [FOLDER [DAYS]]   looks at FOLDER/*.pem and warns below DAYS (21). Without a FOLDER, or with an empty
#                                    one, it makes three of its own by openssl: for 5, 60 and 365 days.
#
# Exit 0 when it could look, whatever it found: the finding is the run's outcome (warn), not a broken script.
set -Eeuo pipefail

given=$([ $# -gt 0 ] && echo yes || echo no)
work=${1:-$(mktemp -d)}
limit=${2:-21}
verdict='' failed_at=''

hume start cert-expiry "certificates in $work" --tags certificates,example
trap 'failed_at=$LINENO' ERR
trap 'finish $?' EXIT

# A broken script counts more than what it found before it broke.
finish() {
  [ "$given" = yes ] || rm -rf "$work"
  if [ "$1" -ne 0 ] || [ -z "$verdict" ]; then
    LINENO=$failed_at hume stop "$1"
  else
    hume stop warn "$verdict"
  fi
}

# --- only for trying it out: delete what follows when the script is yours ---
make_certificate() {
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj "/CN=$1" -days "$2" \
    -keyout "$work/$1.key" -out "$work/$1.pem" 2>/dev/null
}
if ! ls "$work"/*.pem >/dev/null 2>&1; then
  mkdir -p "$work"
  make_certificate shop.example.org 5
  make_certificate mail.example.org 60
  make_certificate www.example.org 365
fi
# --- end of the sample ---

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

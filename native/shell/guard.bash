# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# Other shells could not even read init.bash, and would end over it; so it comes as one word, which src/shell.c puts behind
# this, with the end of the `case`. A restricted bash runs no program by its path and lets nothing be redirected; with
# bash -k every word with a = in it leaves the arguments.
case ${BASH_VERSION-}/$- in
  /*) echo 'hume: shell-init bash: this shell is no bash; take hume shell-init sh' >&2 ;;
  */*[rk]*) echo 'hume: shell-init: not for bash -r or -k; say hume stop $? in a trap on EXIT' >&2 ;;
  *)
    # A trace would show all of the text once more.
    { __hume_options=$-; set +x; } 2>/dev/null
    eval \

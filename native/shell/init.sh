# SPDX-License-Identifier: MIT
# hume shell-init sh: for any POSIX shell, as the end of a script's text. The run that the script began is stopped with
# the script's exit status. There are no lines: these shells do not know them, or not inside a function.
#
# Left out, as such a shell has no way to do it: a trap on EXIT that the script sets later replaces this one, and humed
# then finds out that the process has gone. dash runs no trap on EXIT when a signal ends it: the same.
# shellcheck shell=sh disable=SC2154
case $- in *i*) ;; *)
  if [ "${__hume_pid-}" != "$$" ]; then
    __hume_pid=$$ __hume_running=''

    hume() {
      [ -x "$__hume_program" ] || __hume_program=hume # it has moved meanwhile
      command "$__hume_program" "$@" || return
      __hume_note "$@"
    }

    # Returns the status it is given: some shells end with that of the trap's last command.
    __hume_stop() {
      if [ -n "$__hume_running" ]; then
        __hume_running=''
        trap '' HUP INT TERM # a signal to all of the script's processes shall not end the stop half way
        command "$__hume_program" stop "$1" || :
      fi
      return "$1"
    }

    # What traps there are can be read only by the shell itself, not by a $(subshell) of it: through a pipe whose other
    # end is in the same hand. (bash keeps here-documents elsewhere, but shows its traps to a subshell.)
    __hume_traps=''
    if [ -n "${BASH_VERSION-}" ]; then
      __hume_traps="$(trap);"
    else
      {
        command trap >/proc/self/fd/9 && while IFS= read -r __hume_line; do
          __hume_traps="$__hume_traps$__hume_line;"
        done <&9
      } 9<<'END' 2>/dev/null || :

END
    fi
    case $__hume_traps in
      *" EXIT;"* | *" EXIT
"*) echo "hume: shell-init: this script has a trap on EXIT already; say hume stop \$? in it" >&2 ;;
      *) trap '__hume_stop "$?"' EXIT ;;
    esac
  fi
  ;;
esac

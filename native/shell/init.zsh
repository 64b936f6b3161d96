# SPDX-License-Identifier: MIT
# hume shell-init zsh: once evaluated, the script's calls of hume tell their line, file and function, and the run that
# the script began is stopped with the script's exit status and the line that failed.
#
# What it promises: hume's own statuses, the script's exit status, and what the script's own traps see and do are as
# without it; no process but hume itself. A trap on EXIT that is set inside a function is that function's, so `trap`
# cannot be a function here. It is an alias, which is the builtin inside functions and subshells, and outside of them
# __hume, where the script's traps on EXIT and ERR are kept, to be run by hume's own.
#
# Left out: zsh ends by a signal, and under set -e by an unset variable (set -eu) or by a failure inside the trap on EXIT
# itself, without running anything more; humed then finds out that the process has gone. A trap on
# ERR that a function sets replaces hume's. Where the script's trap on EXIT says `exit`, the stop comes before it and tells
# the status the script ended with.
if [[ -o interactive ]]; then
  : # A person's shell: its end is nobody's run, and it has no lines.
elif [[ ${__hume_pid-} != $$ ]]; then
  typeset -g __hume_pid=$$ __hume_running= __hume_leaving= __hume_on_exit= __hume_on_err= __hume_earlier=
  # The failure that is remembered; __hume_error is the status of the last one, remembered or not.
  typeset -g __hume_status=0 __hume_at= __hume_in= __hume_text= __hume_error=0 __hume_floor=0

  function hume {
    { emulate -L zsh; setopt extended_glob no_xtrace } 2>/dev/null
    local -h LINENO=0 # the special one is read-only
    local in=${funcstack[2]-} at=${funcfiletrace[1]}
    integer result=0
    (( ${+functions[$in]} )) || in= # a file that is being sourced
    # In the text of the trap on EXIT lines are counted anew.
    [[ -z $__hume_leaving || $#funcstack -gt $__hume_floor ]] || at=
    [[ -x $__hume_program ]] || __hume_program=hume # it has moved meanwhile
    # A signed script's file is a number; zsh was told its path.
    LINENO=${at##*:} HUME_FILE=${${at%:*}/#\/proc\/self\/fd\/*/$ZSH_ARGZERO} HUME_FUNCTION=$in command $__hume_program "$@" || result=$?
    # A subshell's run is not this shell's to stop; it could not tell of it anyway.
    (( result || ZSH_SUBSHELL )) || __hume_note "$@"
    return result
  }

  # Sets $? for what follows, and set -e does not mind: __hume_give 3 && :
  function __hume_give { return $1 }

  # -- the script's own traps ------------------------------------------------------------------------------------------

  function __hume { # trap ARGUMENT..., said outside of functions
    { emulate -L zsh; setopt extended_glob no_xtrace no_local_traps } 2>/dev/null
    local action=- signal
    integer result=0
    shift
    [[ ${1-} != -- ]] || shift
    if (( $# == 0 )); then
      __hume_list
    elif (( $# > 1 )) && [[ $1 != <-> ]]; then
      action=$1
      shift
    elif [[ ${1-} == - ]]; then
      set -- EXIT ERR ${signals[2,-3]}
    fi
    for signal; do
      case ${${(U)signal}#SIG} in
        (0 | EXIT) __hume_on_exit=${action#-} ;;
        (ERR | ZERR) __hume_on_err=${action#-} ;;
        (*) builtin trap -- $action $signal || result=$? ;;
      esac
    done
    return result
  }

  function __hume_list {
    local line
    [[ -z $__hume_on_exit ]] || print -r -- "trap -- ${(qq)__hume_on_exit} EXIT"
    builtin trap | while IFS= builtin read -r line; do [[ $line == *__hume_* ]] || print -r -- $line; done
    [[ -z $__hume_on_err ]] || print -r -- "trap -- ${(qq)__hume_on_err} ZERR"
  }

  # -- failures and the end ---------------------------------------------------------------------------------------------

  # The trap on ERR remembers; only where zsh runs no trap on EXIT, for set -e inside a function, is it the end. Status
  # 0: there is more to do.
  function __hume_failed { # STATUS OPTIONS
    { emulate -L zsh; setopt extended_glob no_xtrace } 2>/dev/null
    __hume_error=$1
    [[ -z $__hume_leaving ]] || return 0 # a failure of the script's trap on EXIT is not what made it end
    __hume_status=$1 __hume_at=${funcfiletrace[1]} __hume_in=${funcstack[2]-}
    [[ -n $__hume_on_err || $2 == *e* ]]
  }

  function __hume_read_line { # FILE:LINE; the text of that line of source
    local file=${1%:*}
    __hume_text=
    [[ ! -r $file ]] || __hume_text=${"${(@f)$(<$file)}"[${1##*:}]}
    __hume_text=${__hume_text##[[:space:]]#}
  }

  function __hume_failed_last { # CONTEXT OPTIONS
    { emulate -L zsh; setopt extended_glob no_xtrace } 2>/dev/null
    [[ $2 == *e* && ( -n $__hume_leaving || $1 == *shfunc* ) ]] || return 0
    (( ZSH_SUBSHELL )) || __hume_stop $__hume_error
  }

  # Status 0: the script has a trap on EXIT.
  function __hume_leave { # STATUS
    { emulate -L zsh; setopt extended_glob no_xtrace } 2>/dev/null
    __hume_leaving=$1 __hume_floor=$(( $#funcstack + 1 )) # and one for eval
    # Only a command that failed, and was the last one, has a line; `exit 3` and an unset variable have none. Where the
    # script just ends, zsh is on the next line by now.
    if [[ $1 == 0 || $1 != $__hume_status || ${funcfiletrace[1]} != $__hume_at ]]; then
      __hume_read_line ${funcfiletrace[1]}
      (( $1 && $1 == __hume_status && ${funcfiletrace[1]##*:} - ${${__hume_at##*:}:-0} == 1 )) &&
        [[ ${funcfiletrace[1]%:*} == ${__hume_at%:*} && $__hume_text != *exit* ]] || __hume_at=
    fi
    # `exit` inside the trap ends all at once, and cannot be a function there: the stop comes before, then.
    [[ $__hume_on_exit != *exit* ]] || __hume_stop
    [[ -n $__hume_on_exit ]]
  }

  # Where a function TRAPEXIT has taken the place of hume's trap on EXIT.
  function __hume_hook {
    local last=$?
    (( ZSH_SUBSHELL )) || [[ -n $__hume_leaving ]] || __hume_leave $last
    (( ZSH_SUBSHELL )) || __hume_stop
  }

  function __hume_stop { # [STATUS], where it is no longer that with which it began to leave
    { emulate -L zsh; setopt extended_glob no_xtrace } 2>/dev/null
    local last=${1-$__hume_leaving} at=$__hume_at
    local -h LINENO=0
    [[ -n $__hume_running ]] || return 0
    __hume_running=
    __hume_text=
    builtin trap '' HUP INT TERM # for this function: a signal to all of the script's processes shall not end the stop
    [[ $last != 0 && -n $at ]] && __hume_read_line $at || at= __hume_in=
    (( ${+functions[$__hume_in]} )) || __hume_in=
    LINENO=${at##*:} HUME_FILE=${${at%:*}/#\/proc\/self\/fd\/*/$ZSH_ARGZERO} HUME_FUNCTION=$__hume_in HUME_COMMAND=$__hume_text \
      command $__hume_program stop $last || :
  }

  # What the script had set before. Functions named TRAP... are given the signal's number. Only the shell itself can read its trap on EXIT, not a $(subshell) of it: through a
  # file whose other end is in the same hand.
  { builtin trap >/proc/self/fd/9; IFS= builtin read -rd '' __hume_earlier <&9 } 9<<'END' 2>/dev/null || :

END
  __hume_zerr=$(( ${signals[(i)ZERR]} - 1 ))
  [[ -z ${functions[TRAPZERR]-} ]] || __hume_on_err="() { ${functions[TRAPZERR]} } $__hume_zerr"
  [[ -z ${functions[TRAPEXIT]-} ]] || __hume_on_exit="() { ${functions[TRAPEXIT]} } 0"

  # In the text of a trap, $LINENO and the others are those of the command that failed; so all of it is one line.
  builtin trap '__hume_failed $? "$-" && { __hume_give $__hume_error && :; eval "$__hume_on_err"; __hume_failed_last "$ZSH_EVAL_CONTEXT" "$-"; }' ZERR
  builtin trap '__hume_leave $? && { __hume_give $__hume_leaving && :; eval "$__hume_on_exit"; }; __hume_stop' EXIT
  () {
    { emulate -L zsh; setopt extended_glob no_xtrace } 2>/dev/null
    local -a words=("${(@Q)${(z)__hume_earlier}}")
    integer at
    for (( at = 4; at <= $#words; at++ )); do
      [[ $words[at-3] == trap && $words[at-2] == -- ]] || continue
      __hume trap -- $words[at-1] $words[at]
    done
  }
  unset __hume_earlier
  typeset -ga zshexit_functions
  zshexit_functions+=(__hume_hook)
  alias trap='${${${${(M)ZSH_EVAL_CONTEXT:#*shfunc*}:-${ZSH_SUBSHELL:#0}}:+builtin}:-__hume} trap'
fi
[[ $__hume_options != *x* ]] || set -x # guard.zsh has turned it off

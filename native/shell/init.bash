# SPDX-License-Identifier: MIT
# hume shell-init bash: once evaluated, the script's calls of hume tell their line, file and function, and the run that
# the script began is stopped with the script's exit status and the command that failed, whatever ends it.
#
# What it promises: hume's own statuses, the script's exit status, and what the script's own traps see and do are as
# without it; no process but hume itself. So `trap` is a function that keeps what the script wants done on EXIT and ERR,
# and hume's own traps, set once, do that first. Everything here, what is local to functions too, since a script may have
# made any other name readonly, is named __hume_*, but hume, trap and exit (the last only while the script's trap on EXIT
# runs). Functions turn set -x off for themselves: a trace shows the script and not what is behind hume.
#
# Left out: bash tells a trap on EXIT of no signal. That one came is seen from where the script is then; but not in its
# last command, unless that still runs, nor between commands that are all bash's own, nor if it has traps on signals. Nor
# does bash tell there the line of `exit` or of an unset variable: it is looked for in the file. In POSIX mode there can be
# no function named trap: a trap on EXIT or ERR that the script sets later replaces hume's.
# shellcheck shell=bash disable=SC2154,SC2064,SC2317
# With set -a, functions would be exported to other scripts; aliases would be expanded in them.
# guard.bash, which comes before, has kept the options, and turned -x off.
set +a
__hume_aliases=-u && ! shopt -q expand_aliases || __hume_aliases=-s
shopt -u expand_aliases
if [[ $- == *i* ]]; then
  : # A person's shell: its end is nobody's run, and it has no lines.
elif ((BASH_VERSINFO[0] * 100 + BASH_VERSINFO[1] < 404)); then
  echo "hume: shell-init: bash $BASH_VERSION is too old, it must be 4.4; take hume shell-init sh" >&2
elif [[ ${__hume_pid-} != "$$" ]]; then
  __hume_pid=$$ __hume_running='' __hume_leaving='' __hume_signals='' __hume_errtrace=''
  # The failure that is remembered; __hume_error is the status of the last one, remembered or not.
  __hume_status=0 __hume_command='' __hume_line='' __hume_function='' __hume_file='' __hume_depth=0 __hume_error=0
  __hume_call='' __hume_shown='' # hume's arguments when it failed last; how to write the command, if otherwise than bash
  declare -gA __hume_traps=() # EXIT ERR DEBUG RETURN: what the script wants done; no entry: nothing is set

  function hume {
    { local - && set +x; } 2>/dev/null || :
    local __hume_result=0 __hume_in=${FUNCNAME[1]-}
    local __hume_at=${BASH_LINENO[0]} __hume_from=${BASH_SOURCE[1]-}
    [[ $__hume_from != /proc/self/fd/* ]] || __hume_from=$0 # a signed script
    case $__hume_in in main | source) __hume_in='' ;; esac
    # In the text of the trap on EXIT lines are counted anew, and the function is the one in which the script ended.
    [[ ! $__hume_leaving || ${#FUNCNAME[@]} -gt $__hume_floor ]] || __hume_at='' __hume_in=''
    [[ -x $__hume_program ]] || __hume_program=hume # it has moved meanwhile
    LINENO=$__hume_at HUME_FILE=$__hume_from HUME_FUNCTION=$__hume_in \
      command "$__hume_program" "$@" || __hume_result=$?
    if ((__hume_result)); then
      builtin printf -v __hume_call ' %s' "$@"
    fi
    # A subshell's run is not this shell's to stop; it could not tell of it anyway.
    [[ $__hume_result != 0 || $BASHPID != "$__hume_pid" ]] || __hume_note "$@"
    return "$__hume_result"
  }

  # Sets $? for what follows, and set -e does not mind: __hume_give 3 && :
  function __hume_give { return "$1"; }

  # -- the script's own traps ------------------------------------------------------------------------------------------

  if [[ ! -o posix ]]; then
    function trap {
      { __hume_yield_errtrace "$@" && local - && set +x; } 2>/dev/null || :
      local __hume_action=- __hume_signal __hume_result=0
      case ${1-} in
        -p)
          shift
          [[ ${1-} != -- ]] || shift
          __hume_list "$@"
          return
          ;;
        --) shift ;;
        -?*)
          builtin trap "$@" || __hume_result=$?
          return "$__hume_result"
          ;;
      esac
      if (($# == 0)); then
        __hume_list
        return
      elif (($# > 1)) && [[ ! $1 =~ ^[0-9]+$ ]]; then
        __hume_action=$1
        shift
      fi
      for __hume_signal; do
        __hume_set_trap "$__hume_action" "$__hume_signal" || __hume_result=$?
      done
      return "$__hume_result"
    }
  fi

  # Finds the name under which a trap is kept here; empty: it is a signal's, which bash keeps.
  function __hume_find_name {
    local __hume_word=${1^^}
    case ${__hume_word#SIG} in
      0 | EXIT) __hume_name=EXIT ;;
      ERR | DEBUG | RETURN) __hume_name=${__hume_word#SIG} ;;
      *) __hume_name='' ;;
    esac
  }

  function __hume_set_trap { # ACTION SIGNAL
    local __hume_name __hume_action=$1
    __hume_find_name "$2"
    case $__hume_name in
      '')
        [[ ! $1 || $1 == - ]] || __hume_signals=1 # what is ignored ends no script
        if [[ $1 == - ]]; then set -- "$2"; fi # so that bash says what is wrong with a lone word
        builtin trap -- "$@" || return
        return 0
        ;;
      EXIT | ERR)
        # A subshell has a trap on EXIT of its own, and one on ERR that it sets is its own too.
        [[ $BASHPID == "$__hume_pid" ]] || builtin trap -- "$1" "$2"
        ;;
      *)
        # It is set inside this function, and is not meant for it.
        [[ $1 != - ]] || __hume_action=''
        builtin trap -- 'case ${FUNCNAME[0]-} in trap | hume | __hume_*) ;; *) '"$__hume_action"$'\n''esac' "$2"
        ;;
    esac
    if [[ $1 == - ]]; then unset "__hume_traps[$__hume_name]"; else __hume_traps[$__hume_name]=$1; fi
  }

  function __hume_list { # [SIGNAL...], as trap -p does
    local __hume_name __hume_signal __hume_result=0 __hume_quote=\'
    (($#)) || set -- EXIT {1..64} DEBUG ERR RETURN
    for __hume_signal; do
      __hume_find_name "$__hume_signal"
      if [[ -z $__hume_name ]]; then
        builtin trap -p "$__hume_signal" || __hume_result=1
      elif [[ ${__hume_traps[$__hume_name]+set} ]]; then
        printf "trap -- '%s' %s\n" "${__hume_traps[$__hume_name]//$__hume_quote/$__hume_quote\\$__hume_quote$__hume_quote}" "$__hume_name"
      fi
    done
    return "$__hume_result"
  }

  # ERR reaches failures inside functions only under set -E. That is turned on here, but not where the script has a trap
  # on ERR, which would be reached by them too. When one comes later, set -E stays if the script has said so before.
  function __hume_yield_errtrace { # the arguments of trap
    [[ $__hume_errtrace && ${1-} != - && " $* " =~ \ (SIG)?ERR\  ]] || return 0
    __hume_errtrace=''
    local __hume_line
    local -i __hume_frame __hume_number
    for ((__hume_frame = 1; __hume_frame < ${#BASH_SOURCE[@]}; __hume_frame++)); do
      __hume_number=0
      [[ -r ${BASH_SOURCE[__hume_frame + 1]-} ]] || continue
      while IFS= builtin read -r __hume_line && ((++__hume_number <= BASH_LINENO[__hume_frame])); do
        ((__hume_number < BASH_LINENO[__hume_frame])) || __hume_line=${__hume_line%%trap *}
        [[ ! $__hume_line =~ ^[^#]*set\ +(-[A-Za-z]*E|.*errtrace) ]] || return 0
      done <"${BASH_SOURCE[__hume_frame + 1]}"
    done
    set +E
  }

  # -- failures and the end ---------------------------------------------------------------------------------------------

  # The trap on ERR only remembers. A function's failure comes again from each of its callers: the innermost one counts.
  # Status 0: there is more to do.
  function __hume_failed { # STATUS COMMAND LINE DEPTH FUNCTION FILE
    { local - && set +x; } 2>/dev/null || :
    __hume_error=$1
    if [[ $__hume_leaving ]]; then
      return 0 # a failure of the script's trap on EXIT is not what made it end
    fi
    # A call of hume has failed where it was said, not inside the function.
    [[ $5 != hume ]] || set -- "$1" "$2" "${BASH_LINENO[1]}" "$4" "${FUNCNAME[2]-}" "${BASH_SOURCE[2]-}"
    if [[ $1 == "$__hume_status" && $2 == "$__hume_command" ]] && ((${4:-0} < __hume_depth)); then
      __hume_depth=${4:-0}
    else
      __hume_status=$1 __hume_line=$3 __hume_depth=${4:-0} __hume_function=$5 __hume_file=$6
      __hume_take_command "$2"
    fi
    [[ ${__hume_traps[ERR]-} ]]
  }

  # A call of hume that fails is, to bash, the return from its function.
  function __hume_take_command {
    __hume_command=$1 __hume_shown=''
    [[ $1 != *__hume_result* ]] || __hume_shown=hume$__hume_call
  }

  # After a failure inside the script's trap on EXIT, under set -e, nothing more would be run.
  function __hume_failed_leaving {
    { local - && set +x; } 2>/dev/null || :
    [[ ! $__hume_leaving || $- != *e* ]] || __hume_stop "$__hume_error"
  }

  # Status 0: the script has a trap on EXIT.
  function __hume_leave { # STATUS COMMAND FUNCTION FILE, as the trap on EXIT finds them
    { local - && set +x; } 2>/dev/null || :
    __hume_leaving=$1 __hume_floor=${#FUNCNAME[@]}
    local __hume_last=$2
    # A signed script that has ended, unless by a signal, is one command to bash, whichever of its own was the last.
    # Under set -e that was the one that failed.
    if [[ $2 == '. /proc/self/fd/'* ]]; then
      __hume_last=''
      [[ $1 != "$__hume_status" || $- != *e* ]] || __hume_last=$__hume_command
    fi
    # Only a command that failed has a line; for `exit 3` and an unset variable bash remembers none.
    if [[ $1 != "$__hume_status" || $__hume_last != "$__hume_command" ]]; then
      __hume_status=$1 __hume_line='' __hume_function=$3 __hume_file=${4:-$0}
      __hume_take_command "$__hume_last"
      [[ $1 == 0 || ! $__hume_running || ! $__hume_last ]] || __hume_find_line
    fi
    case $__hume_function in main | source) __hume_function='' ;; esac
    [[ $1 != 0 || ! $__hume_last ]] || __hume_notice_signal "$3"
    [[ ${__hume_traps[EXIT]-} ]] || return 1
    # `exit` inside the trap ends all at once. Where it cannot be hume's function, as in POSIX mode, the stop comes before.
    if [[ -o posix && ${__hume_traps[EXIT]} == *exit* ]] || declare -F exit >/dev/null; then
      __hume_stop
    elif [[ ! -o posix ]]; then
      __hume_catch_exit
    fi
  }

  # Where the command stands in one line of its file, and in no other, that is the line it was said in.
  function __hume_find_line {
    local -a __hume_lines=()
    local -i __hume_number=0 __hume_found=0
    local __hume_text __hume_before
    [[ -f $__hume_file && -r $__hume_file ]] || return 0 # not a pipe, which would be waited for
    # More is a program; the script's end does not wait for it.
    builtin mapfile -t -n 5000 __hume_lines <"$__hume_file"
    ((${#__hume_lines[@]} < 5000)) || return 0
    for __hume_text in "${__hume_lines[@]}"; do
      __hume_number+=1
      [[ $__hume_text == *"$__hume_command"* ]] || continue
      __hume_before=${__hume_text%%"$__hume_command"*}
      [[ ! $__hume_before =~ (^|[[:space:]])#|[[:alnum:]_-]$ ]] || continue
      [[ ! ${__hume_text#*"$__hume_command"} =~ ^[[:alnum:]_-] ]] || continue
      ((__hume_found == 0)) || return 0
      __hume_found=__hume_number
    done
    [[ $__hume_found == 0 ]] || __hume_line=$__hume_found
  }

  function __hume_catch_exit {
    function exit {
      [[ $BASHPID == "$__hume_pid" ]] || builtin exit "$@"
      { local - && set +x; } 2>/dev/null || :
      # Without a status it is, in a trap, the one with which the script ended.
      local __hume_last=${1-${__hume_leaving/killed/0}}
      [[ $__hume_last != [0-9]* ]] || __hume_stop "$((__hume_last & 255))"
      builtin exit "$__hume_last"
    }
  }

  # Whoever leaves with 0, and not by `exit`, is inside no function, has read all of the script, and waits for no command:
  # else it was a signal. bash sets its place in the script's file back to what it has parsed before each command it starts.
  function __hume_notice_signal { # FUNCTION
    local __hume_children='' __hume_job __hume_last=' &'
    [[ ! $__hume_command =~ (^|[^[:alnum:]_])exit([^[:alnum:]_]|$) && $- != *t* ]] || return 0
    if [[ ! $__hume_signals ]]; then
      [[ ! $1 && $__hume_file != /proc/self/fd/* ]] || __hume_leaving=killed
      [[ ! -f /proc/$$/fd/255 ]] || ! builtin read -r -N 1 -u 255 || __hume_leaving=killed
    fi 2>/dev/null
    { builtin read -r __hume_children <"/proc/$$/task/$$/children"; } 2>/dev/null || :
    [[ $__hume_children && $__hume_leaving != killed ]] || return 0
    # A job may have many lines; the last one ends in & unless it is waited for.
    while IFS= builtin read -r __hume_job; do
      [[ ! $__hume_job =~ ^\[[0-9]+\] || $__hume_last == *' &' ]] || __hume_leaving=killed
      __hume_last=${__hume_job:-$__hume_last}
    done <<<"$(jobs -r)"
    [[ $__hume_last == *' &' && ($__hume_last == ' &' || $__hume_command != wait) ]] || __hume_leaving=killed
  }

  function __hume_stop { # [STATUS], where it is no longer that with which it began to leave
    { local - && set +x; } 2>/dev/null || :
    local __hume_last=${1-$__hume_leaving}
    # A fork that is killed before bash has reset its traps, as an `&` is at once, does what its parent would: not this.
    [[ $__hume_running && $BASHPID == "$__hume_pid" ]] || return 0
    __hume_running=''
    # It comes last, mostly: a signal to all of the script's processes shall not end it half way.
    [[ ${FUNCNAME[1]-} == __hume_leave ]] || builtin trap '' HUP INT TERM
    [[ $__hume_last != killed ]] || set -- fail 'ended by a signal'
    [[ $__hume_last != 0 && $__hume_leaving != 0 && $__hume_leaving != killed ]] ||
      __hume_line='' __hume_file='' __hume_function='' __hume_command='' __hume_shown=''
    [[ $__hume_file != /proc/self/fd/* ]] || __hume_file=$0
    LINENO=$__hume_line HUME_FILE=$__hume_file HUME_FUNCTION=$__hume_function HUME_COMMAND=${__hume_shown:-$__hume_command} \
      command "$__hume_program" stop "${@:-$__hume_last}" || :
  }

  # What the script had set before: bash shows a subshell the traps of its parent.
  __hume_earlier=$(builtin trap -p)
  # Actions that are not empty, but those on EXIT and ERR: what whoever started it made it ignore ends no script.
  [[ ! $__hume_earlier =~ ([^\']|\\\'\')\'\ [^E] ]] || __hume_signals=1
  __hume_line=$__hume_earlier
  __hume_earlier=${__hume_earlier:+$(builtin trap -p EXIT)}
  [[ ! $__hume_earlier ]] || eval "__hume_set_trap ${__hume_earlier#trap -- }"
  __hume_earlier=${__hume_line:+$(builtin trap -p ERR)} __hume_line=''
  [[ ! $__hume_earlier ]] || eval "__hume_set_trap ${__hume_earlier#trap -- }"
  unset __hume_earlier
  if [[ $- != *E* && ! ${__hume_traps[ERR]+set} ]]; then
    __hume_errtrace=1
    set -E
  fi

  # In the text of a trap, $LINENO and the others are those of the command that failed; so all of it is one line.
  builtin trap '__hume_failed "$?" "$BASH_COMMAND" "$LINENO" "${FUNCNAME[0]+${#FUNCNAME[@]}}" "${FUNCNAME[0]-}" "${BASH_SOURCE[0]-}" && { __hume_give "$__hume_error" && :; eval "${__hume_traps[ERR]-}"; __hume_failed_leaving; }' ERR
  builtin trap '__hume_leave "$?" "$BASH_COMMAND" "${FUNCNAME[0]-}" "${BASH_SOURCE[0]-}" && { __hume_give "${__hume_leaving/killed/0}" && :; eval "${__hume_traps[EXIT]-}"; }; __hume_stop' EXIT
fi
shopt "$__hume_aliases" expand_aliases
[[ $__hume_options != *a* ]] || set -a
[[ $__hume_options != *x* ]] || set -x

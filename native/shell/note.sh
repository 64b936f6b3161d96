# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# hume shell-init, the part all shells share: does this call of hume begin the script's run, or end it? Only a run that
# the script itself began, and has not ended, is ended for it at its exit. What comes before the verb is skipped as the
# program would; the first word that is another verb settles it.
__hume_note() {
  # What --run names is another's: no script has been told the name of the run it began by itself.
  __hume_named=''
  for __hume_word; do
    case $__hume_word in --run | --run=*) __hume_named=1 ;; esac
  done
  while [ "$#" -gt 0 ]; do
    case $1 in
      start | counter-start | -ccounter-start | --hume-cmd=counter-start) __hume_running=1 && return ;;
      stop | counter-stop | -ccounter-stop | --hume-cmd=counter-stop)
        [ "$__hume_named" ] || __hume_running=''
        return
        ;;
      -[tTxLm] | --task | --tags | --extra | --level | --message | --run | --host | --hostname | --deadline | \
        --recv-timeout | --auth-token | --every | --cron | --calendar | --tz | --grace | --max | --describe | --runbook | --owner)
        [ "$#" -eq 1 ] || shift
        ;;
      -*) ;;
      *) return 0 ;;
    esac
    shift
  done
}

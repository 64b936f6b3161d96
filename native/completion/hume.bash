# hume completion for bash; in ~/.bashrc: eval "$(hume completion bash)"
_hume() {
    local word=${COMP_WORDS[COMP_CWORD]} verb=${COMP_WORDS[1]} line=${COMP_LINE:0:COMP_POINT} whole cut before=()
    if [ "$COMP_CWORD" -eq 1 ]; then
        COMPREPLY=($(compgen -W "start debug info ok warn error critical flag progress set get ping stop shell-init run up status runs show events tail wait check data note about take badge login enroll audit link hosts watch alert silence queue rules sign signers scripts verify doctor watchdog central completion help version" -- "$word"))
        return
    fi
    # Bash splits words at colons; what is typed is looked at as it stands.
    whole=${line##* }
    read -ra before <<<"${line%"$whole"}"
    before=${before[${#before[@]} - 1]}
    if [[ $whole != -* && ( " status runs show events tail wait check data scripts note about take badge " == *" $verb "* || $before == -@(t|T|-task|-tags) ) ]]; then
        mapfile -t COMPREPLY < <("${COMP_WORDS[0]}" completion words "$verb" -- "$before" "$whole" 2>/dev/null)
        [[ ${COMPREPLY[0]-} == *: ]] && compopt -o nospace 2>/dev/null
        cut=${whole%"$word"}
        [[ $COMP_WORDBREAKS == *:* && $whole == *:* ]] && cut=${whole%"${whole##*:}"}
        COMPREPLY=("${COMPREPLY[@]#"$cut"}")
        return
    fi
    case $verb in
        start) COMPREPLY=($(compgen -W "--print-run --every --cron --calendar --tz --grace --max --describe --runbook --owner --task --tags --extra --level --run --host --append-pstree --strict --lossy --deadline --verbose --help" -- "$word")) ;;
        debug) COMPREPLY=($(compgen -W "--task --tags --extra --level --run --host --append-pstree --strict --lossy --deadline --verbose --help" -- "$word")) ;;
        info) COMPREPLY=($(compgen -W "--task --tags --extra --level --run --host --append-pstree --strict --lossy --deadline --verbose --help" -- "$word")) ;;
        ok) COMPREPLY=($(compgen -W "--task --tags --extra --level --run --host --append-pstree --strict --lossy --deadline --verbose --help" -- "$word")) ;;
        warn) COMPREPLY=($(compgen -W "--task --tags --extra --level --run --host --append-pstree --strict --lossy --deadline --verbose --help" -- "$word")) ;;
        error) COMPREPLY=($(compgen -W "--task --tags --extra --level --run --host --append-pstree --strict --lossy --deadline --verbose --help" -- "$word")) ;;
        critical) COMPREPLY=($(compgen -W "--task --tags --extra --level --run --host --append-pstree --strict --lossy --deadline --verbose --help" -- "$word")) ;;
        flag) COMPREPLY=($(compgen -W "--task --tags --extra --level --run --host --append-pstree --strict --lossy --deadline --verbose --help" -- "$word")) ;;
        progress) COMPREPLY=($(compgen -W "--task --tags --extra --level --run --host --append-pstree --strict --lossy --deadline --verbose --help" -- "$word")) ;;
        set) COMPREPLY=($(compgen -W "--ttl --unit --task --tags --extra --level --run --host --append-pstree --strict --lossy --deadline --verbose --help" -- "$word")) ;;
        get) COMPREPLY=($(compgen -W "--task --deadline --help" -- "$word")) ;;
        ping) COMPREPLY=($(compgen -W "--task --tags --extra --level --run --host --append-pstree --strict --lossy --deadline --verbose --help" -- "$word")) ;;
        stop) COMPREPLY=($(compgen -W "--task --tags --extra --level --run --host --append-pstree --strict --lossy --deadline --verbose --help" -- "$word")) ;;
        shell-init) COMPREPLY=($(compgen -W "bash zsh sh --help" -- "$word")) ;;
        run) COMPREPLY=($(compgen -W "--timeout --kill-after --lock --lock-wait --output --signed --trust --every --cron --calendar --tz --grace --max --describe --runbook --owner --task --tags --extra --level --run --host --append-pstree --strict --lossy --deadline --verbose --help" -- "$word")) ;;
        up) COMPREPLY=($(compgen -W "--dir --port --help" -- "$word")) ;;
        status) COMPREPLY=($(compgen -W "--host --task --tag --problems --watch --output --columns --limit --central --profile --dir --help" -- "$word")) ;;
        runs) COMPREPLY=($(compgen -W "--host --task --tag --state --failed --lost --late --since --until --output --columns --limit --central --profile --dir --help" -- "$word")) ;;
        show) COMPREPLY=($(compgen -W "--all --output --central --profile --dir --help" -- "$word")) ;;
        events) COMPREPLY=($(compgen -W "--host --task --tag --run --kind --level --text --oldest --since --until --output --columns --limit --central --profile --dir --help" -- "$word")) ;;
        tail) COMPREPLY=($(compgen -W "--follow --lines --output --central --profile --dir --help" -- "$word")) ;;
        wait) COMPREPLY=($(compgen -W "--next --flag --state --timeout --central --profile --dir --help" -- "$word")) ;;
        check) COMPREPLY=($(compgen -W "--max-age --central --profile --dir --help" -- "$word")) ;;
        data) COMPREPLY=($(compgen -W "--host --task --key --history --output --columns --limit --central --profile --dir --help" -- "$word")) ;;
        note) COMPREPLY=($(compgen -W "--output --columns --limit --central --profile --dir --help" -- "$word")) ;;
        about) COMPREPLY=($(compgen -W "--tag --untag --owner --description --runbook --output --central --profile --dir --help" -- "$word")) ;;
        take) COMPREPLY=($(compgen -W "--release --central --profile --dir --help" -- "$word")) ;;
        badge) COMPREPLY=($(compgen -W "--remove --central --profile --dir --help" -- "$word")) ;;
        login) COMPREPLY=($(compgen -W "--profile --help" -- "$word")) ;;
        enroll) COMPREPLY=($(compgen -W "--rotate --dir --help" -- "$word")) ;;
        audit) COMPREPLY=($(compgen -W "--since --until --output --columns --limit --central --profile --dir --help" -- "$word")) ;;
        link) COMPREPLY=($(compgen -W "--central --profile --dir --help" -- "$word")) ;;
        hosts) COMPREPLY=($(compgen -W "--output --columns --limit --central --profile --dir --help" -- "$word")) ;;
        watch) [ "$COMP_CWORD" -gt 2 ] || COMPREPLY=($(compgen -W "add apply list pause remove show --help" -- "$word")) ;;
        alert) [ "$COMP_CWORD" -gt 2 ] || COMPREPLY=($(compgen -W "apply channels export list show test --help" -- "$word")) ;;
        silence) [ "$COMP_CWORD" -gt 2 ] || COMPREPLY=($(compgen -W "add end list --help" -- "$word")) ;;
        queue) COMPREPLY=($(compgen -W "--output --dir --help" -- "$word")) ;;
        rules) COMPREPLY=($(compgen -W "--event --last --config --dir --help" -- "$word")) ;;
        sign) COMPREPLY=($(compgen -W "--key --as --interpreter --argument --no-arguments --source --host --for --env --number --namespace --inside --help" -- "$word")) ;;
        signers) [ "$COMP_CWORD" -gt 2 ] || COMPREPLY=($(compgen -W "publish show update --help" -- "$word")) ;;
        scripts) COMPREPLY=($(compgen -W "--host --task --signer --signature --output --columns --limit --central --profile --dir --help" -- "$word")) ;;
        verify) COMPREPLY=($(compgen -W "--trust --output --help" -- "$word")) ;;
        doctor) COMPREPLY=($(compgen -W "--dir --output --help" -- "$word")) ;;
        watchdog) COMPREPLY=($(compgen -W "--humed-limit --central-limit --dir --help" -- "$word")) ;;
        central) COMPREPLY=($(compgen -W "--help" -- "$word")) ;;
        completion) COMPREPLY=($(compgen -W "bash zsh fish --help" -- "$word")) ;;
        help) COMPREPLY=($(compgen -W "up status runs show events tail wait check data note about take badge login enroll audit link hosts watch alert silence queue rules sign signers scripts verify doctor watchdog central completion help version start debug info ok warn error critical flag progress set get ping stop shell-init run --help" -- "$word")) ;;
        version) COMPREPLY=($(compgen -W "--help" -- "$word")) ;;
    esac
}
complete -o default -F _hume hume hume-cli

# hume completion for fish; in config.fish: hume completion fish | source
complete -c hume -f -n __fish_use_subcommand -a start -d 'a run begins: hume start [TASK] [MESSAGE]'
complete -c hume -f -n __fish_use_subcommand -a debug -d 'an event of that level: hume debug TEXT'
complete -c hume -f -n __fish_use_subcommand -a info -d 'an event: hume info TEXT'
complete -c hume -f -n __fish_use_subcommand -a ok -d 'an event: hume ok TEXT'
complete -c hume -f -n __fish_use_subcommand -a warn -d 'an event: hume warn TEXT'
complete -c hume -f -n __fish_use_subcommand -a error -d 'an event: hume error TEXT'
complete -c hume -f -n __fish_use_subcommand -a critical -d 'an event: hume critical TEXT'
complete -c hume -f -n __fish_use_subcommand -a flag -d 'a mark on the runs timeline: hume flag NAME [TEXT]'
complete -c hume -f -n __fish_use_subcommand -a progress -d 'the share that is done: hume progress 50, or 3/12'
complete -c hume -f -n __fish_use_subcommand -a set -d 'share data: hume set KEY=VALUE...'
complete -c hume -f -n __fish_use_subcommand -a get -d 'print what was shared: hume get [HOST[:TASK]/]KEY'
complete -c hume -f -n __fish_use_subcommand -a ping -d 'still here: hume ping [TASK]'
complete -c hume -f -n __fish_use_subcommand -a stop -d 'the run ends: hume stop [STATUS] [TEXT], as in: hume stop $?'
complete -c hume -f -n __fish_use_subcommand -a shell-init -d 'lines, and the stop by itself: eval "$(hume shell-init bash)"'
complete -c hume -f -n __fish_use_subcommand -a run -d 'start, run a command, stop: hume run [OPTIONS] -- COMMAND...'
complete -c hume -f -n __fish_use_subcommand -a up -d 'humed and central here, in the foreground (for a trial, a laptop)'
complete -c hume -f -n __fish_use_subcommand -a status -d 'every task as it is now, grouped by host, troubles first'
complete -c hume -f -n __fish_use_subcommand -a runs -d 'runs, newest first'
complete -c hume -f -n __fish_use_subcommand -a show -d 'one run as a timeline'
complete -c hume -f -n __fish_use_subcommand -a events -d 'what was said, newest first'
complete -c hume -f -n __fish_use_subcommand -a tail -d 'the last of what was said; -f goes on with what is said now'
complete -c hume -f -n __fish_use_subcommand -a wait -d 'until a tasks run has ended; the exit status tells how'
complete -c hume -f -n __fish_use_subcommand -a check -d 'a task as a plugin of a monitoring system'
complete -c hume -f -n __fish_use_subcommand -a data -d 'data that scripts shared, with who wrote it and when'
complete -c hume -f -n __fish_use_subcommand -a note -d 'write a note on a task or on a run'
complete -c hume -f -n __fish_use_subcommand -a about -d 'what a task is for, whose it is, and the tags people give it'
complete -c hume -f -n __fish_use_subcommand -a take -d 'take a tasks trouble in hand, or give it back'
complete -c hume -f -n __fish_use_subcommand -a badge -d 'an address without a token that shows how a task or a tag is'
complete -c hume -f -n __fish_use_subcommand -a login -d 'sign in to a central elsewhere: hume login URL'
complete -c hume -f -n __fish_use_subcommand -a enroll -d 'let this host report to a central: hume enroll URL < token'
complete -c hume -f -n __fish_use_subcommand -a audit -d 'what was done at central and what was refused: who, from where, when'
complete -c hume -f -n __fish_use_subcommand -a link -d 'a link that opens the pages in a browser, once'
complete -c hume -f -n __fish_use_subcommand -a hosts -d 'the hosts that report, how they are heard, how the humed of each fares'
complete -c hume -f -n __fish_use_subcommand -a watch -d 'what is expected of tasks: hume watch list, add, show, remove, pause, apply'
complete -c hume -f -n __fish_use_subcommand -a alert -d 'what is wrong and who is told: hume alert list, show, apply, export, test'
complete -c hume -f -n __fish_use_subcommand -a silence -d 'keep something quiet for a while: hume silence host:db1 --for 2h --why WHY; list, end'
complete -c hume -f -n __fish_use_subcommand -a queue -d 'this hosts spool: what waits to reach central'
complete -c hume -f -n __fish_use_subcommand -a rules -d 'what the rules of humed.toml make of an event: hume rules test'
complete -c hume -f -n __fish_use_subcommand -a sign -d 'sign a script with your own OpenSSH key'
complete -c hume -f -n __fish_use_subcommand -a signers -d 'whom hosts believe: hume signers publish, update, show'
complete -c hume -f -n __fish_use_subcommand -a scripts -d 'which scripts run where, signed by whom, unsigned, changed, expiring'
complete -c hume -f -n __fish_use_subcommand -a verify -d 'does a script verify here, and what was signed'
complete -c hume -f -n __fish_use_subcommand -a doctor -d 'what is wrong with this installation, and the command that mends it'
complete -c hume -f -n __fish_use_subcommand -a watchdog -d 'one round trip through hume, humed and central, timed: for a timer or cron'
complete -c hume -f -n __fish_use_subcommand -a central -d 'centrals own verbs on its machine, as hume-central: dead, retention, backup, restore'
complete -c hume -f -n __fish_use_subcommand -a completion -d 'completion for bash, zsh or fish'
complete -c hume -f -n __fish_use_subcommand -a help -d 'this list, or one verbs options'
complete -c hume -f -n __fish_use_subcommand -a version -d 'which hume this is'
complete -c hume -n '__fish_seen_subcommand_from start' -l print-run
complete -c hume -n '__fish_seen_subcommand_from start' -l every
complete -c hume -n '__fish_seen_subcommand_from start' -l cron
complete -c hume -n '__fish_seen_subcommand_from start' -l calendar
complete -c hume -n '__fish_seen_subcommand_from start' -l tz
complete -c hume -n '__fish_seen_subcommand_from start' -l grace
complete -c hume -n '__fish_seen_subcommand_from start' -l max
complete -c hume -n '__fish_seen_subcommand_from start' -l describe
complete -c hume -n '__fish_seen_subcommand_from start' -l runbook
complete -c hume -n '__fish_seen_subcommand_from start' -l owner
complete -c hume -n '__fish_seen_subcommand_from start' -l task
complete -c hume -n '__fish_seen_subcommand_from start' -l tags
complete -c hume -n '__fish_seen_subcommand_from start' -l extra
complete -c hume -n '__fish_seen_subcommand_from start' -l level
complete -c hume -n '__fish_seen_subcommand_from start' -l run
complete -c hume -n '__fish_seen_subcommand_from start' -l host
complete -c hume -n '__fish_seen_subcommand_from start' -l append-pstree
complete -c hume -n '__fish_seen_subcommand_from start' -l strict
complete -c hume -n '__fish_seen_subcommand_from start' -l lossy
complete -c hume -n '__fish_seen_subcommand_from start' -l deadline
complete -c hume -n '__fish_seen_subcommand_from start' -l verbose
complete -c hume -n '__fish_seen_subcommand_from start' -l help
complete -c hume -n '__fish_seen_subcommand_from debug' -l task
complete -c hume -n '__fish_seen_subcommand_from debug' -l tags
complete -c hume -n '__fish_seen_subcommand_from debug' -l extra
complete -c hume -n '__fish_seen_subcommand_from debug' -l level
complete -c hume -n '__fish_seen_subcommand_from debug' -l run
complete -c hume -n '__fish_seen_subcommand_from debug' -l host
complete -c hume -n '__fish_seen_subcommand_from debug' -l append-pstree
complete -c hume -n '__fish_seen_subcommand_from debug' -l strict
complete -c hume -n '__fish_seen_subcommand_from debug' -l lossy
complete -c hume -n '__fish_seen_subcommand_from debug' -l deadline
complete -c hume -n '__fish_seen_subcommand_from debug' -l verbose
complete -c hume -n '__fish_seen_subcommand_from debug' -l help
complete -c hume -n '__fish_seen_subcommand_from info' -l task
complete -c hume -n '__fish_seen_subcommand_from info' -l tags
complete -c hume -n '__fish_seen_subcommand_from info' -l extra
complete -c hume -n '__fish_seen_subcommand_from info' -l level
complete -c hume -n '__fish_seen_subcommand_from info' -l run
complete -c hume -n '__fish_seen_subcommand_from info' -l host
complete -c hume -n '__fish_seen_subcommand_from info' -l append-pstree
complete -c hume -n '__fish_seen_subcommand_from info' -l strict
complete -c hume -n '__fish_seen_subcommand_from info' -l lossy
complete -c hume -n '__fish_seen_subcommand_from info' -l deadline
complete -c hume -n '__fish_seen_subcommand_from info' -l verbose
complete -c hume -n '__fish_seen_subcommand_from info' -l help
complete -c hume -n '__fish_seen_subcommand_from ok' -l task
complete -c hume -n '__fish_seen_subcommand_from ok' -l tags
complete -c hume -n '__fish_seen_subcommand_from ok' -l extra
complete -c hume -n '__fish_seen_subcommand_from ok' -l level
complete -c hume -n '__fish_seen_subcommand_from ok' -l run
complete -c hume -n '__fish_seen_subcommand_from ok' -l host
complete -c hume -n '__fish_seen_subcommand_from ok' -l append-pstree
complete -c hume -n '__fish_seen_subcommand_from ok' -l strict
complete -c hume -n '__fish_seen_subcommand_from ok' -l lossy
complete -c hume -n '__fish_seen_subcommand_from ok' -l deadline
complete -c hume -n '__fish_seen_subcommand_from ok' -l verbose
complete -c hume -n '__fish_seen_subcommand_from ok' -l help
complete -c hume -n '__fish_seen_subcommand_from warn' -l task
complete -c hume -n '__fish_seen_subcommand_from warn' -l tags
complete -c hume -n '__fish_seen_subcommand_from warn' -l extra
complete -c hume -n '__fish_seen_subcommand_from warn' -l level
complete -c hume -n '__fish_seen_subcommand_from warn' -l run
complete -c hume -n '__fish_seen_subcommand_from warn' -l host
complete -c hume -n '__fish_seen_subcommand_from warn' -l append-pstree
complete -c hume -n '__fish_seen_subcommand_from warn' -l strict
complete -c hume -n '__fish_seen_subcommand_from warn' -l lossy
complete -c hume -n '__fish_seen_subcommand_from warn' -l deadline
complete -c hume -n '__fish_seen_subcommand_from warn' -l verbose
complete -c hume -n '__fish_seen_subcommand_from warn' -l help
complete -c hume -n '__fish_seen_subcommand_from error' -l task
complete -c hume -n '__fish_seen_subcommand_from error' -l tags
complete -c hume -n '__fish_seen_subcommand_from error' -l extra
complete -c hume -n '__fish_seen_subcommand_from error' -l level
complete -c hume -n '__fish_seen_subcommand_from error' -l run
complete -c hume -n '__fish_seen_subcommand_from error' -l host
complete -c hume -n '__fish_seen_subcommand_from error' -l append-pstree
complete -c hume -n '__fish_seen_subcommand_from error' -l strict
complete -c hume -n '__fish_seen_subcommand_from error' -l lossy
complete -c hume -n '__fish_seen_subcommand_from error' -l deadline
complete -c hume -n '__fish_seen_subcommand_from error' -l verbose
complete -c hume -n '__fish_seen_subcommand_from error' -l help
complete -c hume -n '__fish_seen_subcommand_from critical' -l task
complete -c hume -n '__fish_seen_subcommand_from critical' -l tags
complete -c hume -n '__fish_seen_subcommand_from critical' -l extra
complete -c hume -n '__fish_seen_subcommand_from critical' -l level
complete -c hume -n '__fish_seen_subcommand_from critical' -l run
complete -c hume -n '__fish_seen_subcommand_from critical' -l host
complete -c hume -n '__fish_seen_subcommand_from critical' -l append-pstree
complete -c hume -n '__fish_seen_subcommand_from critical' -l strict
complete -c hume -n '__fish_seen_subcommand_from critical' -l lossy
complete -c hume -n '__fish_seen_subcommand_from critical' -l deadline
complete -c hume -n '__fish_seen_subcommand_from critical' -l verbose
complete -c hume -n '__fish_seen_subcommand_from critical' -l help
complete -c hume -n '__fish_seen_subcommand_from flag' -l task
complete -c hume -n '__fish_seen_subcommand_from flag' -l tags
complete -c hume -n '__fish_seen_subcommand_from flag' -l extra
complete -c hume -n '__fish_seen_subcommand_from flag' -l level
complete -c hume -n '__fish_seen_subcommand_from flag' -l run
complete -c hume -n '__fish_seen_subcommand_from flag' -l host
complete -c hume -n '__fish_seen_subcommand_from flag' -l append-pstree
complete -c hume -n '__fish_seen_subcommand_from flag' -l strict
complete -c hume -n '__fish_seen_subcommand_from flag' -l lossy
complete -c hume -n '__fish_seen_subcommand_from flag' -l deadline
complete -c hume -n '__fish_seen_subcommand_from flag' -l verbose
complete -c hume -n '__fish_seen_subcommand_from flag' -l help
complete -c hume -n '__fish_seen_subcommand_from progress' -l task
complete -c hume -n '__fish_seen_subcommand_from progress' -l tags
complete -c hume -n '__fish_seen_subcommand_from progress' -l extra
complete -c hume -n '__fish_seen_subcommand_from progress' -l level
complete -c hume -n '__fish_seen_subcommand_from progress' -l run
complete -c hume -n '__fish_seen_subcommand_from progress' -l host
complete -c hume -n '__fish_seen_subcommand_from progress' -l append-pstree
complete -c hume -n '__fish_seen_subcommand_from progress' -l strict
complete -c hume -n '__fish_seen_subcommand_from progress' -l lossy
complete -c hume -n '__fish_seen_subcommand_from progress' -l deadline
complete -c hume -n '__fish_seen_subcommand_from progress' -l verbose
complete -c hume -n '__fish_seen_subcommand_from progress' -l help
complete -c hume -n '__fish_seen_subcommand_from set' -l ttl
complete -c hume -n '__fish_seen_subcommand_from set' -l unit
complete -c hume -n '__fish_seen_subcommand_from set' -l task
complete -c hume -n '__fish_seen_subcommand_from set' -l tags
complete -c hume -n '__fish_seen_subcommand_from set' -l extra
complete -c hume -n '__fish_seen_subcommand_from set' -l level
complete -c hume -n '__fish_seen_subcommand_from set' -l run
complete -c hume -n '__fish_seen_subcommand_from set' -l host
complete -c hume -n '__fish_seen_subcommand_from set' -l append-pstree
complete -c hume -n '__fish_seen_subcommand_from set' -l strict
complete -c hume -n '__fish_seen_subcommand_from set' -l lossy
complete -c hume -n '__fish_seen_subcommand_from set' -l deadline
complete -c hume -n '__fish_seen_subcommand_from set' -l verbose
complete -c hume -n '__fish_seen_subcommand_from set' -l help
complete -c hume -n '__fish_seen_subcommand_from get' -l task
complete -c hume -n '__fish_seen_subcommand_from get' -l deadline
complete -c hume -n '__fish_seen_subcommand_from get' -l help
complete -c hume -n '__fish_seen_subcommand_from ping' -l task
complete -c hume -n '__fish_seen_subcommand_from ping' -l tags
complete -c hume -n '__fish_seen_subcommand_from ping' -l extra
complete -c hume -n '__fish_seen_subcommand_from ping' -l level
complete -c hume -n '__fish_seen_subcommand_from ping' -l run
complete -c hume -n '__fish_seen_subcommand_from ping' -l host
complete -c hume -n '__fish_seen_subcommand_from ping' -l append-pstree
complete -c hume -n '__fish_seen_subcommand_from ping' -l strict
complete -c hume -n '__fish_seen_subcommand_from ping' -l lossy
complete -c hume -n '__fish_seen_subcommand_from ping' -l deadline
complete -c hume -n '__fish_seen_subcommand_from ping' -l verbose
complete -c hume -n '__fish_seen_subcommand_from ping' -l help
complete -c hume -n '__fish_seen_subcommand_from stop' -l task
complete -c hume -n '__fish_seen_subcommand_from stop' -l tags
complete -c hume -n '__fish_seen_subcommand_from stop' -l extra
complete -c hume -n '__fish_seen_subcommand_from stop' -l level
complete -c hume -n '__fish_seen_subcommand_from stop' -l run
complete -c hume -n '__fish_seen_subcommand_from stop' -l host
complete -c hume -n '__fish_seen_subcommand_from stop' -l append-pstree
complete -c hume -n '__fish_seen_subcommand_from stop' -l strict
complete -c hume -n '__fish_seen_subcommand_from stop' -l lossy
complete -c hume -n '__fish_seen_subcommand_from stop' -l deadline
complete -c hume -n '__fish_seen_subcommand_from stop' -l verbose
complete -c hume -n '__fish_seen_subcommand_from stop' -l help
complete -c hume -n '__fish_seen_subcommand_from shell-init' -l help
complete -c hume -n '__fish_seen_subcommand_from run' -l timeout
complete -c hume -n '__fish_seen_subcommand_from run' -l kill-after
complete -c hume -n '__fish_seen_subcommand_from run' -l lock
complete -c hume -n '__fish_seen_subcommand_from run' -l lock-wait
complete -c hume -n '__fish_seen_subcommand_from run' -l output
complete -c hume -n '__fish_seen_subcommand_from run' -l signed
complete -c hume -n '__fish_seen_subcommand_from run' -l trust
complete -c hume -n '__fish_seen_subcommand_from run' -l every
complete -c hume -n '__fish_seen_subcommand_from run' -l cron
complete -c hume -n '__fish_seen_subcommand_from run' -l calendar
complete -c hume -n '__fish_seen_subcommand_from run' -l tz
complete -c hume -n '__fish_seen_subcommand_from run' -l grace
complete -c hume -n '__fish_seen_subcommand_from run' -l max
complete -c hume -n '__fish_seen_subcommand_from run' -l describe
complete -c hume -n '__fish_seen_subcommand_from run' -l runbook
complete -c hume -n '__fish_seen_subcommand_from run' -l owner
complete -c hume -n '__fish_seen_subcommand_from run' -l task
complete -c hume -n '__fish_seen_subcommand_from run' -l tags
complete -c hume -n '__fish_seen_subcommand_from run' -l extra
complete -c hume -n '__fish_seen_subcommand_from run' -l level
complete -c hume -n '__fish_seen_subcommand_from run' -l run
complete -c hume -n '__fish_seen_subcommand_from run' -l host
complete -c hume -n '__fish_seen_subcommand_from run' -l append-pstree
complete -c hume -n '__fish_seen_subcommand_from run' -l strict
complete -c hume -n '__fish_seen_subcommand_from run' -l lossy
complete -c hume -n '__fish_seen_subcommand_from run' -l deadline
complete -c hume -n '__fish_seen_subcommand_from run' -l verbose
complete -c hume -n '__fish_seen_subcommand_from run' -l help
complete -c hume -n '__fish_seen_subcommand_from up' -l dir
complete -c hume -n '__fish_seen_subcommand_from up' -l port
complete -c hume -n '__fish_seen_subcommand_from up' -l help
complete -c hume -n '__fish_seen_subcommand_from status' -l host
complete -c hume -n '__fish_seen_subcommand_from status' -l task
complete -c hume -n '__fish_seen_subcommand_from status' -l tag
complete -c hume -n '__fish_seen_subcommand_from status' -l problems
complete -c hume -n '__fish_seen_subcommand_from status' -l watch
complete -c hume -n '__fish_seen_subcommand_from status' -l output
complete -c hume -n '__fish_seen_subcommand_from status' -l columns
complete -c hume -n '__fish_seen_subcommand_from status' -l limit
complete -c hume -n '__fish_seen_subcommand_from status' -l central
complete -c hume -n '__fish_seen_subcommand_from status' -l profile
complete -c hume -n '__fish_seen_subcommand_from status' -l dir
complete -c hume -n '__fish_seen_subcommand_from status' -l help
complete -c hume -n '__fish_seen_subcommand_from runs' -l host
complete -c hume -n '__fish_seen_subcommand_from runs' -l task
complete -c hume -n '__fish_seen_subcommand_from runs' -l tag
complete -c hume -n '__fish_seen_subcommand_from runs' -l state
complete -c hume -n '__fish_seen_subcommand_from runs' -l failed
complete -c hume -n '__fish_seen_subcommand_from runs' -l lost
complete -c hume -n '__fish_seen_subcommand_from runs' -l late
complete -c hume -n '__fish_seen_subcommand_from runs' -l since
complete -c hume -n '__fish_seen_subcommand_from runs' -l until
complete -c hume -n '__fish_seen_subcommand_from runs' -l output
complete -c hume -n '__fish_seen_subcommand_from runs' -l columns
complete -c hume -n '__fish_seen_subcommand_from runs' -l limit
complete -c hume -n '__fish_seen_subcommand_from runs' -l central
complete -c hume -n '__fish_seen_subcommand_from runs' -l profile
complete -c hume -n '__fish_seen_subcommand_from runs' -l dir
complete -c hume -n '__fish_seen_subcommand_from runs' -l help
complete -c hume -n '__fish_seen_subcommand_from show' -l all
complete -c hume -n '__fish_seen_subcommand_from show' -l output
complete -c hume -n '__fish_seen_subcommand_from show' -l central
complete -c hume -n '__fish_seen_subcommand_from show' -l profile
complete -c hume -n '__fish_seen_subcommand_from show' -l dir
complete -c hume -n '__fish_seen_subcommand_from show' -l help
complete -c hume -n '__fish_seen_subcommand_from events' -l host
complete -c hume -n '__fish_seen_subcommand_from events' -l task
complete -c hume -n '__fish_seen_subcommand_from events' -l tag
complete -c hume -n '__fish_seen_subcommand_from events' -l run
complete -c hume -n '__fish_seen_subcommand_from events' -l kind
complete -c hume -n '__fish_seen_subcommand_from events' -l level
complete -c hume -n '__fish_seen_subcommand_from events' -l text
complete -c hume -n '__fish_seen_subcommand_from events' -l oldest
complete -c hume -n '__fish_seen_subcommand_from events' -l since
complete -c hume -n '__fish_seen_subcommand_from events' -l until
complete -c hume -n '__fish_seen_subcommand_from events' -l output
complete -c hume -n '__fish_seen_subcommand_from events' -l columns
complete -c hume -n '__fish_seen_subcommand_from events' -l limit
complete -c hume -n '__fish_seen_subcommand_from events' -l central
complete -c hume -n '__fish_seen_subcommand_from events' -l profile
complete -c hume -n '__fish_seen_subcommand_from events' -l dir
complete -c hume -n '__fish_seen_subcommand_from events' -l help
complete -c hume -n '__fish_seen_subcommand_from tail' -l follow
complete -c hume -n '__fish_seen_subcommand_from tail' -l lines
complete -c hume -n '__fish_seen_subcommand_from tail' -l output
complete -c hume -n '__fish_seen_subcommand_from tail' -l central
complete -c hume -n '__fish_seen_subcommand_from tail' -l profile
complete -c hume -n '__fish_seen_subcommand_from tail' -l dir
complete -c hume -n '__fish_seen_subcommand_from tail' -l help
complete -c hume -n '__fish_seen_subcommand_from wait' -l next
complete -c hume -n '__fish_seen_subcommand_from wait' -l flag
complete -c hume -n '__fish_seen_subcommand_from wait' -l state
complete -c hume -n '__fish_seen_subcommand_from wait' -l timeout
complete -c hume -n '__fish_seen_subcommand_from wait' -l central
complete -c hume -n '__fish_seen_subcommand_from wait' -l profile
complete -c hume -n '__fish_seen_subcommand_from wait' -l dir
complete -c hume -n '__fish_seen_subcommand_from wait' -l help
complete -c hume -n '__fish_seen_subcommand_from check' -l max-age
complete -c hume -n '__fish_seen_subcommand_from check' -l central
complete -c hume -n '__fish_seen_subcommand_from check' -l profile
complete -c hume -n '__fish_seen_subcommand_from check' -l dir
complete -c hume -n '__fish_seen_subcommand_from check' -l help
complete -c hume -n '__fish_seen_subcommand_from data' -l host
complete -c hume -n '__fish_seen_subcommand_from data' -l task
complete -c hume -n '__fish_seen_subcommand_from data' -l key
complete -c hume -n '__fish_seen_subcommand_from data' -l history
complete -c hume -n '__fish_seen_subcommand_from data' -l output
complete -c hume -n '__fish_seen_subcommand_from data' -l columns
complete -c hume -n '__fish_seen_subcommand_from data' -l limit
complete -c hume -n '__fish_seen_subcommand_from data' -l central
complete -c hume -n '__fish_seen_subcommand_from data' -l profile
complete -c hume -n '__fish_seen_subcommand_from data' -l dir
complete -c hume -n '__fish_seen_subcommand_from data' -l help
complete -c hume -n '__fish_seen_subcommand_from note' -l output
complete -c hume -n '__fish_seen_subcommand_from note' -l columns
complete -c hume -n '__fish_seen_subcommand_from note' -l limit
complete -c hume -n '__fish_seen_subcommand_from note' -l central
complete -c hume -n '__fish_seen_subcommand_from note' -l profile
complete -c hume -n '__fish_seen_subcommand_from note' -l dir
complete -c hume -n '__fish_seen_subcommand_from note' -l help
complete -c hume -n '__fish_seen_subcommand_from about' -l tag
complete -c hume -n '__fish_seen_subcommand_from about' -l untag
complete -c hume -n '__fish_seen_subcommand_from about' -l owner
complete -c hume -n '__fish_seen_subcommand_from about' -l description
complete -c hume -n '__fish_seen_subcommand_from about' -l runbook
complete -c hume -n '__fish_seen_subcommand_from about' -l output
complete -c hume -n '__fish_seen_subcommand_from about' -l central
complete -c hume -n '__fish_seen_subcommand_from about' -l profile
complete -c hume -n '__fish_seen_subcommand_from about' -l dir
complete -c hume -n '__fish_seen_subcommand_from about' -l help
complete -c hume -n '__fish_seen_subcommand_from take' -l release
complete -c hume -n '__fish_seen_subcommand_from take' -l central
complete -c hume -n '__fish_seen_subcommand_from take' -l profile
complete -c hume -n '__fish_seen_subcommand_from take' -l dir
complete -c hume -n '__fish_seen_subcommand_from take' -l help
complete -c hume -n '__fish_seen_subcommand_from badge' -l remove
complete -c hume -n '__fish_seen_subcommand_from badge' -l central
complete -c hume -n '__fish_seen_subcommand_from badge' -l profile
complete -c hume -n '__fish_seen_subcommand_from badge' -l dir
complete -c hume -n '__fish_seen_subcommand_from badge' -l help
complete -c hume -n '__fish_seen_subcommand_from login' -l profile
complete -c hume -n '__fish_seen_subcommand_from login' -l help
complete -c hume -n '__fish_seen_subcommand_from enroll' -l rotate
complete -c hume -n '__fish_seen_subcommand_from enroll' -l dir
complete -c hume -n '__fish_seen_subcommand_from enroll' -l help
complete -c hume -n '__fish_seen_subcommand_from audit' -l since
complete -c hume -n '__fish_seen_subcommand_from audit' -l until
complete -c hume -n '__fish_seen_subcommand_from audit' -l output
complete -c hume -n '__fish_seen_subcommand_from audit' -l columns
complete -c hume -n '__fish_seen_subcommand_from audit' -l limit
complete -c hume -n '__fish_seen_subcommand_from audit' -l central
complete -c hume -n '__fish_seen_subcommand_from audit' -l profile
complete -c hume -n '__fish_seen_subcommand_from audit' -l dir
complete -c hume -n '__fish_seen_subcommand_from audit' -l help
complete -c hume -n '__fish_seen_subcommand_from link' -l central
complete -c hume -n '__fish_seen_subcommand_from link' -l profile
complete -c hume -n '__fish_seen_subcommand_from link' -l dir
complete -c hume -n '__fish_seen_subcommand_from link' -l help
complete -c hume -n '__fish_seen_subcommand_from hosts' -l output
complete -c hume -n '__fish_seen_subcommand_from hosts' -l columns
complete -c hume -n '__fish_seen_subcommand_from hosts' -l limit
complete -c hume -n '__fish_seen_subcommand_from hosts' -l central
complete -c hume -n '__fish_seen_subcommand_from hosts' -l profile
complete -c hume -n '__fish_seen_subcommand_from hosts' -l dir
complete -c hume -n '__fish_seen_subcommand_from hosts' -l help
complete -c hume -n '__fish_seen_subcommand_from watch' -l help
complete -c hume -f -n '__fish_seen_subcommand_from watch; and test (count (commandline -opc)) -eq 2' -a 'add apply list pause remove show'
complete -c hume -n '__fish_seen_subcommand_from alert' -l help
complete -c hume -f -n '__fish_seen_subcommand_from alert; and test (count (commandline -opc)) -eq 2' -a 'apply channels export list show test'
complete -c hume -n '__fish_seen_subcommand_from silence' -l help
complete -c hume -f -n '__fish_seen_subcommand_from silence; and test (count (commandline -opc)) -eq 2' -a 'add end list'
complete -c hume -n '__fish_seen_subcommand_from queue' -l output
complete -c hume -n '__fish_seen_subcommand_from queue' -l dir
complete -c hume -n '__fish_seen_subcommand_from queue' -l help
complete -c hume -n '__fish_seen_subcommand_from rules' -l event
complete -c hume -n '__fish_seen_subcommand_from rules' -l last
complete -c hume -n '__fish_seen_subcommand_from rules' -l config
complete -c hume -n '__fish_seen_subcommand_from rules' -l dir
complete -c hume -n '__fish_seen_subcommand_from rules' -l help
complete -c hume -n '__fish_seen_subcommand_from sign' -l key
complete -c hume -n '__fish_seen_subcommand_from sign' -l as
complete -c hume -n '__fish_seen_subcommand_from sign' -l interpreter
complete -c hume -n '__fish_seen_subcommand_from sign' -l argument
complete -c hume -n '__fish_seen_subcommand_from sign' -l no-arguments
complete -c hume -n '__fish_seen_subcommand_from sign' -l source
complete -c hume -n '__fish_seen_subcommand_from sign' -l host
complete -c hume -n '__fish_seen_subcommand_from sign' -l for
complete -c hume -n '__fish_seen_subcommand_from sign' -l env
complete -c hume -n '__fish_seen_subcommand_from sign' -l number
complete -c hume -n '__fish_seen_subcommand_from sign' -l namespace
complete -c hume -n '__fish_seen_subcommand_from sign' -l inside
complete -c hume -n '__fish_seen_subcommand_from sign' -l help
complete -c hume -n '__fish_seen_subcommand_from signers' -l help
complete -c hume -f -n '__fish_seen_subcommand_from signers; and test (count (commandline -opc)) -eq 2' -a 'publish show update'
complete -c hume -n '__fish_seen_subcommand_from scripts' -l host
complete -c hume -n '__fish_seen_subcommand_from scripts' -l task
complete -c hume -n '__fish_seen_subcommand_from scripts' -l signer
complete -c hume -n '__fish_seen_subcommand_from scripts' -l signature
complete -c hume -n '__fish_seen_subcommand_from scripts' -l output
complete -c hume -n '__fish_seen_subcommand_from scripts' -l columns
complete -c hume -n '__fish_seen_subcommand_from scripts' -l limit
complete -c hume -n '__fish_seen_subcommand_from scripts' -l central
complete -c hume -n '__fish_seen_subcommand_from scripts' -l profile
complete -c hume -n '__fish_seen_subcommand_from scripts' -l dir
complete -c hume -n '__fish_seen_subcommand_from scripts' -l help
complete -c hume -n '__fish_seen_subcommand_from verify' -l trust
complete -c hume -n '__fish_seen_subcommand_from verify' -l output
complete -c hume -n '__fish_seen_subcommand_from verify' -l help
complete -c hume -n '__fish_seen_subcommand_from doctor' -l dir
complete -c hume -n '__fish_seen_subcommand_from doctor' -l output
complete -c hume -n '__fish_seen_subcommand_from doctor' -l help
complete -c hume -n '__fish_seen_subcommand_from watchdog' -l humed-limit
complete -c hume -n '__fish_seen_subcommand_from watchdog' -l central-limit
complete -c hume -n '__fish_seen_subcommand_from watchdog' -l dir
complete -c hume -n '__fish_seen_subcommand_from watchdog' -l help
complete -c hume -n '__fish_seen_subcommand_from central' -l help
complete -c hume -n '__fish_seen_subcommand_from completion' -l help
complete -c hume -n '__fish_seen_subcommand_from help' -l help
complete -c hume -n '__fish_seen_subcommand_from version' -l help
complete -c hume -f -n '__fish_seen_subcommand_from status' -a '(hume completion words status -- (commandline -opc)[-1] (commandline -ct) 2>/dev/null)'
complete -c hume -f -n '__fish_seen_subcommand_from runs' -a '(hume completion words runs -- (commandline -opc)[-1] (commandline -ct) 2>/dev/null)'
complete -c hume -f -n '__fish_seen_subcommand_from show' -a '(hume completion words show -- (commandline -opc)[-1] (commandline -ct) 2>/dev/null)'
complete -c hume -f -n '__fish_seen_subcommand_from events' -a '(hume completion words events -- (commandline -opc)[-1] (commandline -ct) 2>/dev/null)'
complete -c hume -f -n '__fish_seen_subcommand_from tail' -a '(hume completion words tail -- (commandline -opc)[-1] (commandline -ct) 2>/dev/null)'
complete -c hume -f -n '__fish_seen_subcommand_from wait' -a '(hume completion words wait -- (commandline -opc)[-1] (commandline -ct) 2>/dev/null)'
complete -c hume -f -n '__fish_seen_subcommand_from check' -a '(hume completion words check -- (commandline -opc)[-1] (commandline -ct) 2>/dev/null)'
complete -c hume -f -n '__fish_seen_subcommand_from data' -a '(hume completion words data -- (commandline -opc)[-1] (commandline -ct) 2>/dev/null)'
complete -c hume -f -n '__fish_seen_subcommand_from scripts' -a '(hume completion words scripts -- (commandline -opc)[-1] (commandline -ct) 2>/dev/null)'
complete -c hume -f -n '__fish_seen_subcommand_from note' -a '(hume completion words note -- (commandline -opc)[-1] (commandline -ct) 2>/dev/null)'
complete -c hume -f -n '__fish_seen_subcommand_from about' -a '(hume completion words about -- (commandline -opc)[-1] (commandline -ct) 2>/dev/null)'
complete -c hume -f -n '__fish_seen_subcommand_from take' -a '(hume completion words take -- (commandline -opc)[-1] (commandline -ct) 2>/dev/null)'
complete -c hume -f -n '__fish_seen_subcommand_from badge' -a '(hume completion words badge -- (commandline -opc)[-1] (commandline -ct) 2>/dev/null)'
complete -c hume-cli -f -n __fish_use_subcommand -a start -d 'a run begins: hume start [TASK] [MESSAGE]'
complete -c hume-cli -f -n __fish_use_subcommand -a debug -d 'an event of that level: hume debug TEXT'
complete -c hume-cli -f -n __fish_use_subcommand -a info -d 'an event: hume info TEXT'
complete -c hume-cli -f -n __fish_use_subcommand -a ok -d 'an event: hume ok TEXT'
complete -c hume-cli -f -n __fish_use_subcommand -a warn -d 'an event: hume warn TEXT'
complete -c hume-cli -f -n __fish_use_subcommand -a error -d 'an event: hume error TEXT'
complete -c hume-cli -f -n __fish_use_subcommand -a critical -d 'an event: hume critical TEXT'
complete -c hume-cli -f -n __fish_use_subcommand -a flag -d 'a mark on the runs timeline: hume flag NAME [TEXT]'
complete -c hume-cli -f -n __fish_use_subcommand -a progress -d 'the share that is done: hume progress 50, or 3/12'
complete -c hume-cli -f -n __fish_use_subcommand -a set -d 'share data: hume set KEY=VALUE...'
complete -c hume-cli -f -n __fish_use_subcommand -a get -d 'print what was shared: hume get [HOST[:TASK]/]KEY'
complete -c hume-cli -f -n __fish_use_subcommand -a ping -d 'still here: hume ping [TASK]'
complete -c hume-cli -f -n __fish_use_subcommand -a stop -d 'the run ends: hume stop [STATUS] [TEXT], as in: hume stop $?'
complete -c hume-cli -f -n __fish_use_subcommand -a shell-init -d 'lines, and the stop by itself: eval "$(hume shell-init bash)"'
complete -c hume-cli -f -n __fish_use_subcommand -a run -d 'start, run a command, stop: hume run [OPTIONS] -- COMMAND...'
complete -c hume-cli -f -n __fish_use_subcommand -a up -d 'humed and central here, in the foreground (for a trial, a laptop)'
complete -c hume-cli -f -n __fish_use_subcommand -a status -d 'every task as it is now, grouped by host, troubles first'
complete -c hume-cli -f -n __fish_use_subcommand -a runs -d 'runs, newest first'
complete -c hume-cli -f -n __fish_use_subcommand -a show -d 'one run as a timeline'
complete -c hume-cli -f -n __fish_use_subcommand -a events -d 'what was said, newest first'
complete -c hume-cli -f -n __fish_use_subcommand -a tail -d 'the last of what was said; -f goes on with what is said now'
complete -c hume-cli -f -n __fish_use_subcommand -a wait -d 'until a tasks run has ended; the exit status tells how'
complete -c hume-cli -f -n __fish_use_subcommand -a check -d 'a task as a plugin of a monitoring system'
complete -c hume-cli -f -n __fish_use_subcommand -a data -d 'data that scripts shared, with who wrote it and when'
complete -c hume-cli -f -n __fish_use_subcommand -a note -d 'write a note on a task or on a run'
complete -c hume-cli -f -n __fish_use_subcommand -a about -d 'what a task is for, whose it is, and the tags people give it'
complete -c hume-cli -f -n __fish_use_subcommand -a take -d 'take a tasks trouble in hand, or give it back'
complete -c hume-cli -f -n __fish_use_subcommand -a badge -d 'an address without a token that shows how a task or a tag is'
complete -c hume-cli -f -n __fish_use_subcommand -a login -d 'sign in to a central elsewhere: hume login URL'
complete -c hume-cli -f -n __fish_use_subcommand -a enroll -d 'let this host report to a central: hume enroll URL < token'
complete -c hume-cli -f -n __fish_use_subcommand -a audit -d 'what was done at central and what was refused: who, from where, when'
complete -c hume-cli -f -n __fish_use_subcommand -a link -d 'a link that opens the pages in a browser, once'
complete -c hume-cli -f -n __fish_use_subcommand -a hosts -d 'the hosts that report, how they are heard, how the humed of each fares'
complete -c hume-cli -f -n __fish_use_subcommand -a watch -d 'what is expected of tasks: hume watch list, add, show, remove, pause, apply'
complete -c hume-cli -f -n __fish_use_subcommand -a alert -d 'what is wrong and who is told: hume alert list, show, apply, export, test'
complete -c hume-cli -f -n __fish_use_subcommand -a silence -d 'keep something quiet for a while: hume silence host:db1 --for 2h --why WHY; list, end'
complete -c hume-cli -f -n __fish_use_subcommand -a queue -d 'this hosts spool: what waits to reach central'
complete -c hume-cli -f -n __fish_use_subcommand -a rules -d 'what the rules of humed.toml make of an event: hume rules test'
complete -c hume-cli -f -n __fish_use_subcommand -a sign -d 'sign a script with your own OpenSSH key'
complete -c hume-cli -f -n __fish_use_subcommand -a signers -d 'whom hosts believe: hume signers publish, update, show'
complete -c hume-cli -f -n __fish_use_subcommand -a scripts -d 'which scripts run where, signed by whom, unsigned, changed, expiring'
complete -c hume-cli -f -n __fish_use_subcommand -a verify -d 'does a script verify here, and what was signed'
complete -c hume-cli -f -n __fish_use_subcommand -a doctor -d 'what is wrong with this installation, and the command that mends it'
complete -c hume-cli -f -n __fish_use_subcommand -a watchdog -d 'one round trip through hume, humed and central, timed: for a timer or cron'
complete -c hume-cli -f -n __fish_use_subcommand -a central -d 'centrals own verbs on its machine, as hume-central: dead, retention, backup, restore'
complete -c hume-cli -f -n __fish_use_subcommand -a completion -d 'completion for bash, zsh or fish'
complete -c hume-cli -f -n __fish_use_subcommand -a help -d 'this list, or one verbs options'
complete -c hume-cli -f -n __fish_use_subcommand -a version -d 'which hume this is'
complete -c hume-cli -n '__fish_seen_subcommand_from start' -l print-run
complete -c hume-cli -n '__fish_seen_subcommand_from start' -l every
complete -c hume-cli -n '__fish_seen_subcommand_from start' -l cron
complete -c hume-cli -n '__fish_seen_subcommand_from start' -l calendar
complete -c hume-cli -n '__fish_seen_subcommand_from start' -l tz
complete -c hume-cli -n '__fish_seen_subcommand_from start' -l grace
complete -c hume-cli -n '__fish_seen_subcommand_from start' -l max
complete -c hume-cli -n '__fish_seen_subcommand_from start' -l describe
complete -c hume-cli -n '__fish_seen_subcommand_from start' -l runbook
complete -c hume-cli -n '__fish_seen_subcommand_from start' -l owner
complete -c hume-cli -n '__fish_seen_subcommand_from start' -l task
complete -c hume-cli -n '__fish_seen_subcommand_from start' -l tags
complete -c hume-cli -n '__fish_seen_subcommand_from start' -l extra
complete -c hume-cli -n '__fish_seen_subcommand_from start' -l level
complete -c hume-cli -n '__fish_seen_subcommand_from start' -l run
complete -c hume-cli -n '__fish_seen_subcommand_from start' -l host
complete -c hume-cli -n '__fish_seen_subcommand_from start' -l append-pstree
complete -c hume-cli -n '__fish_seen_subcommand_from start' -l strict
complete -c hume-cli -n '__fish_seen_subcommand_from start' -l lossy
complete -c hume-cli -n '__fish_seen_subcommand_from start' -l deadline
complete -c hume-cli -n '__fish_seen_subcommand_from start' -l verbose
complete -c hume-cli -n '__fish_seen_subcommand_from start' -l help
complete -c hume-cli -n '__fish_seen_subcommand_from debug' -l task
complete -c hume-cli -n '__fish_seen_subcommand_from debug' -l tags
complete -c hume-cli -n '__fish_seen_subcommand_from debug' -l extra
complete -c hume-cli -n '__fish_seen_subcommand_from debug' -l level
complete -c hume-cli -n '__fish_seen_subcommand_from debug' -l run
complete -c hume-cli -n '__fish_seen_subcommand_from debug' -l host
complete -c hume-cli -n '__fish_seen_subcommand_from debug' -l append-pstree
complete -c hume-cli -n '__fish_seen_subcommand_from debug' -l strict
complete -c hume-cli -n '__fish_seen_subcommand_from debug' -l lossy
complete -c hume-cli -n '__fish_seen_subcommand_from debug' -l deadline
complete -c hume-cli -n '__fish_seen_subcommand_from debug' -l verbose
complete -c hume-cli -n '__fish_seen_subcommand_from debug' -l help
complete -c hume-cli -n '__fish_seen_subcommand_from info' -l task
complete -c hume-cli -n '__fish_seen_subcommand_from info' -l tags
complete -c hume-cli -n '__fish_seen_subcommand_from info' -l extra
complete -c hume-cli -n '__fish_seen_subcommand_from info' -l level
complete -c hume-cli -n '__fish_seen_subcommand_from info' -l run
complete -c hume-cli -n '__fish_seen_subcommand_from info' -l host
complete -c hume-cli -n '__fish_seen_subcommand_from info' -l append-pstree
complete -c hume-cli -n '__fish_seen_subcommand_from info' -l strict
complete -c hume-cli -n '__fish_seen_subcommand_from info' -l lossy
complete -c hume-cli -n '__fish_seen_subcommand_from info' -l deadline
complete -c hume-cli -n '__fish_seen_subcommand_from info' -l verbose
complete -c hume-cli -n '__fish_seen_subcommand_from info' -l help
complete -c hume-cli -n '__fish_seen_subcommand_from ok' -l task
complete -c hume-cli -n '__fish_seen_subcommand_from ok' -l tags
complete -c hume-cli -n '__fish_seen_subcommand_from ok' -l extra
complete -c hume-cli -n '__fish_seen_subcommand_from ok' -l level
complete -c hume-cli -n '__fish_seen_subcommand_from ok' -l run
complete -c hume-cli -n '__fish_seen_subcommand_from ok' -l host
complete -c hume-cli -n '__fish_seen_subcommand_from ok' -l append-pstree
complete -c hume-cli -n '__fish_seen_subcommand_from ok' -l strict
complete -c hume-cli -n '__fish_seen_subcommand_from ok' -l lossy
complete -c hume-cli -n '__fish_seen_subcommand_from ok' -l deadline
complete -c hume-cli -n '__fish_seen_subcommand_from ok' -l verbose
complete -c hume-cli -n '__fish_seen_subcommand_from ok' -l help
complete -c hume-cli -n '__fish_seen_subcommand_from warn' -l task
complete -c hume-cli -n '__fish_seen_subcommand_from warn' -l tags
complete -c hume-cli -n '__fish_seen_subcommand_from warn' -l extra
complete -c hume-cli -n '__fish_seen_subcommand_from warn' -l level
complete -c hume-cli -n '__fish_seen_subcommand_from warn' -l run
complete -c hume-cli -n '__fish_seen_subcommand_from warn' -l host
complete -c hume-cli -n '__fish_seen_subcommand_from warn' -l append-pstree
complete -c hume-cli -n '__fish_seen_subcommand_from warn' -l strict
complete -c hume-cli -n '__fish_seen_subcommand_from warn' -l lossy
complete -c hume-cli -n '__fish_seen_subcommand_from warn' -l deadline
complete -c hume-cli -n '__fish_seen_subcommand_from warn' -l verbose
complete -c hume-cli -n '__fish_seen_subcommand_from warn' -l help
complete -c hume-cli -n '__fish_seen_subcommand_from error' -l task
complete -c hume-cli -n '__fish_seen_subcommand_from error' -l tags
complete -c hume-cli -n '__fish_seen_subcommand_from error' -l extra
complete -c hume-cli -n '__fish_seen_subcommand_from error' -l level
complete -c hume-cli -n '__fish_seen_subcommand_from error' -l run
complete -c hume-cli -n '__fish_seen_subcommand_from error' -l host
complete -c hume-cli -n '__fish_seen_subcommand_from error' -l append-pstree
complete -c hume-cli -n '__fish_seen_subcommand_from error' -l strict
complete -c hume-cli -n '__fish_seen_subcommand_from error' -l lossy
complete -c hume-cli -n '__fish_seen_subcommand_from error' -l deadline
complete -c hume-cli -n '__fish_seen_subcommand_from error' -l verbose
complete -c hume-cli -n '__fish_seen_subcommand_from error' -l help
complete -c hume-cli -n '__fish_seen_subcommand_from critical' -l task
complete -c hume-cli -n '__fish_seen_subcommand_from critical' -l tags
complete -c hume-cli -n '__fish_seen_subcommand_from critical' -l extra
complete -c hume-cli -n '__fish_seen_subcommand_from critical' -l level
complete -c hume-cli -n '__fish_seen_subcommand_from critical' -l run
complete -c hume-cli -n '__fish_seen_subcommand_from critical' -l host
complete -c hume-cli -n '__fish_seen_subcommand_from critical' -l append-pstree
complete -c hume-cli -n '__fish_seen_subcommand_from critical' -l strict
complete -c hume-cli -n '__fish_seen_subcommand_from critical' -l lossy
complete -c hume-cli -n '__fish_seen_subcommand_from critical' -l deadline
complete -c hume-cli -n '__fish_seen_subcommand_from critical' -l verbose
complete -c hume-cli -n '__fish_seen_subcommand_from critical' -l help
complete -c hume-cli -n '__fish_seen_subcommand_from flag' -l task
complete -c hume-cli -n '__fish_seen_subcommand_from flag' -l tags
complete -c hume-cli -n '__fish_seen_subcommand_from flag' -l extra
complete -c hume-cli -n '__fish_seen_subcommand_from flag' -l level
complete -c hume-cli -n '__fish_seen_subcommand_from flag' -l run
complete -c hume-cli -n '__fish_seen_subcommand_from flag' -l host
complete -c hume-cli -n '__fish_seen_subcommand_from flag' -l append-pstree
complete -c hume-cli -n '__fish_seen_subcommand_from flag' -l strict
complete -c hume-cli -n '__fish_seen_subcommand_from flag' -l lossy
complete -c hume-cli -n '__fish_seen_subcommand_from flag' -l deadline
complete -c hume-cli -n '__fish_seen_subcommand_from flag' -l verbose
complete -c hume-cli -n '__fish_seen_subcommand_from flag' -l help
complete -c hume-cli -n '__fish_seen_subcommand_from progress' -l task
complete -c hume-cli -n '__fish_seen_subcommand_from progress' -l tags
complete -c hume-cli -n '__fish_seen_subcommand_from progress' -l extra
complete -c hume-cli -n '__fish_seen_subcommand_from progress' -l level
complete -c hume-cli -n '__fish_seen_subcommand_from progress' -l run
complete -c hume-cli -n '__fish_seen_subcommand_from progress' -l host
complete -c hume-cli -n '__fish_seen_subcommand_from progress' -l append-pstree
complete -c hume-cli -n '__fish_seen_subcommand_from progress' -l strict
complete -c hume-cli -n '__fish_seen_subcommand_from progress' -l lossy
complete -c hume-cli -n '__fish_seen_subcommand_from progress' -l deadline
complete -c hume-cli -n '__fish_seen_subcommand_from progress' -l verbose
complete -c hume-cli -n '__fish_seen_subcommand_from progress' -l help
complete -c hume-cli -n '__fish_seen_subcommand_from set' -l ttl
complete -c hume-cli -n '__fish_seen_subcommand_from set' -l unit
complete -c hume-cli -n '__fish_seen_subcommand_from set' -l task
complete -c hume-cli -n '__fish_seen_subcommand_from set' -l tags
complete -c hume-cli -n '__fish_seen_subcommand_from set' -l extra
complete -c hume-cli -n '__fish_seen_subcommand_from set' -l level
complete -c hume-cli -n '__fish_seen_subcommand_from set' -l run
complete -c hume-cli -n '__fish_seen_subcommand_from set' -l host
complete -c hume-cli -n '__fish_seen_subcommand_from set' -l append-pstree
complete -c hume-cli -n '__fish_seen_subcommand_from set' -l strict
complete -c hume-cli -n '__fish_seen_subcommand_from set' -l lossy
complete -c hume-cli -n '__fish_seen_subcommand_from set' -l deadline
complete -c hume-cli -n '__fish_seen_subcommand_from set' -l verbose
complete -c hume-cli -n '__fish_seen_subcommand_from set' -l help
complete -c hume-cli -n '__fish_seen_subcommand_from get' -l task
complete -c hume-cli -n '__fish_seen_subcommand_from get' -l deadline
complete -c hume-cli -n '__fish_seen_subcommand_from get' -l help
complete -c hume-cli -n '__fish_seen_subcommand_from ping' -l task
complete -c hume-cli -n '__fish_seen_subcommand_from ping' -l tags
complete -c hume-cli -n '__fish_seen_subcommand_from ping' -l extra
complete -c hume-cli -n '__fish_seen_subcommand_from ping' -l level
complete -c hume-cli -n '__fish_seen_subcommand_from ping' -l run
complete -c hume-cli -n '__fish_seen_subcommand_from ping' -l host
complete -c hume-cli -n '__fish_seen_subcommand_from ping' -l append-pstree
complete -c hume-cli -n '__fish_seen_subcommand_from ping' -l strict
complete -c hume-cli -n '__fish_seen_subcommand_from ping' -l lossy
complete -c hume-cli -n '__fish_seen_subcommand_from ping' -l deadline
complete -c hume-cli -n '__fish_seen_subcommand_from ping' -l verbose
complete -c hume-cli -n '__fish_seen_subcommand_from ping' -l help
complete -c hume-cli -n '__fish_seen_subcommand_from stop' -l task
complete -c hume-cli -n '__fish_seen_subcommand_from stop' -l tags
complete -c hume-cli -n '__fish_seen_subcommand_from stop' -l extra
complete -c hume-cli -n '__fish_seen_subcommand_from stop' -l level
complete -c hume-cli -n '__fish_seen_subcommand_from stop' -l run
complete -c hume-cli -n '__fish_seen_subcommand_from stop' -l host
complete -c hume-cli -n '__fish_seen_subcommand_from stop' -l append-pstree
complete -c hume-cli -n '__fish_seen_subcommand_from stop' -l strict
complete -c hume-cli -n '__fish_seen_subcommand_from stop' -l lossy
complete -c hume-cli -n '__fish_seen_subcommand_from stop' -l deadline
complete -c hume-cli -n '__fish_seen_subcommand_from stop' -l verbose
complete -c hume-cli -n '__fish_seen_subcommand_from stop' -l help
complete -c hume-cli -n '__fish_seen_subcommand_from shell-init' -l help
complete -c hume-cli -n '__fish_seen_subcommand_from run' -l timeout
complete -c hume-cli -n '__fish_seen_subcommand_from run' -l kill-after
complete -c hume-cli -n '__fish_seen_subcommand_from run' -l lock
complete -c hume-cli -n '__fish_seen_subcommand_from run' -l lock-wait
complete -c hume-cli -n '__fish_seen_subcommand_from run' -l output
complete -c hume-cli -n '__fish_seen_subcommand_from run' -l signed
complete -c hume-cli -n '__fish_seen_subcommand_from run' -l trust
complete -c hume-cli -n '__fish_seen_subcommand_from run' -l every
complete -c hume-cli -n '__fish_seen_subcommand_from run' -l cron
complete -c hume-cli -n '__fish_seen_subcommand_from run' -l calendar
complete -c hume-cli -n '__fish_seen_subcommand_from run' -l tz
complete -c hume-cli -n '__fish_seen_subcommand_from run' -l grace
complete -c hume-cli -n '__fish_seen_subcommand_from run' -l max
complete -c hume-cli -n '__fish_seen_subcommand_from run' -l describe
complete -c hume-cli -n '__fish_seen_subcommand_from run' -l runbook
complete -c hume-cli -n '__fish_seen_subcommand_from run' -l owner
complete -c hume-cli -n '__fish_seen_subcommand_from run' -l task
complete -c hume-cli -n '__fish_seen_subcommand_from run' -l tags
complete -c hume-cli -n '__fish_seen_subcommand_from run' -l extra
complete -c hume-cli -n '__fish_seen_subcommand_from run' -l level
complete -c hume-cli -n '__fish_seen_subcommand_from run' -l run
complete -c hume-cli -n '__fish_seen_subcommand_from run' -l host
complete -c hume-cli -n '__fish_seen_subcommand_from run' -l append-pstree
complete -c hume-cli -n '__fish_seen_subcommand_from run' -l strict
complete -c hume-cli -n '__fish_seen_subcommand_from run' -l lossy
complete -c hume-cli -n '__fish_seen_subcommand_from run' -l deadline
complete -c hume-cli -n '__fish_seen_subcommand_from run' -l verbose
complete -c hume-cli -n '__fish_seen_subcommand_from run' -l help
complete -c hume-cli -n '__fish_seen_subcommand_from up' -l dir
complete -c hume-cli -n '__fish_seen_subcommand_from up' -l port
complete -c hume-cli -n '__fish_seen_subcommand_from up' -l help
complete -c hume-cli -n '__fish_seen_subcommand_from status' -l host
complete -c hume-cli -n '__fish_seen_subcommand_from status' -l task
complete -c hume-cli -n '__fish_seen_subcommand_from status' -l tag
complete -c hume-cli -n '__fish_seen_subcommand_from status' -l problems
complete -c hume-cli -n '__fish_seen_subcommand_from status' -l watch
complete -c hume-cli -n '__fish_seen_subcommand_from status' -l output
complete -c hume-cli -n '__fish_seen_subcommand_from status' -l columns
complete -c hume-cli -n '__fish_seen_subcommand_from status' -l limit
complete -c hume-cli -n '__fish_seen_subcommand_from status' -l central
complete -c hume-cli -n '__fish_seen_subcommand_from status' -l profile
complete -c hume-cli -n '__fish_seen_subcommand_from status' -l dir
complete -c hume-cli -n '__fish_seen_subcommand_from status' -l help
complete -c hume-cli -n '__fish_seen_subcommand_from runs' -l host
complete -c hume-cli -n '__fish_seen_subcommand_from runs' -l task
complete -c hume-cli -n '__fish_seen_subcommand_from runs' -l tag
complete -c hume-cli -n '__fish_seen_subcommand_from runs' -l state
complete -c hume-cli -n '__fish_seen_subcommand_from runs' -l failed
complete -c hume-cli -n '__fish_seen_subcommand_from runs' -l lost
complete -c hume-cli -n '__fish_seen_subcommand_from runs' -l late
complete -c hume-cli -n '__fish_seen_subcommand_from runs' -l since
complete -c hume-cli -n '__fish_seen_subcommand_from runs' -l until
complete -c hume-cli -n '__fish_seen_subcommand_from runs' -l output
complete -c hume-cli -n '__fish_seen_subcommand_from runs' -l columns
complete -c hume-cli -n '__fish_seen_subcommand_from runs' -l limit
complete -c hume-cli -n '__fish_seen_subcommand_from runs' -l central
complete -c hume-cli -n '__fish_seen_subcommand_from runs' -l profile
complete -c hume-cli -n '__fish_seen_subcommand_from runs' -l dir
complete -c hume-cli -n '__fish_seen_subcommand_from runs' -l help
complete -c hume-cli -n '__fish_seen_subcommand_from show' -l all
complete -c hume-cli -n '__fish_seen_subcommand_from show' -l output
complete -c hume-cli -n '__fish_seen_subcommand_from show' -l central
complete -c hume-cli -n '__fish_seen_subcommand_from show' -l profile
complete -c hume-cli -n '__fish_seen_subcommand_from show' -l dir
complete -c hume-cli -n '__fish_seen_subcommand_from show' -l help
complete -c hume-cli -n '__fish_seen_subcommand_from events' -l host
complete -c hume-cli -n '__fish_seen_subcommand_from events' -l task
complete -c hume-cli -n '__fish_seen_subcommand_from events' -l tag
complete -c hume-cli -n '__fish_seen_subcommand_from events' -l run
complete -c hume-cli -n '__fish_seen_subcommand_from events' -l kind
complete -c hume-cli -n '__fish_seen_subcommand_from events' -l level
complete -c hume-cli -n '__fish_seen_subcommand_from events' -l text
complete -c hume-cli -n '__fish_seen_subcommand_from events' -l oldest
complete -c hume-cli -n '__fish_seen_subcommand_from events' -l since
complete -c hume-cli -n '__fish_seen_subcommand_from events' -l until
complete -c hume-cli -n '__fish_seen_subcommand_from events' -l output
complete -c hume-cli -n '__fish_seen_subcommand_from events' -l columns
complete -c hume-cli -n '__fish_seen_subcommand_from events' -l limit
complete -c hume-cli -n '__fish_seen_subcommand_from events' -l central
complete -c hume-cli -n '__fish_seen_subcommand_from events' -l profile
complete -c hume-cli -n '__fish_seen_subcommand_from events' -l dir
complete -c hume-cli -n '__fish_seen_subcommand_from events' -l help
complete -c hume-cli -n '__fish_seen_subcommand_from tail' -l follow
complete -c hume-cli -n '__fish_seen_subcommand_from tail' -l lines
complete -c hume-cli -n '__fish_seen_subcommand_from tail' -l output
complete -c hume-cli -n '__fish_seen_subcommand_from tail' -l central
complete -c hume-cli -n '__fish_seen_subcommand_from tail' -l profile
complete -c hume-cli -n '__fish_seen_subcommand_from tail' -l dir
complete -c hume-cli -n '__fish_seen_subcommand_from tail' -l help
complete -c hume-cli -n '__fish_seen_subcommand_from wait' -l next
complete -c hume-cli -n '__fish_seen_subcommand_from wait' -l flag
complete -c hume-cli -n '__fish_seen_subcommand_from wait' -l state
complete -c hume-cli -n '__fish_seen_subcommand_from wait' -l timeout
complete -c hume-cli -n '__fish_seen_subcommand_from wait' -l central
complete -c hume-cli -n '__fish_seen_subcommand_from wait' -l profile
complete -c hume-cli -n '__fish_seen_subcommand_from wait' -l dir
complete -c hume-cli -n '__fish_seen_subcommand_from wait' -l help
complete -c hume-cli -n '__fish_seen_subcommand_from check' -l max-age
complete -c hume-cli -n '__fish_seen_subcommand_from check' -l central
complete -c hume-cli -n '__fish_seen_subcommand_from check' -l profile
complete -c hume-cli -n '__fish_seen_subcommand_from check' -l dir
complete -c hume-cli -n '__fish_seen_subcommand_from check' -l help
complete -c hume-cli -n '__fish_seen_subcommand_from data' -l host
complete -c hume-cli -n '__fish_seen_subcommand_from data' -l task
complete -c hume-cli -n '__fish_seen_subcommand_from data' -l key
complete -c hume-cli -n '__fish_seen_subcommand_from data' -l history
complete -c hume-cli -n '__fish_seen_subcommand_from data' -l output
complete -c hume-cli -n '__fish_seen_subcommand_from data' -l columns
complete -c hume-cli -n '__fish_seen_subcommand_from data' -l limit
complete -c hume-cli -n '__fish_seen_subcommand_from data' -l central
complete -c hume-cli -n '__fish_seen_subcommand_from data' -l profile
complete -c hume-cli -n '__fish_seen_subcommand_from data' -l dir
complete -c hume-cli -n '__fish_seen_subcommand_from data' -l help
complete -c hume-cli -n '__fish_seen_subcommand_from note' -l output
complete -c hume-cli -n '__fish_seen_subcommand_from note' -l columns
complete -c hume-cli -n '__fish_seen_subcommand_from note' -l limit
complete -c hume-cli -n '__fish_seen_subcommand_from note' -l central
complete -c hume-cli -n '__fish_seen_subcommand_from note' -l profile
complete -c hume-cli -n '__fish_seen_subcommand_from note' -l dir
complete -c hume-cli -n '__fish_seen_subcommand_from note' -l help
complete -c hume-cli -n '__fish_seen_subcommand_from about' -l tag
complete -c hume-cli -n '__fish_seen_subcommand_from about' -l untag
complete -c hume-cli -n '__fish_seen_subcommand_from about' -l owner
complete -c hume-cli -n '__fish_seen_subcommand_from about' -l description
complete -c hume-cli -n '__fish_seen_subcommand_from about' -l runbook
complete -c hume-cli -n '__fish_seen_subcommand_from about' -l output
complete -c hume-cli -n '__fish_seen_subcommand_from about' -l central
complete -c hume-cli -n '__fish_seen_subcommand_from about' -l profile
complete -c hume-cli -n '__fish_seen_subcommand_from about' -l dir
complete -c hume-cli -n '__fish_seen_subcommand_from about' -l help
complete -c hume-cli -n '__fish_seen_subcommand_from take' -l release
complete -c hume-cli -n '__fish_seen_subcommand_from take' -l central
complete -c hume-cli -n '__fish_seen_subcommand_from take' -l profile
complete -c hume-cli -n '__fish_seen_subcommand_from take' -l dir
complete -c hume-cli -n '__fish_seen_subcommand_from take' -l help
complete -c hume-cli -n '__fish_seen_subcommand_from badge' -l remove
complete -c hume-cli -n '__fish_seen_subcommand_from badge' -l central
complete -c hume-cli -n '__fish_seen_subcommand_from badge' -l profile
complete -c hume-cli -n '__fish_seen_subcommand_from badge' -l dir
complete -c hume-cli -n '__fish_seen_subcommand_from badge' -l help
complete -c hume-cli -n '__fish_seen_subcommand_from login' -l profile
complete -c hume-cli -n '__fish_seen_subcommand_from login' -l help
complete -c hume-cli -n '__fish_seen_subcommand_from enroll' -l rotate
complete -c hume-cli -n '__fish_seen_subcommand_from enroll' -l dir
complete -c hume-cli -n '__fish_seen_subcommand_from enroll' -l help
complete -c hume-cli -n '__fish_seen_subcommand_from audit' -l since
complete -c hume-cli -n '__fish_seen_subcommand_from audit' -l until
complete -c hume-cli -n '__fish_seen_subcommand_from audit' -l output
complete -c hume-cli -n '__fish_seen_subcommand_from audit' -l columns
complete -c hume-cli -n '__fish_seen_subcommand_from audit' -l limit
complete -c hume-cli -n '__fish_seen_subcommand_from audit' -l central
complete -c hume-cli -n '__fish_seen_subcommand_from audit' -l profile
complete -c hume-cli -n '__fish_seen_subcommand_from audit' -l dir
complete -c hume-cli -n '__fish_seen_subcommand_from audit' -l help
complete -c hume-cli -n '__fish_seen_subcommand_from link' -l central
complete -c hume-cli -n '__fish_seen_subcommand_from link' -l profile
complete -c hume-cli -n '__fish_seen_subcommand_from link' -l dir
complete -c hume-cli -n '__fish_seen_subcommand_from link' -l help
complete -c hume-cli -n '__fish_seen_subcommand_from hosts' -l output
complete -c hume-cli -n '__fish_seen_subcommand_from hosts' -l columns
complete -c hume-cli -n '__fish_seen_subcommand_from hosts' -l limit
complete -c hume-cli -n '__fish_seen_subcommand_from hosts' -l central
complete -c hume-cli -n '__fish_seen_subcommand_from hosts' -l profile
complete -c hume-cli -n '__fish_seen_subcommand_from hosts' -l dir
complete -c hume-cli -n '__fish_seen_subcommand_from hosts' -l help
complete -c hume-cli -n '__fish_seen_subcommand_from watch' -l help
complete -c hume-cli -f -n '__fish_seen_subcommand_from watch; and test (count (commandline -opc)) -eq 2' -a 'add apply list pause remove show'
complete -c hume-cli -n '__fish_seen_subcommand_from alert' -l help
complete -c hume-cli -f -n '__fish_seen_subcommand_from alert; and test (count (commandline -opc)) -eq 2' -a 'apply channels export list show test'
complete -c hume-cli -n '__fish_seen_subcommand_from silence' -l help
complete -c hume-cli -f -n '__fish_seen_subcommand_from silence; and test (count (commandline -opc)) -eq 2' -a 'add end list'
complete -c hume-cli -n '__fish_seen_subcommand_from queue' -l output
complete -c hume-cli -n '__fish_seen_subcommand_from queue' -l dir
complete -c hume-cli -n '__fish_seen_subcommand_from queue' -l help
complete -c hume-cli -n '__fish_seen_subcommand_from rules' -l event
complete -c hume-cli -n '__fish_seen_subcommand_from rules' -l last
complete -c hume-cli -n '__fish_seen_subcommand_from rules' -l config
complete -c hume-cli -n '__fish_seen_subcommand_from rules' -l dir
complete -c hume-cli -n '__fish_seen_subcommand_from rules' -l help
complete -c hume-cli -n '__fish_seen_subcommand_from sign' -l key
complete -c hume-cli -n '__fish_seen_subcommand_from sign' -l as
complete -c hume-cli -n '__fish_seen_subcommand_from sign' -l interpreter
complete -c hume-cli -n '__fish_seen_subcommand_from sign' -l argument
complete -c hume-cli -n '__fish_seen_subcommand_from sign' -l no-arguments
complete -c hume-cli -n '__fish_seen_subcommand_from sign' -l source
complete -c hume-cli -n '__fish_seen_subcommand_from sign' -l host
complete -c hume-cli -n '__fish_seen_subcommand_from sign' -l for
complete -c hume-cli -n '__fish_seen_subcommand_from sign' -l env
complete -c hume-cli -n '__fish_seen_subcommand_from sign' -l number
complete -c hume-cli -n '__fish_seen_subcommand_from sign' -l namespace
complete -c hume-cli -n '__fish_seen_subcommand_from sign' -l inside
complete -c hume-cli -n '__fish_seen_subcommand_from sign' -l help
complete -c hume-cli -n '__fish_seen_subcommand_from signers' -l help
complete -c hume-cli -f -n '__fish_seen_subcommand_from signers; and test (count (commandline -opc)) -eq 2' -a 'publish show update'
complete -c hume-cli -n '__fish_seen_subcommand_from scripts' -l host
complete -c hume-cli -n '__fish_seen_subcommand_from scripts' -l task
complete -c hume-cli -n '__fish_seen_subcommand_from scripts' -l signer
complete -c hume-cli -n '__fish_seen_subcommand_from scripts' -l signature
complete -c hume-cli -n '__fish_seen_subcommand_from scripts' -l output
complete -c hume-cli -n '__fish_seen_subcommand_from scripts' -l columns
complete -c hume-cli -n '__fish_seen_subcommand_from scripts' -l limit
complete -c hume-cli -n '__fish_seen_subcommand_from scripts' -l central
complete -c hume-cli -n '__fish_seen_subcommand_from scripts' -l profile
complete -c hume-cli -n '__fish_seen_subcommand_from scripts' -l dir
complete -c hume-cli -n '__fish_seen_subcommand_from scripts' -l help
complete -c hume-cli -n '__fish_seen_subcommand_from verify' -l trust
complete -c hume-cli -n '__fish_seen_subcommand_from verify' -l output
complete -c hume-cli -n '__fish_seen_subcommand_from verify' -l help
complete -c hume-cli -n '__fish_seen_subcommand_from doctor' -l dir
complete -c hume-cli -n '__fish_seen_subcommand_from doctor' -l output
complete -c hume-cli -n '__fish_seen_subcommand_from doctor' -l help
complete -c hume-cli -n '__fish_seen_subcommand_from watchdog' -l humed-limit
complete -c hume-cli -n '__fish_seen_subcommand_from watchdog' -l central-limit
complete -c hume-cli -n '__fish_seen_subcommand_from watchdog' -l dir
complete -c hume-cli -n '__fish_seen_subcommand_from watchdog' -l help
complete -c hume-cli -n '__fish_seen_subcommand_from central' -l help
complete -c hume-cli -n '__fish_seen_subcommand_from completion' -l help
complete -c hume-cli -n '__fish_seen_subcommand_from help' -l help
complete -c hume-cli -n '__fish_seen_subcommand_from version' -l help
complete -c hume-cli -f -n '__fish_seen_subcommand_from status' -a '(hume-cli completion words status -- (commandline -opc)[-1] (commandline -ct) 2>/dev/null)'
complete -c hume-cli -f -n '__fish_seen_subcommand_from runs' -a '(hume-cli completion words runs -- (commandline -opc)[-1] (commandline -ct) 2>/dev/null)'
complete -c hume-cli -f -n '__fish_seen_subcommand_from show' -a '(hume-cli completion words show -- (commandline -opc)[-1] (commandline -ct) 2>/dev/null)'
complete -c hume-cli -f -n '__fish_seen_subcommand_from events' -a '(hume-cli completion words events -- (commandline -opc)[-1] (commandline -ct) 2>/dev/null)'
complete -c hume-cli -f -n '__fish_seen_subcommand_from tail' -a '(hume-cli completion words tail -- (commandline -opc)[-1] (commandline -ct) 2>/dev/null)'
complete -c hume-cli -f -n '__fish_seen_subcommand_from wait' -a '(hume-cli completion words wait -- (commandline -opc)[-1] (commandline -ct) 2>/dev/null)'
complete -c hume-cli -f -n '__fish_seen_subcommand_from check' -a '(hume-cli completion words check -- (commandline -opc)[-1] (commandline -ct) 2>/dev/null)'
complete -c hume-cli -f -n '__fish_seen_subcommand_from data' -a '(hume-cli completion words data -- (commandline -opc)[-1] (commandline -ct) 2>/dev/null)'
complete -c hume-cli -f -n '__fish_seen_subcommand_from scripts' -a '(hume-cli completion words scripts -- (commandline -opc)[-1] (commandline -ct) 2>/dev/null)'
complete -c hume-cli -f -n '__fish_seen_subcommand_from note' -a '(hume-cli completion words note -- (commandline -opc)[-1] (commandline -ct) 2>/dev/null)'
complete -c hume-cli -f -n '__fish_seen_subcommand_from about' -a '(hume-cli completion words about -- (commandline -opc)[-1] (commandline -ct) 2>/dev/null)'
complete -c hume-cli -f -n '__fish_seen_subcommand_from take' -a '(hume-cli completion words take -- (commandline -opc)[-1] (commandline -ct) 2>/dev/null)'
complete -c hume-cli -f -n '__fish_seen_subcommand_from badge' -a '(hume-cli completion words badge -- (commandline -opc)[-1] (commandline -ct) 2>/dev/null)'

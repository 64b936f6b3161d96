// SPDX-License-Identifier: MIT
#include "help.h"

#include <stddef.h>

const char help_usage[] = "usage: hume start|info|ok|warn|error|flag|progress|set|stop ...   (hume --help)";

static const char all[] =
    "hume: say from a script what it does\n"
    "  hume start [TASK] [MESSAGE]      a run begins (TASK: else the script's name)\n"
    "  hume debug|info|ok|warn|error|critical MESSAGE     (or: hume --warn MESSAGE)\n"
    "  hume flag NAME [MESSAGE]         a mark on the run's timeline\n"
    "  hume progress 50 | 3/12          the share that is done\n"
    "  hume set KEY=VALUE...            share data; --ttl 26h, --unit bytes|s\n"
    "  hume get [HOST[:TASK]/]KEY       print what was shared\n"
    "  hume stop [STATUS] [MESSAGE]     exit status (hume stop $?), ok, warn or fail\n"
    "  hume run [OPTIONS] -- COMMAND... start, run it, stop; same exit status\n"
    "  hume ping [TASK]                 still here\n"
    "  hume shell-init bash|zsh|sh      eval \"$(...)\": lines, and the stop by itself\n"
    "  hume help VERB                   more on one of them; man hume: all\n"
    "\n"
    "  -t, --task NAME   -T, --tags A,B   -x, --extra KEY=VALUE   -L, --level LEVEL\n"
    "  -a, --append-pstree   -v, --verbose   --run ID   --deadline MS (200)\n"
    "  --host NAME   --strict: the exit status tells   --lossy   -- ends the options\n"
    "  start: --print-run; start, run: --every 1d --cron '15 3 * * *' --tz --grace\n"
    "         --max --describe --runbook --owner\n"
    "  HUME_TASK HUME_TAGS HUME_RUN HUME_DIR HUME_ENDPOINT HUME_SPOOL HUME_DEADLINE\n"
    "  HUME_STRICT=1 HUME_DISABLE=1; the script's line: LINENO=$LINENO hume ...\n"
    "  Exit status 0; 64 wrong usage; with --strict 65 unacceptable, 75 not stored,\n"
    "  77 refused; get: 1 no such value. Without humed the drop folder keeps events.\n"
    "  For people: hume up status runs show events data queue doctor, hume-cli --help\n";

static const char start[] =
    "hume start [TASK] [MESSAGE]\n"
    "A run begins. TASK is HUME_TASK or the script's name if not given; with -t TASK all words are the message.\n"
    "  --print-run          print the run's id, to hand over: run=$(hume start --print-run)\n"
    "  --every 1d  --cron '15 3 * * *'  --tz ZONE  --grace 1h  --max 2h     the schedule the script keeps\n"
    "  --describe TEXT  --runbook URL  --owner NAME\n"
    "Example: hume start backup 'full dump'\n";

static const char log_help[] =
    "hume debug|info|ok|warn|error|critical MESSAGE\n"
    "An event of that level, in the run that is open. Several words are one message. Also: hume --warn MESSAGE\n"
    "  -x, --extra KEY=VALUE     data that belong to it, repeatable\n"
    "Example: hume warn \"disk $used% full\" -x used=$used\n";

static const char flag[] = "hume flag NAME [MESSAGE]\n"
                           "A mark on the run's timeline; runs are compared from mark to mark.\n"
                           "Example: hume flag dumped\n";

static const char progress[] = "hume progress 50 | 50% | 3/12 [MESSAGE]\n"
                               "The share of the run that is done, for a bar and an estimate. Decimals are taken.\n"
                               "Example: hume progress $done/$all\n";

static const char set[] =
    "hume set KEY=VALUE... [--ttl 26h] [--unit bytes|s]\n"
    "Share data with everybody. A number, true and false stay what they are; all else is text.\n"
    "  --ttl SPAN      they hold that long: 90, 15m, 26h, 7d\n"
    "  --unit UNIT     what all its numbers count. bytes: 73MB, 1.5GiB are numbers; s: 1h30m, 250ms are numbers\n"
    "Example: hume set dump.size=734003200 --unit bytes --ttl 26h\n";

static const char get[] =
    "hume get [HOST[:TASK]/]KEY\n"
    "Print what was shared with hume set, and a line feed. This host's own comes at once, without a network.\n"
    "  -t, --task TASK      the one this task set; else the latest of any task\n"
    "Exit status: 0; 1 no such value, or it has expired (nothing is printed); 75 humed is not there.\n"
    "Example: size=$(hume get dump.size) || size=0\n";

static const char ping[] = "hume ping [TASK]\n"
                           "Still here: feeds a watch, with or without a run.\n"
                           "Example: hume ping mailqueue\n";

static const char stop[] =
    "hume stop [STATUS] [MESSAGE]\n"
    "The run ends. STATUS: an exit status, 0 is ok and all others failed; or ok, warn, fail; none: ok.\n"
    "Example: trap 'hume stop $?' EXIT\n";

static const char shell_init[] =
    "hume shell-init bash|zsh|sh\n"
    "Print what a script evaluates once, behind its `set` line: its calls then tell line, file and function, and the\n"
    "run it starts is stopped with its exit status and the command that failed. Its own traps work as before.\n"
    "sh, for dash and others: the stop alone, and a trap on EXIT set later replaces it.\n"
    "Example: eval \"$(hume shell-init bash)\"\n";

static const char run[] =
    "hume run [OPTIONS] [--] COMMAND...\n"
    "Start, run the command, stop: same output, signals passed on, same exit status. TASK: -t, HUME_TASK or its script's name.\n"
    "  --timeout SPAN       end it after that time, with 124; --kill-after SPAN (10s): kill it when it then goes on\n"
    "  --lock NAME          only one at a time, a second one ends with 75; --lock-wait SPAN: but waits so long\n"
    "  --output fail|always|never    when the last 16 kB of its output go along\n"
    "  --signed SCRIPT [ARGS]   instead of a command: run it as it was signed, or end with 126; --trust DIR: whom to believe\n"
    "  and what start declares: --every --cron --calendar --tz --grace --max --describe --runbook --owner\n"
    "Example: hume run -t backup --lock backup --timeout 2h -- rsync -a /srv /backup\n";

const char *help_of(const struct verb *verb) {
    static const char *const of_action[] = {
        [START] = start, [LOG] = log_help, [FLAG] = flag, [PROGRESS] = progress,
        [SET] = set,     [GET] = get,      [PING] = ping, [STOP] = stop,
        [SHELL_INIT] = shell_init,
        [RUN] = run,
    };
    return verb ? of_action[verb->action] : all;
}

// SPDX-License-Identifier: MIT
#include "help.h"

const char help_usage[] = "usage: hume start|info|ok|warn|error|flag|set|stop ...   (hume --help)";

const char help_text[] =
    "hume: say from a script what it does\n"
    "\n"
    "  hume start [TASK] [MESSAGE]        a run begins (TASK: the script's name if not given)\n"
    "  hume debug|info|ok|warn|error|critical MESSAGE\n"
    "                                     also: hume --warn MESSAGE\n"
    "  hume flag NAME [MESSAGE]           a mark on the run's timeline\n"
    "  hume set KEY=VALUE... [--ttl 26h] [--unit bytes]\n"
    "  hume stop [STATUS] [MESSAGE]       STATUS: an exit status (hume stop $?), ok, warn, fail\n"
    "\n"
    "  -t, --task NAME       -T, --tags A,B        -x, --extra KEY=VALUE    -L, --level LEVEL\n"
    "      --run ID (start: --print-run)           --strict: the exit status tells what became of it\n"
    "      --deadline MS: longest wait for humed (200)                      -v, --verbose\n"
    "      -- ends the options: hume info -- -text\n"
    "\n"
    "  Environment: HUME_TASK HUME_TAGS HUME_RUN HUME_DIR HUME_ENDPOINT HUME_SPOOL HUME_STRICT=1\n"
    "  HUME_DEADLINE HUME_DISABLE=1; the line of your script: LINENO=$LINENO hume warn ...\n"
    "\n"
    "  Exit status 0, unless the command line is wrong (64); with --strict also 65 unacceptable,\n"
    "  75 not stored, 77 refused. Without humed the event waits in the drop folder.\n"
    "\n"
    "  For people: hume up, status, runs, show, events, data, queue ... (hume-cli --help)\n";

// SPDX-License-Identifier: MIT
// The options, as written: `-t NAME`, `-tNAME`, `--task NAME`, `--task=NAME`.
#ifndef HUME_OPTIONS_H
#define HUME_OPTIONS_H

#include <stdbool.h>

enum option {
    OPTION_TASK,
    OPTION_TAGS,
    OPTION_EXTRA,
    OPTION_LEVEL,
    OPTION_STRICT,
    OPTION_DEADLINE,
    OPTION_RUN,
    OPTION_PRINT_RUN,
    OPTION_TTL,
    OPTION_UNIT,
    OPTION_HOST,
    OPTION_TREE,
    OPTION_LOSSY,
    OPTION_SPAN,    // --every and its like: what start declares of its schedule, a span of time
    OPTION_DECLARE, // the same, any text
    OPTION_TIMEOUT, // of `hume run`, with the next four
    OPTION_KILL_AFTER,
    OPTION_LOCK,
    OPTION_LOCK_WAIT,
    OPTION_OUTPUT,
    OPTION_SIGNED, // of `hume run` too: hume-cli's to act upon (signed.h)
    OPTION_TRUST,
    OPTION_COMMAND, // the 1.x form's (older.h): -c, -m, --auth-token, --recv-timeout
    OPTION_MESSAGE,
    OPTION_TOKEN,
    OPTION_PATIENCE,
    OPTION_VERBOSE,
    OPTION_HELP,
    OPTION_VERSION,
    OPTION_SAY,     // --warn and its like: a verb written as an option
    OPTION_NONE,    // a word, no option
    OPTION_UNKNOWN, // looks like one and is not
};

struct option_read {
    enum option option;
    const char *name;  // as it is right: --task
    const char *value; // joined to the option; NULL: none
    bool takes_value;
    const char *more; // more short options in the same argument (-vt): read on from here; NULL: none
};

// Reads one argument of the command line. Never looks beyond it.
struct option_read option_read(const char *argument);

// Reads on inside an argument of several short options.
struct option_read option_read_short(const char *letters);

// The nearest option to something that looks like one, or NULL.
const char *option_nearest(const char *typed);

#endif

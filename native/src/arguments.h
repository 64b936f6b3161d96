// SPDX-License-Identifier: MIT
// The command line taken apart: verb, options, words. What the words mean is sentence.c's matter.
#ifndef HUME_ARGUMENTS_H
#define HUME_ARGUMENTS_H

#include <stdbool.h>
#include <stdint.h>

#include "event.h"
#include "fault.h"
#include "verbs.h"

struct asked {
    const struct verb *verb; // NULL: none found
    const char *stranger;    // the first word, when it is no verb of ours; reading stopped there
    struct words words;      // what follows the verb; in the 1.x form, the message
    const char *task;
    const char *run;
    const char *level;
    const char *unit;
    const char *host;
    const char *declared; // the first of --every and its like; NULL: none
    const char *command;  // the 1.x form's, as in -c counter-start
    const char *form;     // -c or -m, which only the 1.x form has, when it was seen; NULL: neither
    uint64_t ttl;         // seconds; 0: none
    uint64_t deadline_ms; // 0: none
    bool strict, lossy, verbose, print_run, tree, help, version;
    const char *running; // the first of the options of `hume run` alone; NULL: none
    const char *lock;    // its name; NULL: none
    const char *timeout_text;
    uint64_t timeout, kill_after, lock_wait; // ms; 0: not said
    enum { OUTPUT_FAIL, OUTPUT_ALWAYS, OUTPUT_NEVER } output;
    bool older; // the 1.x form (older.h): all words are the message
};

// Reads the command line. Tags and extras go into the event at once, so that any number of them needs no room. The
// words are moved to the front of argv, but not before a verb of ours or a message was found: argv is whole when there
// is a stranger. Goes on after a fault, so that --strict behind it is seen; the first fault is kept.
void arguments_read(int argc, char **argv, struct asked *asked, struct event *event, struct fault *fault);

#endif

// SPDX-License-Identifier: MIT
// The verbs: those this program does itself, and the names of those it hands over (for the nearest right spelling).
#ifndef HUME_VERBS_H
#define HUME_VERBS_H

#include <stdbool.h>

enum action { START, LOG, FLAG, PROGRESS, SET, GET, PING, STOP, SHELL_INIT, RUN };

struct verb {
    const char *word;
    enum action action;
    const char *kind;  // the event's; NULL: a question, no event
    const char *level; // LOG: as the event has it; NULL: info, which is left out
};

// The verb this program does itself, or NULL.
const struct verb *verb_find(const char *word);

// Is this a verb of people, done by another program?
bool verb_is_of_people(const char *word);

// The level verb of this word (`warn` and `warning` both), or NULL.
const struct verb *verb_find_level(const char *word);

// The nearest verb this program does itself, when a slip of the finger would explain `typed` and no verb of people is
// as near; the nearest of all verbs; the nearest level. NULL: nothing is near.
const char *verb_nearest_native(const char *typed);
const char *verb_nearest(const char *typed);
const char *verb_nearest_level(const char *typed);

#endif

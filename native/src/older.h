// SPDX-License-Identifier: MIT
// The command line of hume 1.x: `hume -t TASK -T a,b -L warn -c counter-start "message"`. Scripts written for it run
// unmodified.
//
// It is taken for that form when no verb was found and an option came before the first word, or when there is -c or -m.
// The first word is a verb all the same when it is one of ours that can stand so (a level needs a text behind it: a
// lone one is a message), or one for people with nothing but -v before it. arguments.c decides.
#ifndef HUME_OLDER_H
#define HUME_OLDER_H

#include "arguments.h"

// The verb that does what this command did (NULL: none given, an event of a level). Returns NULL with a fault when
// there is no such command.
const struct verb *older_verb(const char *command, struct fault *fault);

// Says on standard error when the message may be a verb that somebody mistyped: it is stored all the same.
void older_doubt(const struct asked *asked);

// Puts the words, which are all message, into the event, and what the command means.
void older_read_words(const struct asked *asked, struct event *event);

#endif

// SPDX-License-Identifier: MIT
// What the words of each verb mean, put into the event.
#ifndef HUME_SENTENCE_H
#define HUME_SENTENCE_H

#include "arguments.h"

// Fills in what the caller said: task, run, level, message and what the verb needs. Needs event.origin.script, from
// which a task that nobody named takes its name. A fault means the event is not to be handed over.
void sentence_read(const struct asked *asked, struct event *event, struct fault *fault);

#endif

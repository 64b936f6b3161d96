// SPDX-License-Identifier: MIT
// What the value of an option means.
#ifndef HUME_VALUES_H
#define HUME_VALUES_H

#include "arguments.h"
#include "options.h"

// Takes the value of an option into what was asked or, tags and data, into the event. A fault says what is right.
void value_take(const struct option_read *found, struct asked *asked, struct event *event, struct fault *fault);

// Reads the patience of hume 1.x, in milliseconds; any number is taken, as it was there. 0: none is named.
uint64_t value_patience(const char *text);

#endif

// SPDX-License-Identifier: MIT
// What callers hand over beside the words: the run, the trace, and where in the script the call stands.
#ifndef HUME_HANDED_H
#define HUME_HANDED_H

#include "arguments.h"

// Fills in the event's run or the run it is within, and of its origin the line, file, function, failing command and trace.
void handed_read(const struct asked *asked, struct event *event);

#endif

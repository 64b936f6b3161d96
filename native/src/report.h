// SPDX-License-Identifier: MIT
// An event made into bytes and handed over; what was done is said with --verbose.
#ifndef HUME_REPORT_H
#define HUME_REPORT_H

#include "arguments.h"

// Hands the event over and puts its fate into the fault (handover.h).
void report(struct event *event, const struct asked *asked, struct fault *fault);

// The same in two steps (handover.h); one event at a time. The second does nothing when the first ended with a fault.
int report_begin(struct event *event, uint64_t patience_ms, struct fault *fault);
// Returns true when the connection was left open for a next event.
bool report_end(const struct asked *asked, struct fault *fault);

#endif

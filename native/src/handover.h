// SPDX-License-Identifier: MIT
// The hand-over: to humed, or to the drop folder when humed does not take the event.
#ifndef HUME_HANDOVER_H
#define HUME_HANDOVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include "fault.h"

// Hands over, in at most the deadline and one fsync (deadline_ms 0: HUME_DEADLINE, else 200 ms). fault.status is then the
// event's fate: 0 it is on stable storage; 65 or 77 humed refused it for good; 75 it is not stored, and fault.text says
// why and what to do. `account`, if not NULL, gets a line of what was done.
void hand_over(const char *id, const char *event, size_t length, uint64_t deadline_ms, struct fault *fault,
               struct fault *account);

// Hands over what may be lost: the answer is not waited for, and nothing is left in the drop folder. fault.status 0: it is on its
// way within this host; 75: it is lost already.
void hand_over_lossy(const char *event, size_t length, uint64_t deadline_ms, struct fault *fault, struct fault *account);

// What hand_over does, in two steps, for one event at a time, so that a command can run meanwhile. The first says the event, and waits
// 20 ms at most until that is done, 100 ms when humed is there and busy: what the command itself says then comes behind it. Returns the descriptor
// that becomes readable when the second step has something to do; -1: it has right now. Event and id must stay until then.
int hand_over_begin(const char *id, const char *event, size_t length, uint64_t patience_ms);

// How long that descriptor is worth waiting for; false: no longer.
bool hand_over_is_open(struct timespec *left);

// Waits for what is left of the deadline, and ends as hand_over does. True: the connection stays open for a next hand_over
// that comes soon; else hand_over_close is due.
bool hand_over_end(struct fault *fault, struct fault *account);
void hand_over_close(void);

#endif

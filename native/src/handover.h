// SPDX-License-Identifier: MIT
// The hand-over: to humed, or to the drop folder when humed does not take the event.
#ifndef HUME_HANDOVER_H
#define HUME_HANDOVER_H

#include <stddef.h>
#include <stdint.h>

#include "fault.h"

// Hands over, in at most the deadline and one fsync (deadline_ms 0: HUME_DEADLINE, else 200 ms). fault.status is then the
// event's fate: 0 it is on stable storage; 65 or 77 humed refused it for good; 75 it is not stored, and fault.text says
// why and what to do. `account`, if not NULL, gets a line of what was done.
void hand_over(const char *id, const char *event, size_t length, uint64_t deadline_ms, struct fault *fault,
               struct fault *account);

#endif

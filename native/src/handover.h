// SPDX-License-Identifier: MIT
// The hand-over: to humed, or to the drop folder when humed does not take the event.
#ifndef HUME_HANDOVER_H
#define HUME_HANDOVER_H

#include <stddef.h>
#include <stdint.h>

#include "fault.h"

// True in `fault.status` as the event's fate: 0 it is on stable storage; 65, 77 humed refused it for good; 75 it is not
// stored, and fault.text says why and what to do. Takes at most the deadline and one fsync. `account`, if not NULL, gets
// a line of what was done. With 0 as the deadline HUME_DEADLINE or 200 ms hold.
void hand_over(const char *id, const char *event, size_t length, uint64_t deadline_ms, struct fault *fault,
               struct fault *account);

#endif

// SPDX-License-Identifier: MIT
// One deadline carried through everything that may wait, so that waits do not add up.
#ifndef HUME_DEADLINE_H
#define HUME_DEADLINE_H

#include <stdbool.h>
#include <stdint.h>

struct deadline {
    uint64_t at_ns; // CLOCK_MONOTONIC
};

struct deadline deadline_in_ms(uint64_t milliseconds);

// Waits until `events` (POLLIN, POLLOUT) or an end of the connection shows on the descriptor. Returns false when the
// deadline passed first.
bool deadline_wait(struct deadline deadline, int descriptor, short events);

// Sleeps a millisecond or until the deadline. Returns false when it has passed.
bool deadline_pause(struct deadline deadline);

#endif

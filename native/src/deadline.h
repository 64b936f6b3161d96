// SPDX-License-Identifier: MIT
// One deadline carried through everything that may wait, so that waits do not add up.
#ifndef HUME_DEADLINE_H
#define HUME_DEADLINE_H

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

// It has two parts: when the first has passed, somebody says whether the rest is worth waiting for. What he has to look
// at for that costs nothing when all goes well.
struct deadline {
    uint64_t at_ns;  // CLOCK_MONOTONIC; the first part's end
    uint64_t end_ns; // the whole's
    bool (*is_worth_it)(const char *whom);
    const char *whom;
};

// A first part of `quick` milliseconds, and the whole of `milliseconds`.
struct deadline deadline_in_ms(uint64_t quick, uint64_t milliseconds, bool (*is_worth_it)(const char *),
                               const char *whom);

// Tells how much of it is left; false when it has passed.
bool deadline_left(struct deadline *deadline, struct timespec *left);

// Waits until `events` (POLLIN, POLLOUT) or an end of the connection shows on the descriptor. Returns false when the
// deadline passed first.
bool deadline_wait(struct deadline *deadline, int descriptor, short events);

// Sleeps a millisecond or until the deadline. Returns false when it has passed.
bool deadline_pause(struct deadline *deadline);

#endif

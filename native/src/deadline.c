// SPDX-License-Identifier: MIT
#include "deadline.h"

#include <errno.h>
#include <poll.h>
#include <stddef.h>

#include "surroundings.h"

enum { NS_PER_MS = 1000000, NS_PER_S = 1000000000 };

struct deadline deadline_in_ms(uint64_t quick, uint64_t milliseconds, bool (*is_worth_it)(const char *),
                               const char *whom) {
    uint64_t now = monotonic_clock_ns();
    uint64_t first = quick < milliseconds ? quick : milliseconds;
    return (struct deadline){now + first * NS_PER_MS, now + milliseconds * NS_PER_MS, is_worth_it, whom};
}

static bool time_left(struct deadline *deadline, uint64_t at_most_ns, struct timespec *left) {
    uint64_t now = monotonic_clock_ns();
    if (now >= deadline->at_ns && deadline->at_ns < deadline->end_ns) {
        // Asked once: who is not there now has had his chance.
        deadline->end_ns = deadline->is_worth_it(deadline->whom) ? deadline->end_ns : deadline->at_ns;
        deadline->at_ns = deadline->end_ns;
    }
    if (now >= deadline->at_ns)
        return false;
    uint64_t ns = deadline->at_ns - now;
    ns = ns < at_most_ns ? ns : at_most_ns;
    *left = (struct timespec){.tv_sec = (time_t)(ns / NS_PER_S), .tv_nsec = (long)(ns % NS_PER_S)};
    return true;
}

bool deadline_left(struct deadline *deadline, struct timespec *left) {
    return time_left(deadline, UINT64_MAX, left);
}

bool deadline_wait(struct deadline *deadline, int descriptor, short events) {
    struct pollfd wanted = {.fd = descriptor, .events = events};
    struct timespec left;
    while (deadline_left(deadline, &left)) {
        int ready = ppoll(&wanted, 1, &left, NULL);
        if (ready > 0)
            return true;
        // A signal handled meanwhile, or the first part's end: the wait goes on with what is left.
        if (ready < 0 && errno != EINTR)
            return false;
    }
    return false;
}

bool deadline_pause(struct deadline *deadline) {
    struct timespec left;
    if (!time_left(deadline, NS_PER_MS, &left))
        return false;
    ppoll(NULL, 0, &left, NULL);
    return true;
}

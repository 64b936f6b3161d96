// SPDX-License-Identifier: MIT
#include "inherited.h"

#include <limits.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { MOST = 1 << 20 }; // where the kernel has no call for a whole range (before 5.9), and no limit is set

static unsigned highest(void) {
    struct rlimit limit;
    return getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < MOST ? (unsigned)limit.rlim_cur : MOST;
}

static void close_between(unsigned first, unsigned last) {
    if (first > last)
        return;
#ifdef SYS_close_range
    if (syscall(SYS_close_range, first, last, 0) == 0)
        return;
#endif
    unsigned end = highest();
    for (unsigned file = first; file <= last && file < end; file++)
        close((int)file);
}

// The lowest of them from here on, or one beyond all.
static unsigned next_kept(const int *kept, int count, unsigned from) {
    unsigned next = UINT_MAX;
    for (int i = 0; i < count; i++)
        if ((unsigned)kept[i] >= from && (unsigned)kept[i] < next)
            next = (unsigned)kept[i];
    return next;
}

void inherited_close_all_but(const int *kept, int count) {
    unsigned from = 0;
    for (unsigned next; (next = next_kept(kept, count, from)) != UINT_MAX; from = next + 1)
        if (next > from)
            close_between(from, next - 1);
    close_between(from, UINT_MAX);
}

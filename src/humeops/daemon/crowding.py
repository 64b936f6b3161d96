# SPDX-License-Identifier: MIT
"""How long a thread has waited for a processor while it could have run, as the kernel counts it.

On a crowded machine that is most of what a clock shows, and no fault of what ran there. A kernel that does not tell it
(CONFIG_SCHED_INFO) counts none, and then the clock decides.
"""

import functools
import os
import threading


def waited_ns() -> int:
    """Return the calling thread's wait in its life so far; about two microseconds."""
    try:
        return int(os.pread(_told_by_kernel(threading.get_native_id()), 128, 0).split()[1])
    except (OSError, IndexError, ValueError):
        return 0


@functools.cache
def _told_by_kernel(_thread: int) -> int:
    # One descriptor for each thread that asks, kept for its life: humed's loop asks twice for each event that a processor sees.
    return os.open("/proc/thread-self/schedstat", os.O_RDONLY | os.O_CLOEXEC)

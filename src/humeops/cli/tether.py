# SPDX-License-Identifier: MIT
"""Become another program that ends when its parent does: `python tether.py PARENT PROGRAM ARGUMENT...`.

Linux sends a process a signal of its choice when its parent dies, even by kill -9, and keeps that choice through exec. It
is asked for here, in the new process, because code between fork and exec of the parent may deadlock. Run as a file with
`-I -S`, so that it starts in a few milliseconds and imports nothing of hume. It also takes back the signals that the
supervisor blocks, which would be inherited.
"""

import ctypes
import os
import signal
import sys

_PR_SET_PDEATHSIG = 1  # linux/prctl.h


def main() -> None:
    """Tie this process to its parent, then become the program."""
    parent, program = int(sys.argv[1]), sys.argv[2:]
    ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
    # The parent may have died before the wish was known: then nobody will ever send that signal.
    if os.getppid() != parent:
        sys.exit(1)
    signal.pthread_sigmask(signal.SIG_SETMASK, ())
    os.execv(program[0], program)  # noqa: S606 - to become it is the point


if __name__ == "__main__":
    main()

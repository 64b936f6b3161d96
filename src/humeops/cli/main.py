# SPDX-License-Identifier: MIT
"""The entry point of `hume-cli`: takes care of Ctrl-C before anything that takes long is imported.

Loading the verbs costs a tenth of a second on a small machine, long enough to be interrupted. Until they are loaded, and
after they have ended, SIGINT ends the process with 130 and says nothing; in between it is a KeyboardInterrupt, which
humeops.cli.verbgroup answers. A SIGINT that was ignored when we were started (`nohup`, `&` in a script) stays ignored.
"""

import os
import signal
import sys
import types

INTERRUPTED = 130


def run(arguments: list[str]) -> int:
    """Do what the command line says and return the exit status."""
    from humeops.cli import verbgroup

    return verbgroup.run(arguments)


def main() -> None:
    """Do what the command line says, then end the process."""
    ignored = signal.getsignal(signal.SIGINT) is signal.SIG_IGN
    try:
        if not ignored:
            signal.signal(signal.SIGINT, _end)
        from humeops.cli import verbgroup

        if not ignored:
            signal.signal(signal.SIGINT, signal.default_int_handler)
        status = verbgroup.run(sys.argv[1:])
    except KeyboardInterrupt:
        status = INTERRUPTED  # between two lines, where nobody else could answer it
    if not ignored:
        signal.signal(signal.SIGINT, _end)
    sys.exit(status)


def _end(number: int, frame: types.FrameType | None) -> None:
    os._exit(INTERRUPTED)


if __name__ == "__main__":
    main()

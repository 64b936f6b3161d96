# SPDX-License-Identifier: MIT
"""Named places to die, for the tests of the promise: HUME_CRASH_AT=NAME or NAME:N kills the process there, with SIGKILL.

Named points pin the moments that matter (before and after each durable hand-over); a test asserts that every name is
tried. With the variable unset a point costs one call that does nothing.
"""

import os
import signal

NAMES = (
    "humed-received",
    "humed-before-commit",
    "humed-after-commit",
    "humed-before-ack",
    "humed-after-ack",
    "humed-before-unlink",
    "humed-before-send",
    "humed-after-send",
    "humed-before-release",
    "humed-after-release",
    "humed-before-gone-commit",
    "humed-after-gone-commit",
    "humed-upgrading-spool",
    "output-after-write",
    "central-received",
    "central-before-commit",
    "central-after-commit",
    "central-before-reply",
    "central-worker-read",
    "central-worker-committed",
    "central-worker-let-go",
    "watcher-before-judging",
    "watcher-before-commit",
    "watcher-after-commit",
    "notifier-before-judging",
    "notifier-before-commit",
    "notifier-judged",
    "notifier-claimed",
    "notifier-sent",
    "notifier-marked",
)

_name, _, _count = os.environ.get("HUME_CRASH_AT", "").partition(":")
_passages_left = int(_count) if _count.isdigit() else 1


def point(name: str) -> None:
    """Die here if this is the N-th passage of the place that HUME_CRASH_AT names."""
    global _passages_left
    if name != _name:
        return
    _passages_left -= 1
    if _passages_left <= 0:
        os.kill(os.getpid(), signal.SIGKILL)

# SPDX-License-Identifier: MIT
"""Who said an event, as the kernel knows; nothing of this comes from the event itself."""

from typing import NamedTuple

ROOT = 0
TCP = "tcp"  # a way on which no kernel says who speaks


class Sayer(NamedTuple):
    """The user, the process (None through the drop folder, where only the owner of the file is known), and the way."""

    uid: int | None
    pid: int | None
    via: str

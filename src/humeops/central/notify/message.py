# SPDX-License-Identifier: MIT
"""What people are told, as facts: who decided that something is to be said hands over one of these, and a channel words it.

A message is stored as JSON with the notification it belongs to, so that what is said at the tenth attempt is what was said
at the first. Pure. Whatever its texts hold was said by scripts, and is hostile until a template has shown it.
"""

from typing import Literal

import msgspec

Kind = Literal["problem", "recovery", "reminder", "escalation", "digest", "notice", "test"]


class Line(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An event, as a message shows it."""

    time_ns: int
    level: str
    message: str


class Item(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One change of state, or one trouble that lasts: of a task, or of a host when `task` is empty."""

    host: str
    task: str
    before: str  # the state it had
    state: str  # the state it has
    reason: str  # one sentence: "exit 3 at line 41, after db-dumped"
    since_ns: int
    run: str = ""  # the short name of the run
    url: str = ""  # its page; empty when central knows no address of its own
    compared: str = ""  # "took 12 min, usually 4 min"
    last_flag: str = ""
    events: tuple[Line, ...] = ()
    output: str = ""  # the end of what it printed
    tags: tuple[str, ...] = ()
    owner: str = ""
    description: str = ""
    runbook: str = ""
    next_expected_ns: int | None = None
    downtime_ns: int | None = None  # of a recovery: how long it was bad


class Message(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One thing to tell, about one item or several together; a notice and a test may have none."""

    key: str  # the same at every attempt, so that whoever can keeps only one
    kind: Kind
    time_ns: int
    items: tuple[Item, ...]
    note: str = ""  # what a notice says; beside items, a word about all of them
    thread: str = ""  # the same for a problem, its reminders and its recovery; empty: found by what the items say

# SPDX-License-Identifier: MIT
"""What humed counts, and the picture of the queue it gives to whoever asks `?queue`."""

import msgspec

from humeops.daemon.guard.guarding import GuardCounts
from humeops.daemon.outputs.feeds import OutputView
from humeops.daemon.processing import ProcessorCount
from humeops.daemon.rules.engine import RuleCount


class Counters(msgspec.Struct):
    """Counted since this humed started."""

    received: int = 0  # requests and dropped files, without copies
    stored: int = 0
    refused: int = 0  # unacceptable: told so, or moved to quarantine
    forbidden: int = 0  # refused: another user's run
    deferred: int = 0  # told to come again: the spool took nothing
    copies: int = 0  # said again, such as by socket and by file, and stored before
    commits: int = 0
    pushed: int = 0  # of what was received, pushed: said so that it may be lost
    pushed_lost: int = 0  # of these, lost here: unacceptable, refused, no room, or over their user's rate


class QueueView(msgspec.Struct):
    """The answer to `?queue`; times ns since 1970."""

    version: str
    pid: int
    host: str
    epoch: str
    depth: int  # stored here, not yet known to be committed centrally
    oldest_age_seconds: float | None
    last_seq: int
    committed_upto: int
    last_ack_at: int | None  # central's last receipt
    last_error: str  # why forwarding waits; empty when it does not
    open_runs: int
    runs_watched: int  # processes of open runs, by a descriptor each
    runs_looked_at: int  # the same, in rounds: there were no descriptors left for these
    runs_unseen: int  # open runs that name no process humed can see: only a stop ends them
    runs_gone: int  # runs that ended without a stop, since this humed started
    runs_given_up: int  # of these, the ones that were only too many to watch
    drop_waiting: int
    drop_foreign: int  # entries of the drop folder that are none of hume's, or cannot be moved away
    drop_folder: str  # the folder that is read, and which one that is: callers may see another one at that path
    drop_device: int
    drop_inode: int
    drop_trouble: str  # why humed does not read or empty what the path names; empty when it does
    quarantined: int
    received: int
    stored: int
    refused: int
    forbidden: int
    deferred: int
    copies: int
    commits: int
    pushed: int
    pushed_lost: int
    forwarded: int
    spool_bytes: int
    room: str  # what is taken now: everything, or how little
    dropped: dict[str, int]  # given up in the life of this spool, by cause; what rules and processors dropped, too
    rules: dict[str, RuleCount]
    rules_trouble: str  # why the rules of humed.toml are not the ones in use; empty when they are
    processors: dict[str, ProcessorCount]
    guard: GuardCounts
    forwards: bool  # whether there is a central to have the events
    outputs: dict[str, OutputView]
    uptime_seconds: float
    received_per_second: float  # over about the last minute
    stored_per_second: float
    forwarded_per_second: float
    copied: bool = False  # another humed uses this host's credential, too, as central says

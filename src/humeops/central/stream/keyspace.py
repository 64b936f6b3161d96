# SPDX-License-Identifier: MIT
"""Every key that intake uses in Redis.

Nothing else of hume writes them, and losing all of them loses nothing: humed keeps its events until the database has them.

| key | type | who writes it, what it holds | who deletes it |
| --- | --- | --- | --- |
| hume:in:{p} | stream, group `workers` | the API: one entry a batch; fields `a` agent, `h` host, `r` received at (ns), `b` body | the worker that holds partition p: XTRIM MINID below what is committed |
| hume:agent:{agent} | stream, group `workers` | an agent that speaks to Redis itself, as its user `hume-agent-{agent}`: field `b` body, nothing else is believed; it trims it itself | the worker that holds the agent's partition, as above; `agent-redis --revoke` |
| hume:lease:{p} | string | who folds partition p: the worker's name and fence; expires by itself | its worker when it stops |
| hume:workers | sorted set | every worker that lives, scored with the time of its last beat (ms) | any worker, those that no longer beat |
| hume:mark:{agent} | hash | the worker after its commit: epoch → how far it is committed; expires after MARK_DAYS without a word | `hume-central restore`: the database knows less now |
| hume:tried:{p} | hash | the worker that holds partition p: entry → how often it was begun by itself; a trace of batches that end workers | the same, when the entry is done |
| hume:committed | channel | the worker after its commit: `AGENT EPOCH UPTO` | – |
| hume:said | channel | the worker after its commit: the ids of the events of one transaction, 16 bytes each | – |

A partition is `agent % partitions`: the batches of one agent are folded in the order they came, by one worker. The user of an
agent may XADD to its own stream and HGET its own mark, and nothing else.
"""

from collections.abc import Sequence

PARTITIONS = 16
_ID = 16
GROUP = b"workers"
COMMITTED = "hume:committed"
SAID = "hume:said"
WORKERS = "hume:workers"
MARK_DAYS = 30


def partition_of(agent: int, partitions: int) -> int:
    """Return the partition of this agent's batches."""
    return agent % partitions


def stream(partition: int) -> str:
    """Return the stream of a partition."""
    return f"hume:in:{partition}"


def agent_stream(agent: int) -> str:
    """Return the stream of an agent that speaks to Redis itself."""
    return f"hume:agent:{agent}"


def user(agent: int) -> str:
    """Return the name of an agent's user of Redis."""
    return f"hume-agent-{agent}"


def lease(partition: int) -> str:
    """Return the key that says who folds a partition."""
    return f"hume:lease:{partition}"


def tried(partition: int) -> str:
    """Return the hash of how often the suspicious entries of a partition were begun."""
    return f"hume:tried:{partition}"


def tried_entry(key: bytes, entry_id: bytes) -> bytes:
    """Return the field of an entry in the hash `tried`: ids of two streams may be equal."""
    return b"%b/%b" % (key, entry_id)


def mark(agent: int) -> str:
    """Return the hash of how far each epoch of an agent is committed."""
    return f"hume:mark:{agent}"


def mark_pattern() -> str:
    """Return what SCAN finds the marks of all agents by."""
    return "hume:mark:*"


def committed_message(agent: int, epoch: str, upto: int) -> str:
    """Return what is published when an epoch is committed further."""
    return f"{agent} {epoch} {upto}"


def said_message(keys: Sequence[bytes]) -> bytes:
    """Return what is published when these events are committed."""
    return b"".join(keys)


def read_said(message: bytes) -> list[bytes]:
    """Return the ids in such a message."""
    return [message[at : at + _ID] for at in range(0, len(message) - _ID + 1, _ID)]


def read_committed(message: bytes) -> tuple[int, str, int]:
    """Return (agent, epoch, upto) of such a message."""
    agent, epoch, upto = message.decode().split()
    return int(agent), epoch, int(upto)

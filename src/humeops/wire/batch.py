# SPDX-License-Identifier: MIT
"""A batch from humed to central, and central's answer (docs/protocol.md, section 6). Pure.

A batch keeps each event as the bytes the spool holds: humed joins them without decoding, and central decodes one by one,
so that one bad event costs itself and not its neighbours.
"""

import itertools
from collections.abc import Iterable
from typing import Annotated, Literal

import msgspec

from humeops.errors import MalformedEventError, in_one_line
from humeops.event import MAX_INT64

MAX_BATCH_BYTES = 1_048_576
MAX_BATCH_EVENTS = 5_000

Seq = Annotated[int, msgspec.Meta(ge=1, le=MAX_INT64)]
Epoch = Annotated[
    str, msgspec.Meta(pattern="^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$", max_length=36)
]


class By(msgspec.Struct, frozen=True):
    """Which humed sends: drawn anew at each start, so that two of them with one credential are told apart."""

    process: Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{32}$")]
    host: Annotated[str, msgspec.Meta(max_length=255)] = ""  # what its machine calls itself; decides nothing


class Batch(msgspec.Struct):
    """What humed sends: events as (seq, raw bytes), seqs ascending; it owes nothing below `oldest`, nor what is `lost`."""

    v: Literal[1]
    epoch: Epoch
    oldest: Seq
    sent_at: Annotated[int, msgspec.Meta(ge=0, le=MAX_INT64)]
    events: Annotated[list[tuple[Seq, msgspec.Raw]], msgspec.Meta(max_length=MAX_BATCH_EVENTS)]
    lost: Annotated[list[tuple[Seq, Seq]], msgspec.Meta(max_length=MAX_BATCH_EVENTS)] = []
    alive: bool = False  # says only that its host is there
    health: msgspec.Raw = msgspec.Raw()  # how its humed fares (humeops.wire.health), of any form
    reported: bool = False  # said over HTTP by a host without a humed, so it tells nothing of one
    by: By | msgspec.UnsetType = msgspec.UNSET


class Receipt(msgspec.Struct):
    """What central answers once the batch is committed: the end of the epoch's gapless prefix, and what was new."""

    committed_upto: Annotated[int, msgspec.Meta(ge=0)]
    stored: int = 0
    known: int = 0
    dead: int = 0
    # Only where it is so: taken in and not committed yet. Ask again with a batch of no events, and keep the rows.
    queued: bool | msgspec.UnsetType = msgspec.UNSET
    # Only where it is so: two humeds use this credential in turn.
    copied: bool | msgspec.UnsetType = msgspec.UNSET


_batch_decoder = msgspec.json.Decoder(Batch)
_receipt_decoder = msgspec.json.Decoder(Receipt)
pack_receipt = msgspec.json.encode


def pack_batch(
    epoch: str,
    oldest: int,
    sent_at: int,
    rows: Iterable[tuple[int, bytes]],
    lost: Iterable[tuple[int, int]] = (),
    health: bytes = b"",
    by: By | None = None,
) -> bytes:
    """Return the body of one intake request from spool rows (seq, event bytes), in ascending order of seq.

    `lost`: ranges (first, last) of seqs among and before them that had to be dropped.
    """
    events = b",".join(b"[%d,%b]" % row for row in rows)
    holes = b",".join(b"[%d,%d]" % one for one in lost)
    return b'%b%b%b,"events":[%b]}' % (
        _head(epoch, oldest, sent_at, by),
        b',"lost":[%b]' % holes if holes else b"",
        _health(health),
        events,
    )


def pack_alive(epoch: str, oldest: int, sent_at: int, health: bytes = b"", by: By | None = None) -> bytes:
    """Return the body of a request that says only that this host is there, and how its humed fares."""
    return b'%b%b,"events":[],"alive":true}' % (_head(epoch, oldest, sent_at, by), _health(health))


def _head(epoch: str, oldest: int, sent_at: int, by: By | None) -> bytes:
    who = b',"by":%b' % msgspec.json.encode(by) if by is not None else b""
    return b'{"v":1,"epoch":%b,"oldest":%d,"sent_at":%d%b' % (msgspec.json.encode(epoch), oldest, sent_at, who)


def _health(health: bytes) -> bytes:
    return b',"health":%b' % health if health else b""


def pack_reported(epoch: str, sent_at: int, seq: int, event: bytes) -> bytes:
    """Return the body of a batch of one event that no humed sent."""
    return b'{"v":1,"epoch":%b,"oldest":1,"sent_at":%d,"reported":true,"events":[[%d,%b]]}' % (
        msgspec.json.encode(epoch),
        sent_at,
        seq,
        event,
    )


def unpack_batch(body: bytes) -> Batch:
    """Return the batch in this body; its events are still raw. Raise MalformedEventError when it is not a batch."""
    try:
        batch = _batch_decoder.decode(body)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise MalformedEventError(in_one_line(error)) from error
    seqs = [seq for seq, _ in batch.events]
    if any(later <= earlier for earlier, later in itertools.pairwise(seqs)):
        raise MalformedEventError("seqs of a batch must ascend")
    return batch


def is_epoch(text: object) -> bool:
    """Tell whether this names the life of a spool: a UUID in lower case."""
    try:
        msgspec.convert(text, Epoch)
    except msgspec.ValidationError:
        return False
    return True


def unpack_receipt(body: bytes) -> Receipt:
    """Return central's answer, or raise MalformedEventError."""
    try:
        return _receipt_decoder.decode(body)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise MalformedEventError(f"not a receipt: {error}") from error

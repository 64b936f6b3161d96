# SPDX-License-Identifier: MIT
"""Event ⇄ JSON bytes, with every limit of docs/protocol.md enforced.

Promise: whatever the bytes, `decode` returns an acceptable event or raises MalformedEventError, nothing else; encode
then decode gives back the same event. Called by humed for every event said and by central for every event received.
"""

import re
from collections.abc import Iterator

import msgspec

from humeops.errors import MalformedEventError, in_one_line
from humeops.event import MAX_CUT, MAX_EVENT_BYTES, Event, Origin

# The characters a name may not hold: protocol, section 1, "Names". One search decides; no table of Unicode versions.
_FORBIDDEN_IN_NAME = re.compile(
    "[\x00-\x1f\x7f-\x9f\xad:/,=\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]"
    "|^ | $"
)
# Names come again and again: those that were looked at and found good, and how many of them are kept in mind.
_good_names: set[str] = set()
_REMEMBERED = 4_096
_INT64_MIN, _INT64_MAX = -(2**63), 2**63 - 1

_TEXTS_OF_ORIGIN = tuple(
    name for name, value in msgspec.structs.asdict(Origin()).items() if isinstance(value, str) and name != "sha256"
)
_KINDS_WITH_NEEDS = frozenset(("flag", "stop", "progress"))

# JSON has no NaN and no infinity, and msgspec refuses numbers that no float holds: every float that comes is finite.
_decoder = msgspec.json.Decoder(Event)
_encoder = msgspec.json.Encoder()
encode = _encoder.encode
_BEGINNING = b'{"v":1,"id":"'


def decode(data: bytes | memoryview | msgspec.Raw) -> Event:
    """Return the event in these bytes; U+0000 in texts is mended and named in `cut`."""
    if len(data) > MAX_EVENT_BYTES:
        raise MalformedEventError(f"event of {len(data)} bytes; the limit is {MAX_EVENT_BYTES}")
    try:
        event = _decoder.decode(data)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise MalformedEventError(in_one_line(error)) from error
    raw = bytes(data)  # no copy when it is bytes already
    # JSON has one spelling of U+0000. The backslash alone is looked for first, since that is one memchr.
    if b"\\" in raw and b"\\u0000" in raw:
        _mend_nul(event)
    _check_names(event)
    if event.kind in _KINDS_WITH_NEEDS:
        _check_kind(event)
    for key, value in event.data.items():
        if isinstance(value, int) and not _INT64_MIN <= value <= _INT64_MAX:
            raise MalformedEventError(f"data {key!a}: integers have 64 bits")
    return event


def id_in(encoded: bytes) -> str:
    """Return the id of an event that `encode` made, without reading the rest."""
    return encoded[len(_BEGINNING) : len(_BEGINNING) + 36].decode("ascii", "replace")


def is_name(text: str) -> bool:
    """Tell whether this text may name a task, a tag, a flag or a datum (its length is the type's matter)."""
    return _FORBIDDEN_IN_NAME.search(text) is None


def _mend_nul(event: Event) -> None:
    # No database likes U+0000 in text. Names with it are refused below, so only free text is mended.
    mended = [
        *_mend_fields(event, ("message", "host", "boot", "unit", "output")),
        *_mend_fields(event.origin, _TEXTS_OF_ORIGIN),
        *_mend_lists(event.origin, ("tree", "args")),
    ]
    for key, value in event.data.items():
        if isinstance(value, str) and "\0" in value:
            event.data[key] = _without_nul(value)
            mended.append("data")
    if any("\0" in text for pair in event.expect.items() for text in pair):
        event.expect = {_without_nul(name): _without_nul(text) for name, text in event.expect.items()}
        mended.append("expect")
    # What was mended here comes first: a full list of the sayer's must not hide it.
    told = [*mended, *map(_without_nul, event.cut)]
    event.cut = list(dict.fromkeys(told))[:MAX_CUT]


def _mend_fields(holder: Event | Origin, fields: tuple[str, ...]) -> Iterator[str]:
    for field in fields:
        text = getattr(holder, field)
        if "\0" in text:
            setattr(holder, field, _without_nul(text))
            yield field


def _mend_lists(origin: Origin, fields: tuple[str, ...]) -> Iterator[str]:
    for field in fields:
        texts = getattr(origin, field)
        if any("\0" in text for text in texts):
            setattr(origin, field, [_without_nul(text) for text in texts])
            yield field


def _without_nul(text: str) -> str:
    return text.replace("\0", "\ufffd")


def _check_names(event: Event) -> None:
    good = _good_names
    if event.task in good and event.flag in good and good.issuperset(event.tags) and good.issuperset(event.data):
        return
    for name in (event.task, event.flag, *event.tags, *event.data):
        if name and not is_name(name):
            raise MalformedEventError(f"not a name: {name!a} (see docs/protocol.md, Names)")
        if len(good) >= _REMEMBERED:
            good.clear()
        good.add(name)


def _check_kind(event: Event) -> None:
    kind = event.kind
    if kind == "flag" and not event.flag:
        raise MalformedEventError("a flag event needs `flag`, the name of the mark")
    if kind == "stop" and event.outcome is None:
        raise MalformedEventError("a stop event needs `outcome`: ok, warning or failed")
    if kind == "progress":
        _check_progress(event.progress)


def _check_progress(progress: tuple[float, float] | None) -> None:
    if progress is None:
        raise MalformedEventError("a progress event needs `progress`: [done, total]")
    done, total = progress
    if not (done >= 0 and total > 0):
        raise MalformedEventError("`progress` needs 0 <= done and 0 < total")

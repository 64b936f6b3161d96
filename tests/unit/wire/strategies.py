# SPDX-License-Identifier: MIT
"""Events as Hypothesis draws them: every field, up to every limit, and only what the protocol allows."""

import math
from typing import Any

from hypothesis import strategies as st

from humeops import event
from humeops.wire import codec, eventid

NS_MAX = event.MAX_INT64

ids = st.builds(eventid.make_event_id, st.integers(0, 2**48 * 1_000_000 - 1), st.integers(0, 2**62 - 1))
# Lone surrogates are no text; U+0000 is mended, which is no identity and has its own tests.
characters = st.characters(exclude_categories=["Cs"], exclude_characters="\0")


def texts(limit: int) -> st.SearchStrategy[str]:
    """Return texts up to the limit, long ones too, which drawing character by character seldom reaches."""
    short = st.text(characters, max_size=min(limit, 40))
    long = st.builds(lambda one, count: one * count, characters, st.integers(0, limit))
    return short | long


names = st.text(characters, min_size=1, max_size=event.MAX_NAME).filter(codec.is_name)
values = st.one_of(
    st.booleans(),
    st.integers(-(2**63), 2**63 - 1),
    st.floats(allow_nan=False, allow_infinity=False),
    texts(event.MAX_TEXT_VALUE),
)
nanoseconds = st.integers(0, NS_MAX)
links = st.tuples(st.integers(0, 2**31 - 1), nanoseconds)
places = st.integers(0, event.MAX_CHAIN - 1)
positive = st.floats(0, exclude_min=True, allow_nan=False, allow_infinity=False)
amounts = st.floats(0, allow_nan=False, allow_infinity=False).filter(lambda number: not math.copysign(1, number) < 0)

# Drawing every member for every event would make examples slow and no better: each is drawn for some.
_seldom: dict[str, st.SearchStrategy[Any]] = {
    "file": texts(event.MAX_PATH),
    "function": texts(128),
    "command": texts(event.MAX_PATH),
    "own": st.tuples(places, places),
    "pidns": st.integers(0, 2**32),
    "by": st.sampled_from(["cron", "systemd", "at", "ssh", "terminal"]),
    "unit": texts(256),
    "invocation": texts(64),
    "client": texts(64),
    "tty": texts(64),
    "user": texts(64),
    "exe": texts(event.MAX_PATH),
    "cwd": texts(event.MAX_PATH),
    "args": st.lists(texts(event.MAX_ARG), max_size=event.MAX_ARGS),
    "sha256": st.text("0123456789abcdef", min_size=64, max_size=64),
}


@st.composite
def origins(draw: st.DrawFn) -> event.Origin:
    """Return an origin with some of its members."""
    some = draw(st.lists(st.sampled_from(sorted(_seldom)), max_size=3, unique=True))
    return event.Origin(
        uid=draw(st.none() | st.integers(0, 2**32 - 1)),
        pid=draw(st.none() | st.integers(1, 2**22)),
        line=draw(st.none() | st.integers(1, 2**31 - 1)),
        script=draw(texts(event.MAX_SCRIPT)),
        chain=draw(st.lists(links, max_size=event.MAX_CHAIN)),
        via=draw(st.sampled_from(["", "ipc", "drop"])),
        **{name: draw(_seldom[name]) for name in some},
    )


@st.composite
def events(draw: st.DrawFn) -> event.Event:
    """Return a valid event of any kind."""
    kind = draw(st.sampled_from(event.KINDS))
    outcomes = st.sampled_from(event.OUTCOMES)
    progresses = st.tuples(amounts, positive)
    return event.Event(
        v=1,
        id=draw(ids),
        kind=kind,
        time=draw(nanoseconds),
        boot=draw(texts(36)),
        mono=draw(nanoseconds),
        host=draw(texts(255)),
        task=draw(st.just("") | names),
        run=draw(st.none() | ids),
        within=draw(st.none() | ids),
        parent=draw(st.none() | ids),
        link=draw(st.none() | ids),
        level=draw(st.sampled_from(event.LEVELS)),
        message=draw(texts(event.MAX_MESSAGE)),
        tags=draw(st.lists(names, max_size=event.MAX_TAGS)),
        data=draw(st.dictionaries(names, values, max_size=event.MAX_DATA)),
        unit=draw(texts(16)),
        ttl=draw(st.none() | st.integers(1, 3_153_600_000)),
        flag=draw(names if kind == "flag" else st.just("") | names),
        progress=draw(progresses if kind == "progress" else st.none() | progresses),
        status=draw(st.none() | st.integers(0, 255)),
        outcome=draw(outcomes if kind == "stop" else st.none() | outcomes),
        signal=draw(st.none() | st.integers(1, 64)),
        output=draw(texts(event.MAX_OUTPUT)),
        cut=draw(st.lists(texts(20), max_size=event.MAX_CUT)),
        origin=draw(origins()),
    )

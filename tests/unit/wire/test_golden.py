# SPDX-License-Identifier: MIT
"""The byte examples of docs/protocol/, read by the Python code; tests/native reads the same ones."""

import re

import msgspec
import pytest

from humeops.errors import MalformedEventError
from humeops.event import Event
from humeops.wire import codec, dropfile, reply
from humeops.wire.eventid import make_event_id
from tests.native.golden import GOLDEN, PROTOCOL, Case, Dropped, Reply, name_of, zmtp_stream


@pytest.mark.parametrize("case", GOLDEN.events, ids=name_of)
def test_every_example_is_an_acceptable_event(case: Case) -> None:
    event = codec.decode(case.path.read_bytes())

    assert event.time == GOLDEN.surroundings.wall_ns


@pytest.mark.parametrize("case", GOLDEN.events, ids=name_of)
def test_members_stand_in_the_order_of_the_event_and_defaults_are_left_out(case: Case) -> None:
    said = case.path.read_bytes()

    again = codec.encode(codec.decode(said))

    # Floats stand as their sayer wrote them, and an origin of which nothing is known is absent or empty.
    said = re.sub(rb"\b1\.50\b", b"1.5", re.sub(rb"\b1e5\b", b"100000.0", said))
    said = re.sub(rb'"progress":\[([0-9.]+),([0-9]+)\]', _as_floats, said)
    assert said == again.replace(b',"origin":{}', b"")


def _as_floats(progress: re.Match[bytes]) -> bytes:
    return b'"progress":[%s,%s]' % tuple(repr(float(number)).encode() for number in progress.groups())


def test_the_id_is_made_the_same_way() -> None:
    event = msgspec.json.decode((PROTOCOL / "events" / "start.json").read_bytes(), type=Event)

    assert event.id == make_event_id(GOLDEN.surroundings.wall_ns, int(GOLDEN.surroundings.chance, 16))


@pytest.mark.parametrize("example", GOLDEN.replies, ids=name_of)
def test_every_reply_reads_as_the_index_says(example: Reply) -> None:
    found = reply.unpack_reply(example.path.read_bytes())

    assert found == (example.code, example.id, example.text)


@pytest.mark.parametrize("example", [case for case in GOLDEN.drop if case.event], ids=name_of)
def test_a_good_dropped_file_holds_its_event(example: Dropped) -> None:
    event = (PROTOCOL / "events" / f"{example.event}.json").read_bytes()

    assert dropfile.unpack(example.path.read_bytes()) == event
    assert dropfile.pack(event) == example.path.read_bytes()


@pytest.mark.parametrize("example", [case for case in GOLDEN.drop if not case.event], ids=name_of)
def test_a_bad_dropped_file_is_refused(example: Dropped) -> None:
    with pytest.raises(MalformedEventError):
        dropfile.unpack(example.path.read_bytes())


def test_the_stream_is_greeting_ready_empty_frame_and_event() -> None:
    event = (PROTOCOL / "events" / "log-info.json").read_bytes()

    assert (PROTOCOL / "zmtp-client.bin").read_bytes() == zmtp_stream(event)


def test_every_file_of_the_examples_is_in_the_index() -> None:
    listed = {case.path for case in GOLDEN.events} | {case.path for case in GOLDEN.replies}
    listed |= {case.path for case in GOLDEN.drop}

    found = {path for folder in ("events", "replies", "drop") for path in (PROTOCOL / folder).iterdir()}

    assert found == listed

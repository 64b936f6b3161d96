# SPDX-License-Identifier: MIT
"""The other three forms of the wire: dropped files, replies, batches. Whatever the bytes, only MalformedEventError."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from humeops.errors import Exit, MalformedEventError
from humeops.event import MAX_EVENT_BYTES, MAX_INT64
from humeops.wire import batch, dropfile, reply

ID = "0199c2f1-8a40-7abc-8def-0123456789ab"


# -- dropped files -----------------------------------------------------------------------------------------------------


@given(st.binary(max_size=500))
def test_a_dropped_file_unpacks_to_what_was_packed(body):
    assert dropfile.unpack(dropfile.pack(body)) == body


@given(st.binary(max_size=200))
def test_no_bytes_make_a_dropped_file_raise_anything_else(content):
    with contextlib.suppress(MalformedEventError):
        dropfile.unpack(content)


@given(st.binary(min_size=1, max_size=100), st.data())
def test_a_dropped_file_with_one_changed_byte_is_refused(body, data):
    content = bytearray(dropfile.pack(body))
    at = data.draw(st.integers(0, len(content) - 1))
    content[at] ^= data.draw(st.integers(1, 255))

    with pytest.raises(MalformedEventError):
        dropfile.unpack(bytes(content))


def test_a_dropped_file_torn_anywhere_is_refused():
    content = dropfile.pack(b'{"v":1}')

    for length in range(len(content)):
        with pytest.raises(MalformedEventError):
            dropfile.unpack(content[:length])


@pytest.mark.parametrize("more", [b"\n", b" ", b"\0"])
def test_nothing_may_follow_in_a_dropped_file(more):
    with pytest.raises(MalformedEventError, match="header says"):
        dropfile.unpack(dropfile.pack(b"{}") + more)


@pytest.mark.parametrize(
    "header", [b"HUME1 02 ", b"HUME1 +2 ", b"HUME2 2 ", b"HUME1  2 ", b"hume1 2 ", b" HUME1 2 ", b"HUME1 2000000 "]
)
def test_a_header_spelt_otherwise_is_refused(header):
    good = dropfile.pack(b"{}")

    with pytest.raises(MalformedEventError, match="header"):
        dropfile.unpack(good.replace(b"HUME1 2 ", header))


def test_a_checksum_in_capitals_is_refused():
    good = dropfile.pack(b'{"a":1}')

    assert good[8:16].upper() != good[8:16]
    with pytest.raises(MalformedEventError, match="header"):
        dropfile.unpack(good[:8] + good[8:16].upper() + good[16:])


@pytest.mark.parametrize(
    ("name", "is_one"),
    [
        (f"{ID}.hume", True),
        (f".{ID}.hume", False),
        (f".{ID}.tmp", False),
        (f"{ID}.hume\n", False),
        (f"{ID.upper()}.hume", False),
        (f"{ID.replace('-7', '-4')}.hume", False),
        ("../x.hume", False),
        ("quarantine", False),
        (f"{ID}.hume~", False),
    ],
)
def test_only_an_id_names_a_dropped_file(name, is_one):
    assert dropfile.is_drop_name(name) is is_one


def test_the_largest_event_fits_into_a_dropped_file():
    assert len(dropfile.pack(b" " * MAX_EVENT_BYTES)) <= dropfile.MAX_FILE_BYTES


# -- replies -----------------------------------------------------------------------------------------------------------


@given(st.sampled_from(list(Exit)), st.sampled_from([ID, "-"]), st.text(max_size=2_000))
def test_a_reply_comes_back_in_one_line_and_within_its_size(code, event_id, text):
    frame = reply.pack_reply(code, event_id, text)

    told = reply.unpack_reply(frame)
    assert len(frame) <= reply.MAX_REPLY_BYTES
    assert (told.code, told.id) == (code, event_id)
    assert b"\n" not in frame
    frame.decode("utf-8")  # also a cut one is whole characters


@pytest.mark.parametrize("shift", range(4))
def test_a_long_reason_is_cut_between_characters(shift):
    frame = reply.pack_reply(Exit.DATA, ID, "x" * shift + "\U0001f9ed" * 2_000)

    assert reply.MAX_REPLY_BYTES - 4 < len(frame) <= reply.MAX_REPLY_BYTES
    assert "\ufffd" not in frame.decode("utf-8")


@given(st.binary(max_size=50))
def test_no_bytes_make_a_reply_raise_anything_else(frame):
    with contextlib.suppress(MalformedEventError):
        reply.unpack_reply(frame)


@pytest.mark.parametrize("frame", [b"", b"0", b"0 ", b"x -", b"-1 -", b"1000 -", "² -".encode(), b" 0 -"])
def test_what_is_no_reply_is_refused(frame):
    with pytest.raises(MalformedEventError):
        reply.unpack_reply(frame)


# -- batches -----------------------------------------------------------------------------------------------------------


@given(st.sets(st.integers(1, MAX_INT64), max_size=20), st.uuids().map(str))
def test_a_batch_unpacks_to_what_was_packed(seqs, epoch):
    rows = [(seq, b'{"n":%d}' % seq) for seq in sorted(seqs)]

    unpacked = batch.unpack_batch(batch.pack_batch(epoch, 1, 7, rows))

    assert (unpacked.epoch, unpacked.oldest, unpacked.sent_at) == (epoch, 1, 7)
    assert [(seq, bytes(raw)) for seq, raw in unpacked.events] == rows


@given(st.binary(max_size=200))
def test_no_bytes_make_a_batch_or_a_receipt_raise_anything_else(body):
    for unpack in (batch.unpack_batch, batch.unpack_receipt):
        with contextlib.suppress(MalformedEventError):
            unpack(body)


@given(st.lists(st.tuples(st.integers(0, 2**20), st.binary(max_size=6), st.integers(0, 4)), max_size=5))
def test_a_mutilated_batch_raises_nothing_else(wounds):
    body = bytearray(batch.pack_batch(ID, 3, 1, [(3, b'{"v":1}'), (4, b'{"a":[1,"x"]}')]))
    for at, put, removed in wounds:
        place = at % (len(body) + 1)
        body[place : place + removed] = put

    for unpack in (batch.unpack_batch, batch.unpack_receipt):
        with contextlib.suppress(MalformedEventError):
            unpack(bytes(body))


@pytest.mark.parametrize("seqs", [(2, 2), (3, 2), (0,), (-1,), (2**63,)])
def test_seqs_that_do_not_ascend_from_1_are_refused(seqs):
    with pytest.raises(MalformedEventError):
        batch.unpack_batch(batch.pack_batch(ID, 1, 0, [(seq, b"{}") for seq in seqs]))


@pytest.mark.parametrize("epoch", ["", "a", "x" * 36, ID.upper(), f"{ID}\n", f"{ID}0", ID.replace("-", "")])
def test_an_epoch_that_is_no_uuid_in_lower_case_is_refused(epoch):
    assert not batch.is_epoch(epoch)
    with pytest.raises(MalformedEventError):
        batch.unpack_batch(batch.pack_batch(epoch, 1, 0, []))


@pytest.mark.parametrize(("count", "accepted"), [(4_999, True), (5_000, True), (5_001, False)])
def test_a_batch_holds_at_most_5000_events(count, accepted):
    body = batch.pack_batch(ID, 1, 0, [(seq, b"{}") for seq in range(1, count + 1)])

    if accepted:
        assert len(batch.unpack_batch(body).events) == count
    else:
        with pytest.raises(MalformedEventError):
            batch.unpack_batch(body)


def test_what_is_too_deep_is_refused():
    with pytest.raises(MalformedEventError):
        batch.unpack_batch(batch.pack_batch(ID, 1, 0, [(1, b"[" * 200_000 + b"]" * 200_000)]))


@pytest.mark.parametrize("body", [b"{}", b'{"committed_upto":-1}', b'{"committed_upto":"1"}', b"[" * 200_000])
def test_what_is_no_receipt_is_refused(body):
    with pytest.raises(MalformedEventError):
        batch.unpack_receipt(body)


def test_a_receipt_comes_back():
    receipt = batch.Receipt(4712, 2, 0, 1)

    assert batch.unpack_receipt(batch.pack_receipt(receipt)) == receipt

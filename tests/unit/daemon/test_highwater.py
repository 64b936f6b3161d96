# SPDX-License-Identifier: MIT
"""The witness tells what it was told last, believes no damaged byte, and is never ahead of what is committed."""

import contextlib
import errno
import os

import pytest

from humeops.daemon.highwater import HighWater, Mark, peek
from humeops.daemon.spool import Spool
from humeops.errors import ConfigError
from tests.unit.daemon.spooling import body, put

EPOCH = "0b9c1d2e-0000-4000-8000-000000000001"
OTHER = "0b9c1d2e-0000-4000-8000-000000000002"


@pytest.fixture
def path(tmp_path):
    return tmp_path / "spool.high"


def note(path, *marks):
    with contextlib.closing(HighWater(path)) as witness:
        for mark in marks:
            witness.note(*mark)


def read(path):
    with contextlib.closing(HighWater(path)) as witness:
        return witness.read()


def test_it_knows_nothing_at_first(path):
    assert read(path) is None


@pytest.mark.parametrize("count", [1, 2, 3, 4])
def test_it_tells_what_was_noted_last(path, count):
    note(path, *[(EPOCH, number, number - 1) for number in range(1, count + 1)])

    assert read(path) == Mark(EPOCH, count, count - 1)


def test_it_goes_on_after_it_was_closed(path):
    for number in range(1, 4):
        note(path, (EPOCH, number, 0))

    assert read(path) == Mark(EPOCH, 3, 0)


def test_a_new_epoch_begins_anew_with_lower_numbers(path):
    note(path, (EPOCH, 900, 800), (OTHER, 1, 0))

    assert read(path) == Mark(OTHER, 1, 0)


def test_whatever_byte_is_flipped_it_tells_the_last_or_the_one_before(path):
    note(path, (EPOCH, 7, 0), (EPOCH, 8, 0))
    whole = path.read_bytes()

    for at in range(len(whole)):
        path.write_bytes(bytes([*whole[:at], whole[at] ^ 0x10, *whole[at + 1 :]]))
        assert read(path) in (Mark(EPOCH, 7, 0), Mark(EPOCH, 8, 0))


def test_however_short_it_was_cut_it_tells_something_true_or_nothing(path):
    note(path, (EPOCH, 7, 0), (EPOCH, 8, 0))
    whole = path.read_bytes()

    for length in range(len(whole)):
        path.write_bytes(whole[:length])
        assert read(path) in (None, Mark(EPOCH, 7, 0), Mark(EPOCH, 8, 0))


@pytest.mark.parametrize("content", [b"", b"nonsense" * 20, bytes(200)])
def test_nonsense_counts_as_nothing_and_is_written_over(path, content):
    path.write_bytes(content)

    assert read(path) is None
    note(path, (EPOCH, 1, 0))
    assert read(path) == Mark(EPOCH, 1, 0)


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT, errno.EROFS])
def test_without_room_it_stays_behind_and_that_is_all(path, monkeypatch, number):
    note(path, (EPOCH, 1, 0))
    with monkeypatch.context() as patch:
        patch.setattr(os, "pwrite", _fail_with(number))
        note(path, (EPOCH, 2, 0))

    assert read(path) == Mark(EPOCH, 1, 0)


def test_a_failing_disk_is_not_passed_over(path, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(os, "pwrite", _fail_with(errno.EIO))
        with pytest.raises(OSError, match="Input/output"):
            HighWater(path)


def _fail_with(number):
    def fail(*_):
        raise OSError(number, os.strerror(number))

    return fail


def test_the_spool_notes_after_the_commit_and_only_then(tmp_path):
    noted: list[tuple[int, int]] = []
    with contextlib.closing(Spool(tmp_path / "spool.db", lambda _, seq, upto: noted.append((seq, upto)))) as spool:
        put(spool, body(), body())
        with contextlib.suppress(ZeroDivisionError), spool.group() as group:
            group.put(body())
            assert noted == [(2, 0)]
            raise ZeroDivisionError
        with spool.group() as group:
            group.release(1)

    assert noted == [(2, 0), (2, 1)]


@pytest.mark.parametrize(
    "make", [os.mkfifo, os.mkdir, lambda path: os.symlink("nowhere", path)], ids=["fifo", "folder", "link"]
)
def test_what_is_no_file_is_refused_in_a_sentence_and_keeps_nobody_waiting(path, make):
    make(path)

    assert peek(path) is None
    with pytest.raises(ConfigError, match="something else is in its place; move it away"):
        HighWater(path)

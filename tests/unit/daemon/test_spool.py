# SPDX-License-Identifier: MIT
"""The spool keeps what it committed, takes back what it did not, and says plainly what is wrong with it."""

import contextlib
import os
import pathlib
import signal
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator

import pytest

from humeops.daemon.spool import Spool, SpoolBrokenError, SpoolFullError, SpoolReader
from humeops.errors import Exit, HumeError

ALL = (10_000, 10_000_000)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "spool.db"


@contextlib.contextmanager
def opened(path: pathlib.Path) -> Iterator[Spool]:
    with contextlib.closing(Spool(path)) as spool:
        yield spool


def put(spool: Spool, *bodies: bytes) -> None:
    with spool.group() as group:
        for body in bodies:
            group.put(body)


def rows(path: pathlib.Path, beyond: int = 0) -> list[tuple[int, bytes]]:
    with contextlib.closing(SpoolReader(path)) as reader:
        return reader.oldest_after(beyond, *ALL)


def test_a_group_gets_the_next_seqs_in_the_order_it_was_put(path):
    with opened(path) as spool:
        put(spool, b"a", b"b")
        put(spool, b"c")

        assert rows(path) == [(1, b"a"), (2, b"b"), (3, b"c")]


def test_epoch_and_seq_go_on_after_it_was_closed(path):
    with opened(path) as spool:
        put(spool, b"a")
        epoch = spool.epoch

    with opened(path) as spool:
        put(spool, b"b")

        assert spool.epoch == epoch
        assert rows(path) == [(1, b"a"), (2, b"b")]


def test_two_spools_have_two_epochs(tmp_path):
    with opened(tmp_path / "a.db") as one, opened(tmp_path / "b.db") as other:
        assert one.epoch != other.epoch


def test_an_exception_undoes_the_whole_group_and_leaves_no_hole(path):
    with opened(path) as spool:
        put(spool, b"a")
        with pytest.raises(ZeroDivisionError):
            _fail_in_group(spool)
        put(spool, b"b")

        assert rows(path) == [(1, b"a"), (2, b"b")]
        assert spool.db.execute("SELECT count(*) FROM datum").fetchone() == (0,)


def _fail_in_group(spool: Spool) -> None:
    with spool.group() as group:
        group.put(b"lost")
        group.db.execute("INSERT INTO datum VALUES ('r', 't', 'i', 1, '1', '', NULL)")
        raise ZeroDivisionError


def test_what_a_group_put_survives_a_kill_right_after_the_commit(path):
    child = (
        "import os, pathlib, signal, sys\n"
        "from humeops.daemon.spool import Spool\n"
        "spool = Spool(pathlib.Path(sys.argv[1]))\n"
        "with spool.group() as group:\n"
        "    group.put(b'kept')\n"
        "with spool.group() as group:\n"
        "    group.put(b'kept too')\n"
        "try:\n"
        "    with spool.group() as group:\n"
        "        group.put(b'never committed')\n"
        "        group.flush()\n"
        "        os.kill(os.getpid(), signal.SIGKILL)\n"
        "finally:\n"
        "    pass\n"
    )

    ended = subprocess.run([sys.executable, "-c", child, path], env=_environ(), check=False)

    assert ended.returncode == -signal.SIGKILL
    with opened(path) as spool:
        put(spool, b"after")
        assert rows(path) == [(1, b"kept"), (2, b"kept too"), (3, b"after")]


def _environ() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}


def test_release_deletes_up_to_the_mark_and_not_beyond(path):
    with opened(path) as spool:
        put(spool, b"a", b"b", b"c")
        with spool.group() as group:
            group.release(2)

        assert rows(path) == [(3, b"c")]
        assert spool.committed_upto == 2


def test_the_mark_does_not_go_back_and_outlives_a_restart(path):
    with opened(path) as spool:
        put(spool, b"a", b"b", b"c")
        for upto in (3, 1):
            with spool.group() as group:
                group.release(upto)

    with opened(path) as spool:
        assert spool.committed_upto == 3
        put(spool, b"d")
        assert rows(path) == [(4, b"d")]


def test_a_group_may_put_and_release_at_once(path):
    with opened(path) as spool:
        put(spool, b"a")
        with spool.group() as group:
            group.put(b"b")
            group.release(1)

        assert rows(path) == [(2, b"b")]


def test_a_full_disk_stores_nothing_of_the_group_and_the_spool_goes_on_afterwards(path):
    with opened(path) as spool:
        put(spool, b"a")
        pages = spool.db.execute("PRAGMA page_count").fetchone()[0]
        spool.db.execute(f"PRAGMA max_page_count = {pages}")
        with pytest.raises(SpoolFullError) as full:
            put(spool, *[b"x" * 4_000] * 50)
        assert rows(path) == [(1, b"a")]

        spool.db.execute("PRAGMA max_page_count = 1000000")
        put(spool, b"b")

        assert rows(path) == [(1, b"a"), (2, b"b")]
        assert full.value.retryable


def test_a_read_only_file_takes_nothing_and_says_so(path):
    with opened(path) as spool:
        spool.db.execute("PRAGMA query_only = ON")

        with pytest.raises(SpoolFullError, match=r"takes nothing now: .*readonly"):
            put(spool, b"a")


def test_a_broken_disk_is_told_from_a_full_one(path):
    with opened(path) as spool:
        with pytest.raises(SpoolBrokenError) as broken, spool.group():
            raise sqlite3.OperationalError("disk I/O error")

        assert broken.value.exit_code == Exit.IO
        assert not broken.value.retryable


def test_a_spool_of_another_version_is_refused_with_both_numbers(path):
    with opened(path) as spool:
        spool.db.execute("PRAGMA user_version = 7")

    with pytest.raises(HumeError, match=r"spool\.db: made by another version of humed \(schema 7, this one 5\)"):
        Spool(path)


@pytest.mark.parametrize(
    "damage", [lambda _: b"x" * 8_192, lambda whole: whole[:100] + b"\xff" * (len(whole) - 100)], ids=["text", "torn"]
)
def test_a_file_that_is_no_database_is_refused_in_one_sentence(path, damage):
    with opened(path) as spool:
        put(spool, b"a")
    path.write_bytes(damage(path.read_bytes()))

    with pytest.raises(SpoolBrokenError, match=r"spool\.db: the spool cannot be read: ") as refused:
        Spool(path)

    assert refused.value.exit_code == Exit.IO


def test_a_spool_without_its_mark_is_refused(path):
    with opened(path) as spool:
        spool.db.execute("DELETE FROM mark")

    with pytest.raises(SpoolBrokenError, match="mark is missing"):
        Spool(path)


def test_a_folder_in_the_place_of_the_spool_is_refused_in_one_sentence(path):
    path.mkdir()

    with pytest.raises(SpoolBrokenError, match="cannot be read"):
        Spool(path)


def test_a_reader_never_sees_part_of_a_group(path):
    with opened(path) as spool:
        put(spool, *[b"x"] * 7)
        seen: set[int] = set()
        done = threading.Event()

        def look() -> None:
            with contextlib.closing(SpoolReader(path)) as reader:
                while not done.is_set():
                    seen.add(len(reader.oldest_after(0, *ALL)))

        thread = threading.Thread(target=look)
        thread.start()
        for _ in range(40):
            put(spool, *[b"x"] * 7)
        done.set()
        thread.join(10)

        assert not thread.is_alive()
        assert {count % 7 for count in seen} == {0}


def test_a_reader_cannot_write(path):
    with opened(path), contextlib.closing(SpoolReader(path)) as reader, pytest.raises(sqlite3.OperationalError):
        reader._db.execute("DELETE FROM event")


def test_a_reader_takes_no_more_rows_than_asked(path):
    with opened(path) as spool, contextlib.closing(SpoolReader(path)) as reader:
        put(spool, *[b"x"] * 5)

        assert [seq for seq, _ in reader.oldest_after(1, 3, 1_000_000)] == [2, 3, 4]


def test_a_reader_takes_no_more_bytes_than_asked(path):
    with opened(path) as spool, contextlib.closing(SpoolReader(path)) as reader:
        put(spool, *[b"x" * 100] * 5)

        assert len(reader.oldest_after(0, 100, 3 * 124)) == 3
        assert len(reader.oldest_after(0, 100, 3 * 124 - 1)) == 2


def test_one_row_that_is_too_large_still_comes_alone(path):
    with opened(path) as spool, contextlib.closing(SpoolReader(path)) as reader:
        put(spool, b"x" * 1_000, b"y")

        assert reader.oldest_after(0, 100, 10) == [(1, b"x" * 1_000)]


def test_a_reader_that_finds_no_table_says_which_file(path):
    with contextlib.closing(sqlite3.connect(path)) as db:
        db.execute("CREATE TABLE other (a)")

    with contextlib.closing(SpoolReader(path)) as reader, pytest.raises(SpoolBrokenError, match=r"spool\.db"):
        reader.oldest_after(0, *ALL)


def test_closing_folds_the_wal_in(path):
    with opened(path) as spool:
        put(spool, b"a")

    assert not path.with_name("spool.db-wal").exists()


def test_every_group_is_synced_to_the_disk(path):
    with opened(path) as spool:
        assert spool.db.execute("PRAGMA synchronous").fetchone() == (2,)
        assert spool.db.execute("PRAGMA journal_mode").fetchone() == ("wal",)

# SPDX-License-Identifier: MIT
"""A spool that humed was killed while making is made by the next start, at whichever call it died."""

import pathlib
import subprocess
import sys

import pytest

from humeops.clock import SystemClock
from humeops.daemon.highwater import HighWater
from humeops.daemon.opening import open_spool
from tests.fixtures import strace

# Makes a spool and nothing else, so that every call of its making is among few.
MAKING = "import pathlib, sys; from humeops.daemon.spool import Spool; Spool(pathlib.Path(sys.argv[1])).close()"
CALLS = ("openat", "pwrite64", "fdatasync", "ftruncate", "unlink")


def make(path: pathlib.Path, injection: strace.Injection | None = None) -> int:
    path.parent.mkdir()
    log = path.parent / "strace.log"
    command = [sys.executable, "-c", MAKING, str(path)]
    inside = strace.log_calls(command, log) if injection is None else strace.inject(command, log, injection)
    return subprocess.run(inside, timeout=60, check=False).returncode


def open_after(path: pathlib.Path) -> None:
    witness = HighWater(path.with_name("witness"))
    spool = open_spool(path, witness, "host", SystemClock())
    assert spool.last_seq == 0
    spool.close()
    witness.close()
    assert not list(path.parent.glob("*.bad-*")), "nothing was stored in it: nothing is to be kept of it"


def test_killed_at_any_call_of_its_making(tmp_path: pathlib.Path) -> None:
    strace.require_strace()
    assert make(tmp_path / "whole" / "spool.db") == 0
    places = [place for place in strace.places(tmp_path / "whole" / "strace.log", "spool.db") if place.name in CALLS]
    journals = 0

    for number, place in enumerate(places):
        spool = tmp_path / str(number) / "spool.db"
        assert make(spool, strace.Injection(strace.KILL, place)) == -9
        journals += spool.with_name("spool.db-journal").exists()
        open_after(spool)

    assert len(places) > 50
    assert journals > 10, "no death left a journal behind: the case this test is for never came"


@pytest.mark.parametrize("left", [b"", b"\0" * 512, b"no journal of SQLite at all" * 40])
def test_a_journal_that_undoes_nothing_is_no_hindrance(tmp_path: pathlib.Path, left: bytes) -> None:
    path = tmp_path / "made" / "spool.db"
    strace.require_strace()
    assert make(path) == 0
    path.with_name("spool.db-journal").write_bytes(left)

    open_after(path)

# SPDX-License-Identifier: MIT
"""Group commit: answers after the commit and only then, files deleted after it, everything counted once it is true."""

import contextlib
import logging
import sqlite3
from typing import Any

import pytest

from humeops.clock import FakeClock
from humeops.daemon.config import OriginSettings, SpoolSettings
from humeops.daemon.door import WRONG_FORM, Peer, Request
from humeops.daemon.dropfolder import DropFolder
from humeops.daemon.entries import NO_TOKEN
from humeops.daemon.guard.throttle import Throttle
from humeops.daemon.intake import NOTHING_LEFT, Intake
from humeops.daemon.keeper import Keeper
from humeops.daemon.notices import Notices
from humeops.daemon.origins import Origins
from humeops.daemon.pipeline import Pipeline
from humeops.daemon.runs import OpenRuns
from humeops.daemon.sayer import TCP, Sayer
from humeops.daemon.sharing import SharedData
from humeops.daemon.spool import Letting, Spool
from tests.unit.daemon.sayings import drop, id_of, next_id, say
from tests.unit.daemon.screens import no_rules, open_guard

SAYER = Sayer(0, 1, "ipc")


class Replies:
    """Stands where the socket is; sees how many rows were durable when each answer left."""

    def __init__(self, spool):
        self.lines = {}
        self.rows_when_told = []
        self._spool = spool

    def reply(self, peer, line):
        self.lines[peer] = line
        with contextlib.closing(sqlite3.connect(self._spool.path)) as other:
            self.rows_when_told.append(other.execute("SELECT count(*) FROM event").fetchone()[0])


class Humed:
    """Intake over a real spool and a real folder, without sockets."""

    def __init__(self, path):
        self.spool = Spool(path / "spool.db")
        self.runs = OpenRuns(self.spool.db)
        clock = FakeClock()
        self.keeper = Keeper(self.spool, SpoolSettings(ballast_bytes=0, min_free_bytes=0), "web1", clock)
        origins, shared = Origins("web1", OriginSettings()), SharedData(self.spool.db)
        guard, ruling = open_guard(self.spool), no_rules()
        pipeline = Pipeline(origins, self.runs, shared, self.keeper.admit, guard, ruling)
        self.notices = Notices("web1", clock)
        self.intake = Intake(self.spool, pipeline, self.keeper, Throttle(0, 1), self.notices, clock)
        self.path = path / "drop"
        self.folder = DropFolder(self.path)
        self.replies: Any = Replies(self.spool)

    def say(self, *said):
        requests = [Request(Peer(0, b"%d" % peer), SAYER, body) for peer, body in enumerate(said)]
        self.intake.take_requests(requests, [], self.replies, None)
        return [self.replies.lines[request.peer] for request in requests]

    def push(self, *said):
        self.intake.take_requests([], [(SAYER, body) for body in said], self.replies, None)

    def take_files(self):
        return self.intake.take_dropped(self.folder, self.folder.names())[0]

    def fill_disk(self):
        pages = self.spool.db.execute("PRAGMA page_count").fetchone()[0]
        self.spool.db.execute(f"PRAGMA max_page_count = {pages}")

    def free_disk(self):
        self.spool.db.execute("PRAGMA max_page_count = 1000000")
        self.keeper.tend(0)

    def depth(self):
        return self.spool.db.execute("SELECT count(*) FROM event").fetchone()[0]

    def counted(self):
        counters = self.intake.counters
        return counters.received, counters.stored, counters.refused, counters.deferred, counters.commits


def test_the_log_says_which_event_was_unacceptable_and_steers_no_terminal(humed, caplog):
    bad = drop(humed.path, say(data={"\x1b[2J": 1}))

    humed.take_files()

    (told,) = [record.getMessage() for record in caplog.records]
    assert told.startswith(f"{bad.name} goes to quarantine: ")
    assert told.isascii()
    assert told.isprintable()


@pytest.fixture
def humed(tmp_path):
    made = Humed(tmp_path)
    yield made
    made.folder.close()
    made.spool.close()


def large():
    return say(message="x" * 8_000)


def test_a_group_is_one_commit_and_every_answer_leaves_after_it(humed):
    said = [say() for _ in range(3)]

    assert humed.say(*said) == [f"0 {id_of(one)}".encode() for one in said]
    assert humed.replies.rows_when_told == [3, 3, 3]
    assert humed.counted() == (3, 3, 0, 0, 1)


def test_a_bad_event_is_told_why_and_costs_its_neighbours_nothing(humed):
    good = say()

    answers = humed.say(b"{}", good, WRONG_FORM, say("loss"))

    assert [answer.split()[0] for answer in answers] == [b"65", b"0", b"65", b"65"]
    assert b"empty frame" in answers[2]
    assert humed.counted() == (4, 1, 3, 0, 1)


def test_who_is_not_let_in_is_counted_and_named_as_what_he_is(humed, caplog):
    request = Request(Peer(0, b"1"), Sayer(None, None, TCP), NO_TOKEN)

    humed.intake.take_requests([request], [(request.sayer, NO_TOKEN)], humed.replies, None)

    assert humed.intake.counters.forbidden == 2
    told = [record.getMessage() for record in caplog.records]
    assert all(one.startswith("refused a sender over tcp: over tcp the event comes behind") for one in told)
    assert humed.notices.due() == ["refused a sender over tcp"]


def test_a_full_disk_tells_each_sayer_its_own_id_to_come_again(humed):
    said = [large() for _ in range(9)]
    humed.fill_disk()

    answers = humed.say(*said, b"{}")

    assert [answer.split()[:2] for answer in answers[:-1]] == [[b"75", id_of(one).encode()] for one in said]
    assert answers[-1].startswith(b"65 - ")
    assert humed.depth() == 0
    assert humed.counted() == (10, 0, 0, 10, 0)


def test_after_a_full_disk_it_goes_on_and_says_both_once(humed, caplog):
    caplog.set_level(logging.INFO, "humeops")
    humed.fill_disk()
    humed.say(large(), large())
    humed.say(large(), large())
    humed.free_disk()

    answers = humed.say(large(), large())
    humed.say(say())

    assert all(answer.startswith(b"0 ") for answer in answers)
    assert len(caplog.messages) == 2
    assert "callers are told to come again" in caplog.messages[0]
    assert caplog.messages[1] == "the spool takes everything now"


def test_a_run_whose_start_was_not_stored_is_not_open(humed):
    humed.fill_disk()

    humed.say(say("start", task="t", origin={"chain": [[3, 4]]}), *[large() for _ in range(5)])

    assert len(humed.runs) == 0


def test_dropped_files_go_after_the_commit(humed):
    paths = [drop(humed.path, say()) for _ in range(3)]

    assert humed.take_files()

    assert [path.exists() for path in paths] == [False] * 3
    assert humed.counted() == (3, 3, 0, 0, 1)


def test_dropped_files_stay_when_the_disk_is_full(humed):
    paths = [drop(humed.path, large()) for _ in range(3)]
    humed.fill_disk()

    assert not humed.take_files()

    assert [path.exists() for path in paths] == [True] * 3
    assert humed.depth() == 0
    humed.free_disk()
    assert humed.take_files()
    assert humed.depth() == 3
    assert humed.counted() == (3, 3, 0, 0, 1)


def test_bad_files_are_counted_as_refused_and_lie_in_quarantine(humed):
    drop(humed.path, say())
    drop(humed.path, say("loss"))
    (humed.path / f"{next_id()}.hume").write_bytes(b"torn")

    assert humed.take_files()

    assert humed.counted() == (3, 1, 2, 0, 1)
    assert humed.folder.quarantined == 2


def test_a_release_travels_with_the_next_group(humed):
    humed.say(say(), say())
    humed.intake.take_requests([Request(Peer(0, b"p"), SAYER, say())], [], humed.replies, Letting(2, 2))

    assert humed.depth() == 1
    assert humed.spool.committed_upto == 2


def test_of_two_runs_dropped_beside_each_other_neither_is_within_the_other(humed):
    fork, other, shell = (2**30, 1), (2**30 + 1, 2), (2**30 + 2, 3)  # none of them lives
    origin = {"chain": [fork, shell], "own": [0, 1]}
    drop(humed.path, say("start", mono=1, origin=origin, task="former"))
    latter = drop(humed.path, say("start", mono=2, origin={**origin, "chain": [other, shell]}, task="latter"))
    drop(humed.path, say("stop", mono=3, origin={"chain": [shell]}, sayer=fork, outcome="ok"))

    humed.take_files()

    assert humed.runs.find(latter.stem).parent is None


def test_a_run_whose_fork_is_not_heard_of_again_is_around_what_its_script_starts_later(humed):
    fork, shell = (2**30, 1), (2**30 + 2, 3)  # neither lives
    former = drop(humed.path, say("start", mono=1, origin={"chain": [fork, shell], "own": [0, 1]}, task="former"))
    latter = drop(humed.path, say("start", mono=2, origin={"chain": [shell]}, task="latter"))

    humed.take_files()

    assert humed.runs.find(latter.stem).parent == former.stem


def test_what_there_is_no_time_for_is_left_and_not_acknowledged(humed, monkeypatch):
    looks = iter(range(0, 10**15, 4_000_000))
    monkeypatch.setattr(humed.intake._clock, "boot_ns", looks.__next__)
    requests = [Request(Peer(0, b"%d" % number), SAYER, say()) for number in range(9)]
    pushed = [(SAYER, say()) for _ in range(40)]

    first = humed.intake.take_requests(requests, pushed, humed.replies, None, 15_000_000)
    told = len(humed.replies.lines)
    second = humed.intake.take_requests(first.requests, first.pushed, humed.replies, None)

    assert 1 <= told == humed.depth() - len(first.requests) - len(pushed) < 9
    assert (len(first.requests), len(first.pushed)) == (9 - told, 40)
    assert second == NOTHING_LEFT
    assert humed.depth() == 49
    assert len(humed.replies.lines) == 9

# SPDX-License-Identifier: MIT
"""A folder full of files is taken in turn by turn: nobody's request waits for another's files, and nobody's overtakes his own."""

import errno
import os

import pytest

from humeops.clock import FakeClock
from humeops.daemon import dropturns
from humeops.daemon.door import WRONG_FORM, Peer, Request
from humeops.daemon.dropturns import LOOKED_AT, MAX_WAITING, TURN_FILES, DropTurns
from humeops.daemon.folderwatch import News
from humeops.daemon.sayer import Sayer
from humeops.wire import codec
from tests.unit.daemon.sayings import drop, say
from tests.unit.daemon.test_intake import Humed

ANN, BEN = 65533, 65534

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="needs root: files of two users")


class Turned(Humed):
    """The same, with its folder taken in turn by turn."""

    def __init__(self, path):
        super().__init__(path)
        self.clock = FakeClock()
        self.intake._clock = self.clock
        self.turns = DropTurns(self.folder, self.intake, self.clock)

    def messages(self):
        rows = self.spool.db.execute("SELECT body FROM event ORDER BY seq").fetchall()
        return [codec.decode(body).message for (body,) in rows]


@pytest.fixture
def humed(tmp_path):
    made = Turned(tmp_path)
    yield made
    made.folder.close()
    made.spool.close()


def dropped(humed, uid, count, task="flood"):
    for _ in range(count):
        os.chown(drop(humed.path, say(task=task)), uid, uid)


def request(uid, body=None, peer=b"1"):
    return Request(Peer(0, peer), Sayer(uid, 1, "ipc"), say(task=f"t{uid}") if body is None else body)


def turn(humed, *requests, has_news=True):
    return humed.turns.step(list(requests), News(is_unsure=has_news))


def test_a_turn_takes_some_and_the_next_goes_on_without_news(humed):
    dropped(humed, ANN, TURN_FILES + 5)

    assert turn(humed).has_taken
    first = humed.depth()
    goes_on = humed.turns.goes_on
    turn(humed, has_news=False)

    assert (first, goes_on) == (TURN_FILES, True)
    assert humed.depth() == TURN_FILES + 5
    assert not humed.turns.is_behind


def test_another_users_request_goes_on_between_two_turns(humed):
    dropped(humed, ANN, 3 * TURN_FILES)

    assert [one.sayer.uid for one in turn(humed, request(BEN), request(None)).going] == [BEN, None]


def test_a_users_requests_wait_for_his_own_files_in_the_order_they_came(humed):
    dropped(humed, ANN, TURN_FILES + 5)
    dropped(humed, BEN, 1)
    said = [request(ANN), request(BEN), request(ANN)]

    first = turn(humed, *said)
    waits = humed.depth()
    last = turn(humed, request(ANN), has_news=False)

    assert first.going == []
    assert waits == TURN_FILES
    assert [one for one in last.going if one.sayer.uid == ANN][:2] == [said[0], said[2]]
    assert said[1] in last.going
    assert len(last.going) == 4
    assert humed.turns.take_waiting() == []


def test_what_is_refused_unread_waits_for_no_file(humed):
    dropped(humed, ANN, 2 * TURN_FILES)

    assert len(turn(humed, request(ANN, WRONG_FORM)).going) == 1


def test_who_says_more_than_may_wait_is_sent_away_and_he_alone(humed):
    dropped(humed, ANN, 2 * TURN_FILES)

    told = turn(humed, *(request(ANN) for _ in range(MAX_WAITING + 3)), request(BEN))

    assert [one.sayer.uid for one in told.going] == [BEN]
    assert len(told.full) == 3
    assert len(humed.turns.take_waiting()) == MAX_WAITING


def test_whose_file_came_just_now_waits_too(humed):
    dropped(humed, ANN, TURN_FILES + 1)
    turn(humed)
    dropped(humed, BEN, TURN_FILES + 50)

    assert turn(humed, request(BEN), has_news=True).going == []


def test_a_full_spool_holds_nobody_and_is_tried_again_after_a_while_or_with_news(humed):
    humed.fill_disk()
    dropped(humed, ANN, 3 * TURN_FILES)

    assert len(turn(humed, request(ANN)).going) == 1
    assert (humed.turns.is_behind, humed.turns.goes_on) == (True, False)
    humed.free_disk()
    turn(humed, has_news=False)
    assert humed.depth() == 0
    humed.clock.advance(1)
    turn(humed, has_news=False)
    assert humed.depth() == 3 * TURN_FILES
    assert not humed.turns.is_behind


def test_a_file_that_cannot_be_read_now_is_come_back_to_and_holds_up_none_behind_it(humed, monkeypatch):
    dropped(humed, ANN, TURN_FILES + 2)
    failing = set(humed.folder.names()[:TURN_FILES])
    opened = os.open

    def fails(name, *rest, **more):
        if name in failing:
            raise OSError(errno.EMFILE, "too many open files")
        return opened(name, *rest, **more)

    monkeypatch.setattr(os, "open", fails)
    turn(humed)
    behind = humed.turns.is_behind

    while humed.turns.goes_on:
        turn(humed, has_news=False)
    assert (behind, humed.depth()) == (True, 2)
    failing.clear()
    humed.clock.advance(1)
    turn(humed, has_news=False)

    assert humed.depth() == TURN_FILES + 2
    assert not humed.turns.is_behind


def test_all_that_lies_there_at_the_start_is_taken_in_at_once(humed):
    dropped(humed, ANN, LOOKED_AT + 5)

    humed.turns.drain(lambda: False)

    assert humed.depth() == LOOKED_AT + 5
    assert not humed.turns.is_behind


def test_whoever_is_told_to_stop_stops_between_two_groups(humed):
    dropped(humed, ANN, 5)

    humed.turns.drain(lambda: True)

    assert humed.depth() == 0


def test_a_turn_grows_and_shrinks_with_what_a_file_costs(humed, monkeypatch):
    monkeypatch.setattr(
        humed.clock, "boot_ns", iter(range(0, 10**15, 1_000)).__next__
    )  # each look at it a microsecond later
    dropped(humed, ANN, 4 * TURN_FILES)

    turn(humed)
    turn(humed, has_news=False)

    assert humed.depth() - TURN_FILES > dropturns.TURN_FILES


def test_what_a_user_dropped_later_never_overtakes_what_was_set_aside(humed):
    said = [say(task="flood", message=str(number)) for number in range(20)]
    for body in said:
        os.chown(drop(humed.path, body), ANN, ANN)
    humed.intake._throttle.adopt(10, 5)
    humed.intake._pipeline.guard.is_limited = lambda uid: True

    while humed.depth() < 20:
        turn(humed)
        assert humed.messages() == [str(number) for number in range(humed.depth())]
        assert humed.turns.is_behind == (humed.depth() < 20)
        # A token comes while the turn goes on, too.
        humed.clock.advance(0.11)
        turn(humed, has_news=False)
        humed.folder.recall()
        humed.turns.look_again()


def test_a_turn_ends_when_its_time_is_up_whatever_a_file_costs(humed, monkeypatch):
    dropped(humed, ANN, 30)
    looks = iter(range(0, 10**15, 4_000_000))  # 4 ms for each file
    monkeypatch.setattr(humed.intake._clock, "boot_ns", looks.__next__)

    turn(humed)

    assert 1 <= humed.depth() <= 5
    assert humed.turns.goes_on
    while humed.turns.goes_on:
        turn(humed, has_news=False)
    assert humed.depth() == 30


def test_a_name_that_the_kernel_tells_is_taken_without_reading_the_folder(humed, monkeypatch):
    turn(humed)
    monkeypatch.setattr(humed.folder, "names", lambda: pytest.fail("it reads all of the folder"))
    path = drop(humed.path, say())

    humed.turns.step([], News(["other", f".{path.name}.tmp", path.name]))

    assert humed.depth() == 1
    assert not humed.turns.is_behind
    humed.turns.step([], News(["z1", path.name]))
    assert humed.depth() == 1

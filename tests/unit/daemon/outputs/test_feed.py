# SPDX-License-Identifier: MIT
"""Feeding one output from the spool: in order, at least once, in its own time, and never into another's way."""

import pytest

from humeops.clock import FakeClock
from humeops.daemon.outputs.feeds import Feeds
from humeops.daemon.outputs.settings import FileOutput, OutputSettings
from humeops.errors import UnavailableError
from tests.unit.daemon.outputs.feeding import Fed


@pytest.fixture
def fed(tmp_path):
    made = Fed(tmp_path)
    yield made
    made.end()
    made.spool.close()


def test_it_hands_on_what_the_spool_holds_in_order(fed):
    fed.say(3)

    assert fed.step()
    assert not fed.step()

    assert fed.numbers() == [1, 2, 3]
    assert (fed.feed.sent, fed.feed.missed, fed.feed.upto) == (3, 0, 3)


def test_after_a_restart_it_goes_on_where_it_was(fed):
    fed.say(2)
    fed.step()
    fed.end()
    fed.say(1)
    fed.begin()

    fed.step()

    assert fed.numbers() == [1, 2, 3]


def test_what_was_not_taken_is_said_again(fed):
    fed.say(2)
    fed.taker.failures = [UnavailableError("not there")]

    with pytest.raises(UnavailableError):
        fed.step()
    fed.step()

    assert fed.numbers() == [1, 2]


@pytest.mark.parametrize("spoil", [b"", b"nonsense\n", b"\xff" * 80])
def test_a_cursor_that_cannot_be_read_says_everything_again(fed, tmp_path, spoil):
    fed.say(2)
    fed.step()
    fed.end()
    (tmp_path / "o.cursor").write_bytes(spoil)
    fed.begin()

    fed.step()

    assert fed.numbers() == [1, 2, 1, 2]


def test_a_cursor_ahead_of_the_spool_counts_as_none(fed):
    fed.say(1)
    fed.cursor.move(99)
    fed.end()
    fed.begin()

    fed.step()

    assert fed.numbers() == [1]


def test_what_was_let_go_before_it_came_by_is_counted_as_missed(fed):
    fed.say(1)
    fed.step()
    fed.say(3)
    with fed.spool.group() as group:
        group.release(3)

    fed.step()

    assert fed.numbers() == [1, 4]
    assert fed.feed.missed == 2


def test_levels_below_its_own_are_passed(tmp_path):
    fed = Fed(tmp_path, "warning")
    fed.say(1, level="info")
    fed.say(1, level="error")

    fed.step()

    assert (fed.numbers(), fed.feed.sent, fed.feed.upto, fed.feed.missed) == ([2], 1, 2, 0)
    fed.end()
    fed.spool.close()


def test_a_damaged_event_is_passed_and_told(fed):
    fed.say(2)
    fed.spool.db.execute("UPDATE event SET body = x'00' WHERE seq = 1")

    while fed.step():
        pass

    assert fed.numbers() == [2]
    assert (list(fed.feed.damaged), fed.feed.missed) == ([1], 1)


# -- how long the spool waits --------------------------------------------------------------------------------------------


def _feeds(fed, tmp_path, hold_bytes, max_bytes=1 << 30):
    chosen = OutputSettings(file=[FileOutput(str(tmp_path / "never.ndjson"))], hold_bytes=hold_bytes)
    return Feeds(chosen, fed.spool, max_bytes, FakeClock())


def test_what_an_output_has_not_stays_in_the_spool(fed, tmp_path):
    fed.say(4)

    assert _feeds(fed, tmp_path, 1 << 26).releasable(4) == 0


def test_over_the_bytes_that_may_be_held_the_older_half_goes(fed, tmp_path):
    fed.say(8)

    assert _feeds(fed, tmp_path, 1).releasable(8) == 4


def test_more_than_a_quarter_of_the_spool_is_never_held(fed, tmp_path):
    fed.say(8)

    assert _feeds(fed, tmp_path, 1 << 26, max_bytes=4).releasable(8) == 4


def test_with_nothing_to_be_held_central_alone_decides(fed, tmp_path):
    fed.say(3)

    assert _feeds(fed, tmp_path, 0).releasable(3) == 3


def test_what_central_never_got_is_no_loss_when_it_comes(fed):
    fed.say(5)
    with fed.spool.group() as group:
        group.drop([2], "spool over its size")
    with fed.spool.group() as group:
        group.release(0, 4)

    assert fed.spool.committed_upto == 0
    assert fed.reader.oldest_after(0, 9, 9_999)[0][0] == 5
    assert fed.reader.lost_between(1, 5, 9) == [(1, 4)]
    assert fed.spool.dropped() == {"spool over its size": 1}

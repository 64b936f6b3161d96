# SPDX-License-Identifier: MIT
"""Who still lived when something was said, as later files tell: those of the same user and boot alone."""

from humeops.daemon import hindsight
from humeops.daemon.dropfolder import Dropped
from humeops.daemon.hindsight import Hindsight
from humeops.daemon.sayer import Sayer
from humeops.wire import codec
from tests.unit.daemon.sayings import say

FORK, SHELL = (400, 40), (300, 30)
SAID = codec.decode(say(mono=5))
MINE = Sayer(1000, None, "drop")


def after(body: bytes, uid: int = 1000) -> Hindsight:
    found = Hindsight()
    found.look_through([Dropped("x.hume", body, uid)])
    return found


def test_whoever_speaks_later_was_alive_and_so_were_those_above_him():
    found = after(say(mono=6, sayer=FORK, origin={"chain": [SHELL]}))

    assert found.lived(FORK, SAID, MINE)
    assert found.lived(SHELL, SAID, MINE)


def test_what_was_said_before_does_not_tell():
    assert not after(say(mono=4, sayer=FORK)).lived(FORK, SAID, MINE)


def test_what_another_user_dropped_does_not_tell():
    assert not after(say(mono=6, sayer=FORK), uid=1001).lived(FORK, SAID, MINE)


def test_what_was_said_in_another_boot_does_not_tell():
    assert not after(say(mono=6, boot="other", sayer=FORK)).lived(FORK, SAID, MINE)


def test_what_is_no_event_is_passed_over():
    assert not after(b'{"sayer":"x"').lived(FORK, SAID, MINE)
    assert not after(b"\xff").lived(FORK, SAID, MINE)


def test_when_the_group_is_over_it_is_forgotten():
    found = after(say(mono=6, sayer=FORK))

    found.forget()

    assert not found.lived(FORK, SAID, MINE)


def test_a_chain_that_no_event_may_have_tells_nothing_and_what_is_kept_is_bounded():
    links = [[number, number] for number in range(1, 66)]
    found = Hindsight()

    files = [Dropped(f"{number}.hume", say(mono=6, origin={"chain": links}), 1000) for number in range(3)]
    assert found.look_through(files) == "2.hume"
    assert not found.lived((1, 1), SAID, MINE)

    many = (
        Dropped(f"{number}.hume", say(mono=6, origin={"chain": [[number * 64 + at + 1, 1] for at in range(64)]}), 1000)
        for number in range(5_000)
    )
    assert found.look_through(many) == f"{hindsight.MOST_HEARD // 64}.hume"


def test_it_ends_when_there_is_no_more_time():
    files = [Dropped(f"{number}.hume", say(mono=6), 1000) for number in range(3)]

    assert Hindsight().look_through(files, lambda: True) == "0.hume"
    assert Hindsight().look_through([]) == ""

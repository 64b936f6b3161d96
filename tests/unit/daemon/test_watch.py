# SPDX-License-Identifier: MIT
"""The end of a process is noticed: at once by a descriptor, in rounds where there is none left, and never for another's."""

import contextlib
import os
import resource
import select

import pytest

from humeops.daemon import watch as watch_module
from humeops.daemon.processes import Link, Processes
from humeops.daemon.watch import ROUND_SECONDS, Watch, find_room
from tests.fixtures.processes import wait_until
from tests.fixtures.sleepers import sleepers

SECOND = 1_000_000_000


@pytest.fixture
def asleep():
    with sleepers() as made:
        yield made


@pytest.fixture
def watch():
    with contextlib.closing(Watch(Processes(), most=10)) as made:
        yield made


@pytest.fixture
def rounds():
    with contextlib.closing(Watch(Processes(), most=0)) as made:
        yield made


def wakes(watch):
    return bool(select.select([watch.fileno()], [], [], 0)[0])


@pytest.mark.parametrize("reaped", [True, False])
def test_the_descriptor_wakes_the_loop_when_a_process_ends(watch, asleep, reaped):
    first, second = asleep.start(), asleep.start()
    watch.add(first)
    watch.add(second)
    assert not wakes(watch)

    asleep.kill(first, reaped=reaped)

    wait_until(lambda: wakes(watch), "the end is noticed", 5)
    assert watch.ended(0) == [first]
    assert (watch.ended(0), watch.held, wakes(watch)) == ([], 1, False)


@pytest.mark.parametrize("reaped", [True, False])
def test_one_that_ended_before_is_told_at_once(watch, asleep, reaped):
    link = asleep.start()
    asleep.kill(link, reaped=reaped)
    wait_until(lambda: not Processes().is_alive(link), "it has ended", 5)

    watch.add(link)

    assert watch.patience_seconds(0) == 0
    assert watch.ended(0) == [link]


def test_one_whose_number_is_used_by_another_has_ended(watch, asleep):
    pid, start = asleep.start()

    watch.add((pid, start - 1))

    assert watch.ended(0) == [(pid, start - 1)]
    assert watch.held == 0


def test_one_that_is_let_go_is_not_told(watch, asleep):
    link = asleep.start()
    watch.add(link)
    watch.add(link)
    watch.remove(link)
    asleep.kill(link)

    assert (watch.ended(0), watch.held, watch.patience_seconds(0)) == ([], 0, None)


def test_without_a_descriptor_left_it_is_looked_at_within_a_round(rounds, asleep):
    links = [asleep.start() for _ in range(3)]
    for link in links:
        rounds.add(link)
    asleep.kill(links[1])

    told, now = [], 0
    while now <= ROUND_SECONDS * SECOND:
        told += rounds.ended(now)
        now += SECOND // 10

    assert told == [links[1]]
    assert (rounds.held, rounds.looked_at) == (0, 2)


def test_a_turn_looks_at_a_small_part_of_them(rounds, monkeypatch):
    looked: list[Link] = []

    def is_alive(link: Link) -> bool:
        looked.append(link)
        return True

    monkeypatch.setattr(rounds._processes, "is_alive", is_alive)
    for pid in range(1, 1_001):
        rounds.add((pid, 1))
    looked.clear()

    rounds.ended(0)

    assert len(looked) == 1_000 * watch_module.LOOKS_EVERY_SECONDS / ROUND_SECONDS
    assert 0 < rounds.patience_seconds(1) <= watch_module.LOOKS_EVERY_SECONDS


def test_one_of_the_rounds_gets_a_descriptor_that_becomes_free(asleep):
    with contextlib.closing(Watch(Processes(), most=1)) as watch:
        first, second = asleep.start(), asleep.start()
        watch.add(first)
        watch.add(second)
        assert (watch.held, watch.looked_at) == (1, 1)
        watch.remove(first)

        watch.ended(SECOND)

        assert (watch.held, watch.looked_at) == (1, 0)


def test_with_no_descriptors_left_at_all_nothing_is_taken_for_ended(watch, asleep):
    links = [asleep.start(), asleep.start()]
    with no_descriptors_left():
        for link in links:
            watch.add(link)
        assert watch.ended(0) == []
    asleep.kill(links[0])

    assert (watch.held, watch.looked_at) == (0, 2)
    assert watch.ended(SECOND) + watch.ended(2 * SECOND) == [links[0]]
    assert (watch.held, watch.looked_at) == (1, 0)


@contextlib.contextmanager
def no_descriptors_left():
    taken = []
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (64, hard))
        with contextlib.suppress(OSError):
            while True:
                taken.append(os.open("/dev/null", os.O_RDONLY))
        yield
    finally:
        for fd in taken:
            os.close(fd)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_where_processes_are_hidden_from_humed_they_count_as_alive(tmp_path, asleep):
    (tmp_path / "empty").mkdir()
    with contextlib.closing(Watch(Processes(tmp_path / "empty"), most=10)) as watch:
        link = asleep.start()
        watch.add(link)
        assert watch.ended(0) == []

        asleep.kill(link)

        wait_until(lambda: watch.ended(0) == [link], "the end is noticed", 5)


def test_some_descriptors_are_kept_free():
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)

    assert 0 <= find_room() <= max(0, max(soft, resource.getrlimit(resource.RLIMIT_NOFILE)[0]) - watch_module.KEPT_FREE)

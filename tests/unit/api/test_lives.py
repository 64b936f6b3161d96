# SPDX-License-Identifier: MIT
"""Reports go in one after the other, and whatever was not committed for sure never looks lost."""

import asyncio
import contextlib

import msgspec
import pytest

from humeops.api.lives import Lives
from humeops.errors import UnavailableError
from humeops.wire import batch

EVENT = b"{}"


class Door:
    """Takes batches as told: True commits, False queues, an error is raised."""

    def __init__(self, *outcomes):
        self.outcomes = list(outcomes)
        self.taken = []

    async def __call__(self, body):
        received = batch.unpack_batch(body)
        (seq,) = (one for one, _ in received.events)
        self.taken.append((received.epoch, seq))
        await asyncio.sleep(0)
        outcome = self.outcomes.pop(0)
        if isinstance(outcome, BaseException):
            raise outcome
        return batch.Receipt(seq if outcome else seq - 1, queued=msgspec.UNSET if outcome else True)


def say_all(door, *agents):
    async def act():
        lives = Lives()
        await asyncio.gather(*(lives.say(agent, EVENT, 5, door) for agent in agents))

    asyncio.run(act())


def test_those_of_one_host_are_one_life_in_order():
    door = Door(True, True, True)

    say_all(door, 1, 1, 1)

    assert [seq for _, seq in door.taken] == [1, 2, 3]
    assert len({epoch for epoch, _ in door.taken}) == 1


def test_hosts_do_not_wait_for_each_other():
    door = Door(True, True)

    say_all(door, 1, 2)

    assert len({epoch for epoch, _ in door.taken}) == 2


@pytest.mark.parametrize(
    "doubtful", [False, UnavailableError("away"), asyncio.CancelledError()], ids=["queued", "failed", "given up"]
)
def test_what_is_in_doubt_ends_the_life(doubtful):
    door = Door(True, doubtful, True)

    async def act():
        lives = Lives()
        for _ in range(3):
            with contextlib.suppress(UnavailableError, asyncio.CancelledError):
                await lives.say(1, EVENT, 5, door)

    asyncio.run(act())

    assert [seq for _, seq in door.taken] == [1, 2, 1]
    assert door.taken[1][0] != door.taken[2][0]

# SPDX-License-Identifier: MIT
"""Hands over what was reported without a humed: as batches of one event, in lives of a queue that exists only here.

Central tells by (epoch, seq) what an agent lost. Here nothing waits to be sent again, so nothing may ever look lost: events of
one host go in one after the other, and when one was not committed for sure, its life ends and the next one begins another.
"""

import asyncio
import dataclasses
import uuid
from collections.abc import Awaitable, Callable

from humeops.wire import batch

HandOver = Callable[[bytes], Awaitable[batch.Receipt]]


@dataclasses.dataclass
class _Life:
    epoch: str = dataclasses.field(default_factory=lambda: str(uuid.uuid4()))
    committed: int = 0


class Lives:
    """The hosts for which this process takes reports; one for each application."""

    def __init__(self) -> None:
        self._lives: dict[int, _Life] = {}
        self._turns: dict[int, asyncio.Lock] = {}

    async def say(self, agent: int, raw: bytes, now_ns: int, hand_over: HandOver) -> batch.Receipt:
        """Hand this event over as the next one of its host; what `hand_over` raises may or may not be done."""
        async with self._turns.setdefault(agent, asyncio.Lock()):
            # Out of the table meanwhile: whatever ends this, also that nobody waits for the answer any more, ends the life.
            life = self._lives.pop(agent, None) or _Life()
            seq = life.committed + 1
            receipt = await hand_over(batch.pack_reported(life.epoch, now_ns, seq, raw))
            if receipt.committed_upto == seq:
                life.committed = seq
                self._lives[agent] = life
            return receipt

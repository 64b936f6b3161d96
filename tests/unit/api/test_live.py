# SPDX-License-Identifier: MIT
"""One who reads too slowly is cut and told; the others notice nothing."""

import typing

import anyio

from humeops.api import live
from humeops.api.hub import Hub
from humeops.api.ring import Ring
from humeops.api.service import Central
from humeops.central.current.picture import SqlPicture
from humeops.clock import FakeClock
from humeops.filters.facts import Facts
from humeops.filters.tree import EVERYTHING

NO_DATABASE: typing.Any = None


def _steps(changes, most):
    """Return what a viewer is sent who looks once after so many changes, and whether he may go on."""
    sent = []

    async def send(message):
        sent.append(message["body"])

    async def look():
        hub = Hub(Central(NO_DATABASE, FakeClock(), SqlPicture(NO_DATABASE)))
        hub.ring = Ring(most)
        viewer = live._Viewer(hub, send, [], EVERYTHING, EVERYTHING)
        for _ in range(changes):
            hub.ring.add("event", Facts(), b"{}")
        return await viewer.step()

    return anyio.run(look), b"".join(sent)


def test_who_keeps_up_gets_all_changes_in_one_piece():
    goes_on, sent = _steps(changes=3, most=5)

    assert goes_on
    assert sent.count(b"event: event\n") == 3


def test_who_falls_behind_is_told_to_look_anew_and_cut():
    goes_on, sent = _steps(changes=6, most=5)

    assert not goes_on
    assert sent == b"event: resync\ndata: {}\n\n"


def test_who_takes_nothing_is_cut(monkeypatch):
    monkeypatch.setattr(live, "SEND_SECONDS", 0.01)

    async def look():
        hub = Hub(Central(NO_DATABASE, FakeClock(), SqlPicture(NO_DATABASE)))
        viewer = live._Viewer(hub, lambda _: anyio.sleep(60), [], EVERYTHING, EVERYTHING)
        hub.ring.add("event", Facts(), b"{}")
        return await viewer.step()

    assert not anyio.run(look)

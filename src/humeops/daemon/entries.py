# SPDX-License-Identifier: MIT
"""Who speaks at a door, and whether he may: by the kernel's word on ipc, by a token on loopback, by a key on the network.

Over tcp nobody knows the sayer's user: he is nobody (`Sayer.uid` None), and reports to runs that other such sayers began.
"""

import hmac
from collections.abc import Sequence
from typing import Protocol

import zmq

from humeops.daemon.sayer import TCP, Sayer
from humeops.errors import HumeError, MalformedEventError, NotAllowedError

ONE_FRAME = MalformedEventError("an event is one frame")
NO_TOKEN = NotAllowedError("over tcp the event comes behind a frame with the token, which is missing or wrong")
# Peers whose answer is remembered; each is asked about with every message.
_REMEMBERED = 1_024
_UNKNOWN = Sayer(None, None, "ipc")
_NOBODY = Sayer(None, None, TCP)


class Entry(Protocol):
    """Judges what came, without the frames that libzmq needs for the way back."""

    def admit(self, frames: Sequence[zmq.Frame]) -> tuple[Sayer, bytes | HumeError]:
        """Return who says it, and the event's bytes or what is wrong."""
        ...


class LocalEntry:
    """On ipc libzmq asks the kernel for the peer's uid and pid when it connects, and hands them over with each message."""

    def __init__(self) -> None:
        self._sayers: dict[object, Sayer] = {}

    def admit(self, frames: Sequence[zmq.Frame]) -> tuple[Sayer, bytes | HumeError]:
        """Let in whoever the kernel knows; what he may say is decided event by event."""
        frame = frames[-1]
        try:
            address = frame.get("Peer-Address")
        except zmq.ZMQError:
            address = ""
        sayer = self._sayers.get(address) or self._note(address)
        return sayer, frame.bytes if len(frames) == 1 else ONE_FRAME

    def _note(self, address: object) -> Sayer:
        if len(self._sayers) >= _REMEMBERED:
            self._sayers.clear()
        sayer = self._sayers[address] = _sayer_at(address)
        return sayer


class TokenEntry:
    """On loopback tcp: the token of this humed, in a frame before the event's."""

    def __init__(self, token: bytes) -> None:
        self._token = token

    def admit(self, frames: Sequence[zmq.Frame]) -> tuple[Sayer, bytes | HumeError]:
        """Let in whoever has the token."""
        if len(frames) != 2 or not hmac.compare_digest(frames[0].bytes, self._token):
            return _NOBODY, NO_TOKEN
        return _NOBODY, frames[1].bytes


class KeyEntry:
    """On tcp with CURVE: whoever got so far has a key that is allowed (humeops.daemon.curve)."""

    def admit(self, frames: Sequence[zmq.Frame]) -> tuple[Sayer, bytes | HumeError]:
        """Let him in."""
        return _NOBODY, frames[0].bytes if len(frames) == 1 else ONE_FRAME


def _sayer_at(address: object) -> Sayer:
    try:
        _, uid, _, pid = str(address).rsplit(":", 3)
        return Sayer(int(uid), int(pid), "ipc")
    except ValueError:
        return _UNKNOWN

# SPDX-License-Identifier: MIT
"""All of humed's doors: the socket files for users of this host, and tcp where it is configured. docs/protocol.md, section 3.

Nothing here waits. Local users go first, but for one in `TCP_EACH`: a flood on the host does not silence those elsewhere.

*Design.* tcp has a context of its own. libzmq asks about keys for every socket of a context, and callers on the host must not
wait for that.
"""

import pathlib

import zmq

from humeops.daemon import activation, curve, sockets, token
from humeops.daemon.config import Listening
from humeops.daemon.door import Door, Peer, Pushed, Request
from humeops.daemon.entries import Entry, KeyEntry, LocalEntry, TokenEntry

# Of so many requests one is taken from tcp before the host's own, if one waits there.
TCP_EACH = 8


class Listener:
    """Binds at construction; the folder must be humed's own."""

    def __init__(self, path: pathlib.Path, push_path: pathlib.Path, listening: Listening) -> None:
        handed = activation.inherited()
        self._own_paths = [one for one in (path, push_path) if one.name not in handed]
        self._contexts = [zmq.Context()]
        self._allow_list: curve.AllowList | None = None
        self._turn = 0
        router, pull = (sockets.make(self._contexts[0], kind) for kind in (zmq.ROUTER, zmq.PULL))
        sockets.bind_file(router, path, handed.get(path.name))
        sockets.bind_file(pull, push_path, handed.get(push_path.name))
        self._doors = [Door(0, router, pull, LocalEntry())]
        if listening.tcp or listening.tcp_push:
            self._doors.append(self._open_tcp(listening))

    def _open_tcp(self, listening: Listening) -> Door:
        context = zmq.Context[zmq.Socket[bytes]]()
        self._contexts.append(context)
        entry: Entry
        if listening.curve_dir:
            self._allow_list = curve.AllowList(context, listening.curve_dir)
            entry = KeyEntry()
        else:
            entry = TokenEntry(token.load(listening.token_file))
        made = []
        for kind, address in ((zmq.ROUTER, listening.tcp), (zmq.PULL, listening.tcp_push)):
            made.append(sockets.make(context, kind) if address else None)
            if (one := made[-1]) is not None:
                if listening.curve_dir:
                    curve.secure(one, listening.curve_dir)
                sockets.bind_tcp(one, address)
        return Door(1, made[0], made[1], entry)

    def register(self, poller: zmq.Poller) -> None:
        """Have this poller wake for whatever comes."""
        for door in self._doors:
            for one in door.sockets:
                poller.register(one, zmq.POLLIN)
        if self._allow_list is not None:
            poller.register(self._allow_list.socket, zmq.POLLIN)

    def wait(self, milliseconds: int) -> bool:
        """Wait so long for something to come; return whether it did."""
        poller = zmq.Poller()
        self.register(poller)
        return bool(poller.poll(milliseconds))

    def receive(self) -> Request | None:
        """Return the next request that is waiting, or None."""
        self._turn = (self._turn + 1) % TCP_EACH
        for door in self._doors if self._turn else reversed(self._doors):
            if (request := door.receive()) is not None:
                return request
        return None

    def receive_pushed(self, most: int) -> list[Pushed]:
        """Return what was pushed and waits, at most so much of it from each door; to its sayers nothing is answered."""
        if self._allow_list is not None:
            self._allow_list.answer()
        return [one for door in self._doors for one in door.receive_pushed(most)]

    def reply(self, peer: Peer, line: bytes) -> None:
        """Answer; to a peer that went away nothing."""
        self._doors[peer.door].reply(peer.identity, line)

    def close(self) -> None:
        """Stop listening; replies already given still go out for half a second."""
        for door in self._doors:
            for one in door.sockets:
                one.close()
        if self._allow_list is not None:
            self._allow_list.socket.close()
        for context in self._contexts:
            context.term()
        # Not every libzmq does it, and what was handed over is not ours. No other humed can have bound here meanwhile: the lock is still held.
        for path in self._own_paths:
            path.unlink(missing_ok=True)

# SPDX-License-Identifier: MIT
"""What humed itself says of an event's origin: the sayer as the kernel knows it, and with a start the user's name.

The arguments a script was called with are told as the host's owner wants it: with what looks like a secret hidden, as they
are, or not at all.
"""

from humeops.daemon.config import OriginSettings
from humeops.daemon.redaction import redact
from humeops.daemon.sayer import TCP, Sayer
from humeops.daemon.users import Users
from humeops.event import Event


class Origins:
    """Stamps events; one instance lives in humed's loop."""

    def __init__(self, host: str, settings: OriginSettings, users: Users | None = None) -> None:
        self._host = host
        self._arguments = settings.arguments
        self._users = users or Users()

    def stamp(self, event: Event, sayer: Sayer) -> None:
        """Overwrite whatever the sayer said of these."""
        origin = event.origin
        event.host = self._host
        if sayer.via == TCP:
            _forget_processes(event)
        origin.uid, origin.pid, origin.via = sayer.uid, sayer.pid, sayer.via
        origin.user = self._users.name_of(sayer.uid) if event.kind == "start" else ""
        if origin.args:
            origin.args = self._told(origin.args)

    def _told(self, arguments: list[str]) -> list[str]:
        if self._arguments == "drop":
            return []
        return arguments if self._arguments == "keep" else redact(arguments)


def _forget_processes(event: Event) -> None:
    # Said on another machine, or by nobody knows whom: its processes and its boot are not this host's, and a run registered
    # under them would be found, or given up, by chance.
    event.boot, event.mono = "", 0
    event.origin.chain, event.origin.own, event.origin.pidns = [], None, None

# SPDX-License-Identifier: MIT
"""What can be seen of channels before anything is told on them: that they can never work as they are. Nothing is sent to anybody.

Looked at are their settings, the files they name, and where their names lead; what may be otherwise in a minute (a server that is down, a name
that is not found) is no fault. All of it takes some seconds at most, whatever name servers do.
"""

import concurrent.futures
import os
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from humeops.central.notify import apprise, channels, command, mail, secret, webhook
from humeops.central.notify.apprise import Apprise
from humeops.central.notify.channel import Allowed
from humeops.central.notify.channels import Channel
from humeops.central.notify.command import Command
from humeops.central.notify.failure import ConfigError, RefusedError, UnreachableError
from humeops.central.notify.mail import Mail
from humeops.central.notify.webhook import Webhook
from humeops.errors import HumeError

PATIENCE_SECONDS = 6.0


class Fault(NamedTuple):
    """What keeps a channel from ever working: its name, the setting (empty: the channel as a whole), and the mend."""

    channel: str
    setting: str
    what: str


class Trial:
    """Looks at channels with what this process may touch."""

    def __init__(self, allowed: Allowed, tells: bool) -> None:
        """`tells`: messages are sent by this process, so that what it cannot read nobody can."""
        self._allowed = allowed
        self._tells = tells

    def faults(self, given: Mapping[str, dict[str, Any]]) -> list[Fault]:
        """Return what is wrong, channel by channel."""
        pool = concurrent.futures.ThreadPoolExecutor(max_workers=16)
        try:
            asked = {name: pool.submit(self._look, name, settings) for name, settings in given.items()}
            done, _ = concurrent.futures.wait(asked.values(), PATIENCE_SECONDS)
            return [fault for one in asked.values() if one in done for fault in one.result()]
        finally:
            # Whoever still waits for a name server ends by itself.
            pool.shutdown(wait=False, cancel_futures=True)

    def _look(self, name: str, settings: dict[str, Any]) -> list[Fault]:
        prefix = f"channel `{name}`: "
        try:
            made = channels.read(settings, name)
        except ConfigError as error:
            return [_fault(name, str(error).removeprefix(prefix))]
        missing = [_fault(name, what) for what in self._secrets(made)]
        if missing:
            return missing
        try:
            self._try(made)
        except UnreachableError:
            return []
        except HumeError as error:
            return [_fault(name, str(error))]
        return []

    def _secrets(self, made: Channel) -> Iterable[str]:
        for place, text in made.secrets():
            kind, _, rest = text.partition(":")
            if not secret.is_reference(text):
                continue
            if kind == "file" and not os.path.lexists(rest):
                yield f"`{place}`: {rest}: there is no such file"
            elif self._tells:
                try:
                    secret.read(text, place)
                except RefusedError as error:
                    yield str(error)

    def _try(self, made: Channel) -> None:
        is_known = self._tells or not any(secret.is_reference(text) for _, text in made.secrets())
        match made:
            case Command():
                command.check_program(made, self._allowed)
            case Mail():
                mail.check_place(made, self._allowed)
            case Webhook() if is_known:
                webhook.check_place(made, self._allowed)
            case Apprise():
                apprise.check_service(made, self._allowed, is_known)
            case _:
                pass


def _fault(name: str, said: str) -> Fault:
    """Return the fault; what is said begins with the setting in backquotes, where it is about one."""
    setting = said[1:].partition("`")[0] if said.startswith("`") else ""
    return Fault(name, setting, said)

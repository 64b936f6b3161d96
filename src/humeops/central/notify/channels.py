# SPDX-License-Identifier: MIT
"""The channels by which people are told, and the one function that tells by any of them.

A new channel is a module beside `webhook`: its settings, its `deliver`, a line in both tables here, its tests, and its chapter in
docs/reference/channels.md.
"""

from collections.abc import Callable
from typing import Any

from humeops import settings
from humeops.central.notify import apprise, channel, command, mail, webhook
from humeops.central.notify.apprise import Apprise
from humeops.central.notify.channel import Allowed
from humeops.central.notify.command import Command
from humeops.central.notify.failure import ConfigError, RefusedError, UnreachableError
from humeops.central.notify.mail import Mail
from humeops.central.notify.message import Message
from humeops.central.notify.webhook import Webhook
from humeops.central.notify.wording import Wording

Channel = Mail | Webhook | Apprise | Command
_DELIVERIES: dict[type, Callable[..., None]] = {
    Mail: mail.deliver,
    Webhook: webhook.deliver,
    Apprise: apprise.deliver,
    Command: command.deliver,
}
_KINDS: dict[str, type[Channel]] = {"mail": Mail, "webhook": Webhook, "apprise": Apprise, "command": Command}
TYPES = tuple(_KINDS)

__all__ = [
    "TYPES",
    "Allowed",
    "Apprise",
    "Channel",
    "Command",
    "Mail",
    "RefusedError",
    "UnreachableError",
    "Webhook",
    "deliver",
    "read",
]


def deliver(
    channel: Channel, message: Message, wording: Wording, now_ns: int, allowed: Allowed = channel.NOTHING
) -> None:
    """Tell people this by this channel; when it returns, the other side has accepted it.

    RefusedError says that it will never work as it is, UnreachableError that another attempt may; after the second the message may
    yet have arrived, so that people are told at least once. Takes no longer than the channel's `timeout`, and a few seconds.
    """
    _DELIVERIES[type(channel)](channel, message, wording.in_zone(channel.zone), now_ns, allowed)


def read(given: dict[str, Any], name: str) -> Channel:
    """Return the channel of these settings; raise ConfigError, which names the channel, the field and the mend.

    What is wrong is said without the value: it may be a secret.
    """
    kind = _KINDS.get(str(given.get("type")))
    if kind is None:
        raise ConfigError(f"channel `{name}`: `type`: one of {', '.join(TYPES)} is expected")
    found = settings.convert(given, kind, f"channel `{name}`")
    try:
        found.check()
    except ConfigError as error:
        raise ConfigError(f"channel `{name}`: {error}") from None
    return found

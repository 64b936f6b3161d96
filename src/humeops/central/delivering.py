# SPDX-License-Identifier: MIT
"""Hands a message to the channel it is for, with the wording and the limits that central's settings give."""

import pathlib
from typing import Any

from humeops.central.notify import channel, channels, wording
from humeops.central.notify.channel import NotifySettings
from humeops.central.notify.message import Message


class Delivery:
    """Delivers as these settings say; raises ConfigError for settings that cannot work."""

    def __init__(self, settings: NotifySettings, folder: pathlib.Path) -> None:
        """`folder` is what the folder of templates is relative to."""
        self._allowed = channel.allowed(settings)
        self._wording = wording.of(settings, folder)

    def deliver(self, settings: dict[str, Any], message: Message, now_ns: int) -> None:
        """Tell this by the channel of these settings; see `notifier.Deliver`."""
        made = channels.read(settings, "of this message")
        channels.deliver(made, message, self._wording, now_ns, self._allowed)

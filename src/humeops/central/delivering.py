# SPDX-License-Identifier: MIT
"""Hands a message to the channel it is for, with the wording and the limits that central's settings give."""

import logging
import pathlib
from typing import Any

import msgspec

from humeops.central.notify import channel, channels, wording
from humeops.central.notify.channel import NotifySettings
from humeops.central.notify.message import Message
from humeops.central.notify.wording import Wording
from humeops.errors import ConfigError

log = logging.getLogger(__name__)


class Delivery:
    """Delivers as these settings say; raises ConfigError for settings that cannot work."""

    def __init__(self, settings: NotifySettings, folder: pathlib.Path) -> None:
        """`folder` is what the folder of templates is relative to."""
        self._allowed = channel.allowed(settings)
        self._wording = _wording(settings, folder)

    def deliver(self, settings: dict[str, Any], message: Message, now_ns: int) -> None:
        """Tell this by the channel of these settings; see `notifier.Deliver`."""
        made = channels.read(settings, "of this message")
        channels.deliver(made, message, self._wording, now_ns, self._allowed)


def _wording(settings: NotifySettings, folder: pathlib.Path) -> Wording:
    """Return the wording asked for; hume's own where templates do not work: people are told all the same."""
    try:
        return wording.of(settings, folder)
    except ConfigError as error:
        plain = wording.of(msgspec.structs.replace(settings, templates=""), folder)
        log.warning(
            "%s; messages are worded by hume's own templates until this is mended and central started anew", error
        )
        return plain

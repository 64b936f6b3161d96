# SPDX-License-Identifier: MIT
"""Slack, Telegram, ntfy and what else Apprise knows, by the address that it gives each of them.

Apprise runs in a process of its own (`apprising`): it connects by itself, so that process looks at every address before the kernel
does, and it has an end whatever a service does. It can't be told a key, so a second attempt is a second message there.
"""

import importlib.util
import json
import os
import re
import subprocess
import sys
from typing import ClassVar, Literal

from humeops.central.notify import reach, secret
from humeops.central.notify.channel import Allowed, Channel, Seconds, Text
from humeops.central.notify.failure import ConfigError, RefusedError, UnreachableError, quoted
from humeops.central.notify.message import Message
from humeops.central.notify.wording import Wording
from humeops.errors import explain

CHECK_SECONDS = 5
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]{0,30}")
_TYPES = {"recovery": "success", "notice": "info", "test": "info", "digest": "info"}


class Apprise(Channel, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="apprise", tag_field="type"):
    """A service, by its Apprise address, which is a secret as a whole."""

    SECRETS: ClassVar[tuple[str, ...]] = ("url",)

    url: Text
    form: Literal["text", "short"] = "text"
    timeout: Seconds = 30

    def check(self) -> None:
        """Raise ConfigError for what can't work."""
        super().check()
        if not secret.is_reference(self.url) and not _SCHEME.fullmatch(self.url.partition("://")[0]):
            raise ConfigError("`url`: an Apprise address is expected, such as slack://TOKEN/TOKEN/TOKEN/#ops")

    def shown(self) -> dict[str, object]:
        """Return the settings for a listing; of an address that stands here, the service alone."""
        told = super().shown()
        if not secret.is_reference(self.url):
            told["url"] = f"{self.url.partition('://')[0]}://…"
        return told


def deliver(channel: Apprise, message: Message, wording: Wording, now_ns: int, allowed: Allowed) -> None:
    """Have Apprise tell it; when this returns, the service said that it took it."""
    _require_package()
    asked = {
        "url": secret.read(channel.url, "url"),
        "title": wording.subject(message),
        "body": wording.short(message) if channel.form == "short" else wording.text(message),
        "kind": _TYPES.get(message.kind, "failure"),
        "internal": [str(network) for network in allowed.internal],
        "seconds": channel.timeout,
    }
    _judge(_ask(asked, channel.timeout))


def check_service(channel: Apprise, allowed: Allowed, is_known: bool) -> None:
    """Raise RefusedError where the package is missing, or for an address, if it `is_known` here, that Apprise does not understand."""
    _require_package()
    if not is_known:
        return
    url = secret.read(channel.url, "url")
    host = re.split("[/?#]", url.partition("://")[2], maxsplit=1)[0].rpartition("@")[2]
    if address := reach.address_in(host):
        reach.allowed(str(address), 0, allowed.internal)
    _judge(_ask({"url": url, "checks": True, "internal": []}, CHECK_SECONDS))


def _require_package() -> None:
    if importlib.util.find_spec("apprise") is None:
        raise RefusedError("this channel needs the Python package `apprise`: pip install 'humeops[notify]'")


def _ask(asked: dict[str, object], seconds: float) -> dict[str, str]:
    # The address goes by standard input: arguments are read by everybody on the machine.
    command = [sys.executable, "-I", "-m", "humeops.central.notify.apprising"]
    try:
        done = subprocess.run(
            command,
            input=json.dumps(asked).encode(),
            capture_output=True,
            timeout=seconds + 5,
            check=False,
            env=_environment(),
        )
        answer: dict[str, str] = json.loads(done.stdout[-10_000:])
    except subprocess.TimeoutExpired as error:
        raise UnreachableError(f"the service did not answer within {seconds:.0f} s") from error
    except ValueError as error:
        raise UnreachableError("the process that speaks to the service broke") from error
    except OSError as error:
        raise UnreachableError(f"no process for it could be started: {explain(error)}") from error
    return answer


def _environment() -> dict[str, str]:
    """Return central's environment without what is central's own: addresses with passwords, and where credentials are."""
    own = ("HUME_", "CREDENTIALS_DIRECTORY", "NOTIFY_SOCKET")
    return {name: text for name, text in os.environ.items() if not name.startswith(own)}


def _judge(answer: dict[str, str]) -> None:
    match answer:
        case {"became": "told"}:
            return
        case {"became": "refused", "why": why}:
            raise RefusedError(quoted(why))
        case {"why": why}:
            raise UnreachableError(quoted(why))
        case _:
            raise UnreachableError("the process that speaks to the service broke")

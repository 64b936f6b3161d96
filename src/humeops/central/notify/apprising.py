# SPDX-License-Identifier: MIT
"""The process in which Apprise runs: one message, read from standard input, and what became of it as JSON on standard output.

Python tells an audit hook, which can't be taken away again, of each connection before it is made and of each program before it is
started. So no service of Apprise reaches the internal network or runs anything, whatever its address says and wherever it is led.
"""

import ipaddress
import json
import logging
import re
import sys
from typing import Any

from humeops.central.notify import reach
from humeops.central.notify.failure import RefusedError, UnreachableError

_NEVER = (
    "subprocess.Popen",
    "os.system",
    "os.exec",
    "os.posix_spawn",
    "os.fork",
    "os.forkpty",
    "pty.spawn",
    "ctypes.dlopen",
)
_CONNECTS = ("socket.connect", "socket.sendto", "socket.sendmsg")
_STATUS = re.compile(r"error=(\d{3})\b")


class Guard:
    """What is refused, and the first that was."""

    def __init__(self, internal: list[str]) -> None:
        """Let through only the internet, and these networks."""
        self._internal = reach.networks(internal)
        self.refused = ""

    def __call__(self, event: str, args: tuple[Any, ...]) -> None:
        """Raise for what this process must not do; Apprise takes that for a connection that failed."""
        if event in _NEVER:
            self._refuse("a service that starts programs is not used; a channel of type `command` is there for that")
        if event in _CONNECTS:
            self._look_at(args[1])

    def _look_at(self, place: object) -> None:
        if place is None:  # a connected socket: it was looked at
            return
        if not isinstance(place, tuple):
            self._refuse("a socket of this machine is not used; list nothing for it, choose another service")
            return
        try:
            address = ipaddress.ip_address(str(place[0]).partition("%")[0])
        except ValueError:  # a name that the kernel's library would resolve itself, unseen
            self._refuse(f"{place[0]} is not an address")
            return
        # The question for a name, where Python itself asks it, goes to the machine's own server: it carries nothing of ours.
        if not reach.is_public(address) and not reach.is_listed(address, self._internal):
            self._refuse(reach.inside(str(address), address))

    def _refuse(self, why: str) -> None:
        self.refused = self.refused or why
        raise PermissionError(why)


class _Statuses(logging.Handler):
    """Keeps the status that a service answered; nothing else of what Apprise logs, which may hold secrets."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.last = ""

    def emit(self, record: logging.LogRecord) -> None:
        """Look at one line."""
        if found := _STATUS.search(record.getMessage()):
            self.last = found[1]


def main() -> None:
    """Tell one message, or (`checks`) only say whether the address is understood."""
    asked = json.load(sys.stdin)
    try:
        answer = _tell(asked)
    except RefusedError as error:
        answer = {"became": "refused", "why": str(error)}
    except Exception as error:  # noqa: BLE001 - a service's own fault; its words may hold the address
        answer = {"became": "failed", "why": f"Apprise failed: {type(error).__name__}"}
    print(json.dumps(answer))


def _tell(asked: dict[str, Any]) -> dict[str, str]:
    import apprise

    statuses, guard = _Statuses(), Guard(asked["internal"])
    logger = logging.getLogger("apprise")
    logger.addHandler(statuses)
    logger.propagate = False
    # In memory: nothing of a message or an account is left on the disk.
    asset = apprise.AppriseAsset(storage_mode=apprise.PersistentStoreMode.MEMORY)
    told = apprise.Apprise(asset=asset)
    if not told.add(asked["url"]):
        raise RefusedError(
            "`url`: Apprise does not understand this address; its documentation says how each service's is written"
        )
    if any(not service.verify_certificate for service in told):
        raise RefusedError("`url`: verify=no would tell it to whoever stands between; leave it out")
    scheme = asked["url"].partition("://")[0].lower()
    for service in told:
        if _is_in_clear(service, scheme) and _leads_outside(service.host):
            raise RefusedError(
                f"`url`: {scheme}:// would carry the message in the clear over the internet; use a form of it that encrypts, such as {scheme}s://"
            )
    if asked.get("checks"):
        return {"became": "told"}
    sys.addaudithook(guard)
    if told.notify(body=asked["body"], title=asked["title"], notify_type=asked["kind"], body_format="text"):
        return {"became": "told"}
    if guard.refused:
        raise RefusedError(guard.refused)
    why = f"the service answered {statuses.last}" if statuses.last else "the service was not reached, or said no"
    return {"became": "failed", "why": why}


def _is_in_clear(service: Any, scheme: str) -> bool:
    """Tell whether this form of a service's address speaks to a machine without TLS."""
    plain = service.protocol or ()
    if scheme not in ((plain,) if isinstance(plain, str) else plain) or service.secure:
        return False
    # Some have one address of their own, and a form without TLS in name only.
    is_of_cloud = getattr(service, "mode", "") == "cloud" or str(getattr(service, "notify_url", "")).startswith(
        "https:"
    )
    return bool(service.host) and not is_of_cloud


def _leads_outside(host: str) -> bool:
    """Tell whether something said to this host goes over the internet. Of what leads inside the guard says whether it may."""
    try:
        return any(reach.is_public(one) for one in reach.resolve(host.strip("[]"), 0))
    except UnreachableError:
        return False  # a name that is not found just now is no fault


if __name__ == "__main__":
    main()

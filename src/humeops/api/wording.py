# SPDX-License-Identifier: MIT
"""What started a run, in words that terminals and pages share. Pure; still untrusted."""

from humeops.api.schemas import OriginView


def quoted(argument: str) -> str:
    """Return an argument as one would type it, near enough to see where one ends."""
    is_plain = argument and not any(sign in argument for sign in " \t\n\"'\\$`")
    return argument if is_plain else "'" + argument.replace("'", "'\\''") + "'"


def starter(origin: OriginView) -> str:
    """Return what started it: `by cron`, `over ssh from 192.0.2.1`; empty when that is not known."""
    match origin.by:
        case "":
            return ""
        case "ssh":
            return f"over ssh from {origin.client}" if origin.client else "over ssh"
        case "terminal":
            return f"from terminal {origin.tty}" if origin.tty else "from a terminal"
        case "systemd":
            return f"by systemd as {origin.unit}" if origin.unit else "by systemd"
        case _:
            return f"by {origin.by}"

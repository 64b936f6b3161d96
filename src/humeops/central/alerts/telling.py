# SPDX-License-Identifier: MIT
"""What became of one message to one channel, in words that lists, pages and the history of an alert share. Pure; still untrusted."""

from typing import Literal, NamedTuple, TypeAlias

State: TypeAlias = Literal["sent", "waiting", "failed", "quiet"]


class Telling(NamedTuple):
    """`at`: when it was accepted, or is to be told after quiet hours; `through`: other channels, and whether they have it."""

    channel: str
    kind: str
    state: State
    at: int | None = None
    error: str = ""
    through: tuple[tuple[str, bool], ...] = ()


def words(one: Telling, when: str = "") -> str:
    """Say what became of it; `when` is its time as it is read where this is shown."""
    match one.state:
        case "sent":
            said = f"told to {one.channel}{f' {when}' if when else ''}"
        case "quiet":
            said = f"to be told to {one.channel} after its quiet hours{f', {when}' if when else ''}"
        case "waiting":
            said = f"to be told to {one.channel}{f' ({one.error})' if one.error else ''}"
        case _:
            said = f"not told to {one.channel}: {one.error}"
    moved = [f"{'told' if is_there else 'to be told'} through {channel}" for channel, is_there in one.through]
    return ", ".join([said, *moved])

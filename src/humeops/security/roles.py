# SPDX-License-Identifier: MIT
"""The one place that decides who may do what. Pure.

Deny by default: what is not allowed here is refused. An agent may only append what its own host says, and a reporter
only say one event of it after the other; neither can read or speak for another; of credentials an agent may only put a new one in the
place of its own. A token that enrols may only ask to let a host in. Every reader and writer behind the API asks `authorize` first.
"""

from typing import Literal, NamedTuple

from humeops.errors import NotAllowedError

Role = Literal["agent", "reporter", "enroller", "viewer", "operator", "admin"]
Verb = Literal["read", "append", "report", "open", "write"]
Kind = Literal[
    "tasks",
    "runs",
    "events",
    "data",
    "agents",
    "metrics",
    "sessions",
    "notes",
    "watches",
    "letters",
    "tokens",
    "badges",
    "alerts",
    "silences",
    "channels",
    "enrolments",
    "credentials",
]

# Who may come in is known to those alone who decide it: there is no reading without writing.
_ADMINS_OWN: tuple[Kind, ...] = ("tokens", "enrolments", "credentials")
_READERS: tuple[Role, ...] = ("viewer", "operator", "admin")
_WRITERS: tuple[Role, ...] = ("operator", "admin")
_SAYERS: tuple[Role, ...] = ("agent", "reporter")

_WRITTEN: tuple[Kind, ...] = ("notes", "watches", "letters", "badges", "silences", "channels")
# Who may come in, and what central does by itself: rules and channels, which may run a program.
_SET_UP: tuple[Kind, ...] = (*_ADMINS_OWN, "alerts")


class Actor(NamedTuple):
    """Who asks: a person, the agent of a host, or whoever reports for one over HTTP."""

    name: str
    role: Role
    agent: int | None = None  # its row, for agents and reporters
    host: str = ""  # the host it speaks for, likewise
    expires_at: int | None = None  # when its credential does
    credential: bytes = b""  # the hash of what it showed


class Thing(NamedTuple):
    """What is asked for: a kind of resource, of one host or of all (empty)."""

    kind: Kind
    host: str = ""


def authorize(actor: Actor, verb: Verb, thing: Thing) -> None:
    """Return when the actor may do this; raise NotAllowedError otherwise."""
    if verb == "read" and actor.role in _READERS and thing.kind not in _ADMINS_OWN:
        return
    if verb == "write" and actor.role in _WRITERS and thing.kind in _WRITTEN:
        return
    if verb == "write" and actor.role == "admin" and thing.kind in _SET_UP:
        return
    if verb == "open" and thing.kind == "sessions" and actor.role in _READERS:
        return
    if verb == "append" and actor.role == "enroller" and thing.kind == "enrolments":
        return
    if (
        verb == "append"
        and actor.role == "agent"
        and thing.kind in ("events", "credentials")
        and thing.host == actor.host != ""
    ):
        return
    if verb == "report" and actor.role in _SAYERS and thing.kind == "events" and thing.host == actor.host != "":
        return
    raise NotAllowedError(f"{actor.name} may not {verb} {thing.kind}")


def may(actor: Actor, verb: Verb, thing: Thing) -> bool:
    """Tell whether the actor may do this: for what is shown or left out."""
    try:
        authorize(actor, verb, thing)
    except NotAllowedError:
        return False
    return True

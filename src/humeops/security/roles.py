# SPDX-License-Identifier: MIT
"""The one place that decides who may do what. Pure.

Deny by default: what is not allowed here is refused, and so is a kind or a verb that is not in the table. An agent may only
append what its own host says, and a reporter only say one event of it after the other; neither can read what was said, or speak for another; of
credentials an agent may only put a new one in the place of its own, and all it may read is whom hosts are to believe. A token that enrols may only ask to let a host in. Every reader
and writer behind the API, the pages and the live stream asks first: `authorize` about one thing, or about all there is; `scope` where
a list is narrowed to what is allowed.
"""

from collections.abc import Mapping, Sequence
from typing import Literal, NamedTuple

from humeops.errors import NotAllowedError
from humeops.filters import facts
from humeops.filters.tree import EVERYTHING, Node, any_of
from humeops.security import grants
from humeops.security.grants import NOTHING, Grant, Rank

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
    "users",
    "audit",
    "description",
    "scripts",
    "trust",
    "backups",
]

# The least role that may; what is not here nobody may.
_LEAST: Mapping[tuple[Verb, Kind], Rank] = {
    ("read", "tasks"): "viewer",
    ("read", "runs"): "viewer",
    ("read", "events"): "viewer",
    ("read", "data"): "viewer",
    ("read", "agents"): "viewer",
    ("read", "notes"): "viewer",
    ("read", "watches"): "viewer",
    ("read", "metrics"): "viewer",
    ("read", "letters"): "viewer",
    ("read", "badges"): "viewer",
    ("read", "alerts"): "viewer",
    ("read", "silences"): "viewer",
    ("read", "channels"): "viewer",
    ("read", "scripts"): "viewer",
    ("read", "trust"): "viewer",
    ("read", "users"): "admin",
    ("read", "audit"): "admin",
    ("write", "notes"): "operator",
    ("write", "watches"): "operator",
    ("write", "letters"): "operator",
    ("write", "badges"): "operator",
    ("write", "silences"): "operator",
    ("write", "channels"): "operator",
    # What central does by itself: rules and channels, which may run a program.
    ("write", "alerts"): "admin",
    # Who may come in is known to those alone who decide it: there is no reading without writing.
    ("write", "tokens"): "admin",
    ("write", "enrolments"): "admin",
    ("write", "credentials"): "admin",
    ("write", "users"): "admin",
    ("write", "trust"): "admin",
    ("write", "backups"): "admin",
}
# What belongs to tasks, and so can be granted on some of them; the rest is of the installation as a whole.
_OF_TASKS: frozenset[Kind] = frozenset(
    (
        "tasks",
        "runs",
        "events",
        "data",
        "agents",
        "notes",
        "watches",
        "badges",
        "alerts",
        "scripts",
        "silences",
        "channels",
    )
)
# What every person may, whatever was granted: sessions are his own, and what the API looks like is no secret.
_ANY_PERSON = frozenset((("open", "sessions"), ("read", "description")))


class Actor(NamedTuple):
    """Who asks: a person, the agent of a host, or whoever reports for one over HTTP."""

    name: str
    role: Role  # of a person the highest he has; what he has it on is in `grants`
    agent: int | None = None  # its row, for agents and reporters
    host: str = ""  # the host it speaks for, likewise
    expires_at: int | None = None  # when its credential does
    credential: bytes = b""  # the hash of what it showed
    grants: tuple[Grant, ...] | None = None  # None: the role, on everything
    person: int | None = None  # his row, for whoever has a name and password
    via: str = ""  # how he came in
    number: int | None = None  # the row of what he came in with
    seen_at: int | None = None  # when his session was used last, give or take some minutes
    text: str = ""  # the filter his credential is narrowed to, as written
    certificate: str = ""  # of an agent: how the proxy names the certificate that its credential goes with
    copied: bool = False  # of an agent: two humeds use its credential in turn
    by: str = ""  # for the audit log: who sits at central's own machine and uses the owner's token

    @property
    def signature(self) -> tuple[str, str]:
        """Who did it and how he came in, as the audit log has it."""
        return (self.by, "owner's token") if self.by else (self.name, self.via)


class Thing(NamedTuple):
    """What is asked for: a kind of resource, of one task or host or of all (empty)."""

    kind: Kind
    host: str = ""
    task: str = ""
    tags: Sequence[str] = ()


def scope(actor: Actor, verb: Verb, kind: Kind) -> Node:
    """Return the filter of what a person may do this to: everything, nothing, or something between.

    Raise NotAllowedError for whoever is none, and for what nobody may.
    """
    least = _LEAST.get((verb, kind))
    if actor.role not in grants.RANKS or (least is None and (verb, kind) not in _ANY_PERSON):
        raise NotAllowedError(f"{actor.name} may not {verb} {kind}")
    if least is None:
        return EVERYTHING
    found = grants.within(_grants(actor), least)
    if EVERYTHING in found:
        return EVERYTHING
    return any_of(found) if found and kind in _OF_TASKS else NOTHING


def authorize(actor: Actor, verb: Verb, thing: Thing) -> None:
    """Return when the actor may do this to this thing (to all there is, when it names none); else raise NotAllowedError."""
    if actor.role not in grants.RANKS:
        allowed = _may_machine(actor, verb, thing)
    else:
        known = facts.Facts(host=thing.host, task=thing.task, tag=thing.tags)
        node = scope(actor, verb, thing.kind)
        allowed = node == EVERYTHING or (bool(thing.host or thing.task) and facts.holds(node, known))
    if not allowed:
        raise NotAllowedError(f"{actor.name} may not {verb} {thing.kind}")


def _may_machine(actor: Actor, verb: Verb, thing: Thing) -> bool:
    if verb == "append" and actor.role == "enroller" and thing.kind == "enrolments":
        return True
    if thing.host != actor.host or not actor.host:
        return False
    if verb == "append" and actor.role == "agent":
        return thing.kind in ("events", "credentials")
    if verb == "read" and actor.role == "agent":
        return thing.kind == "trust"
    return verb == "report" and actor.role in ("agent", "reporter") and thing.kind == "events"


def may(actor: Actor, verb: Verb, thing: Thing) -> bool:
    """Tell whether the actor may do this: for what is shown or left out."""
    try:
        authorize(actor, verb, thing)
    except NotAllowedError:
        return False
    return True


def _grants(actor: Actor) -> Sequence[Grant]:
    if actor.grants is not None:
        return actor.grants
    return [Grant(role) for role in grants.RANKS if role == actor.role]

# SPDX-License-Identifier: MIT
"""Which silences somebody may make, see and end, who was granted some tasks.

One that he makes holds for these tasks alone, whatever its filter says (`within`). He ends those that were made within what he was granted,
by himself or by others. He sees these, and that others hold for tasks of his; of such a one he is told those tasks, and not the filter, which may
name what he does not know of.
"""

import msgspec
import sqlalchemy as sa

from humeops.api import alertviews
from humeops.api.alertschemas import SilenceView
from humeops.api.parameters import ParameterError
from humeops.central.alerts import book
from humeops.central.alerts.silence import Silence
from humeops.central.store.questions import tasks
from humeops.errors import NotAllowedError
from humeops.filters import parsing, printing
from humeops.filters.tree import EVERYTHING, FilterError, Node, all_of
from humeops.security import grants, roles
from humeops.security.roles import Actor

_NAMED = 5


def may_make(actor: Actor) -> Node:
    """Return what somebody may keep quiet; NotAllowedError when it is nothing."""
    within = roles.scope(actor, "write", "silences")
    if within == grants.NOTHING:
        raise NotAllowedError(f"{actor.name} may not write silences")
    return within


def within_of(actor: Actor) -> str:
    """Return what a silence that he makes is held to; empty where he may silence everything."""
    node = may_make(actor)
    text = "" if node == EVERYTHING else printing.text_of(node)
    try:
        parsing.parse(text)
    except FilterError:
        raise ParameterError(
            "you were granted too much in too many pieces to hold a silence to it: ask an operator"
        ) from None
    return text


def may_end(actor: Actor, one: Silence) -> bool:
    """Tell whether he may end this one."""
    return _covers(roles.scope(actor, "write", "silences"), one)


def view(connection: sa.Connection, actor: Actor, one: Silence, now_ns: int) -> SilenceView | None:
    """Return a silence as he may see it; None when he may not."""
    within, shown = roles.scope(actor, "read", "silences"), alertviews.silence_view(one, now_ns)
    if _covers(within, one):
        return shown
    if within == grants.NOTHING:
        return None
    named = tasks.find(connection, tasks.Filter(also=node_of(one), within=within), _NAMED + 1, None).rows
    if not named:
        return None
    names = ", ".join(f"{task.host}:{task.task}" for task in named[:_NAMED])
    return msgspec.structs.replace(shown, what=f"{names}{' and more' if len(named) > _NAMED else ''}", within="")


def node_of(one: Silence) -> Node:
    """Return the whole filter of a silence."""
    return all_of([book.parse(text) for text in (one.what, one.within) if text])


def _covers(within: Node, one: Silence) -> bool:
    if within == EVERYTHING:
        return True
    return bool(one.within) and within != grants.NOTHING and grants.covers(within, book.parse(one.within))

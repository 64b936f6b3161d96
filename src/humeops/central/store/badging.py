# SPDX-License-Identifier: MIT
"""Badges: an address nobody can guess, for the state of one task or of all tasks with a tag. One address each."""

import secrets
from typing import NamedTuple

import sqlalchemy as sa

from humeops.central.store import tables

_badge = tables.badge
_task = tables.task
_task_tag = tables.task_tag


class Subject(NamedTuple):
    """What a badge shows: a task (`host`, `task`), or a tag."""

    host: str = ""
    task: str = ""
    tag: str = ""


def address_of(connection: sa.Connection, subject: Subject, author: str, now_ns: int) -> str:
    """Return the address of this subject's badge, made when there is none."""
    known = connection.execute(sa.select(_badge.c.address).where(*_is(subject))).scalar_one_or_none()
    if known is not None:
        return str(known)
    made = secrets.token_urlsafe(24)
    row = {"address": made, **subject._asdict(), "author": author, "created_at": now_ns}
    connection.execute(sa.insert(_badge).values(row))
    return made


def remove(connection: sa.Connection, subject: Subject) -> str | None:
    """Forget the badge of this subject; return the address that it had."""
    known = connection.execute(sa.select(_badge.c.address).where(*_is(subject))).scalar_one_or_none()
    connection.execute(sa.delete(_badge).where(*_is(subject)))
    return known


def subject_at(connection: sa.Connection, address: str) -> Subject | None:
    """Return what the badge at this address shows."""
    columns = (_badge.c.host, _badge.c.task, _badge.c.tag)
    found = connection.execute(sa.select(*columns).where(_badge.c.address == address)).one_or_none()
    return Subject._make(found) if found else None


def states(connection: sa.Connection, subject: Subject) -> set[str]:
    """Return the states that its tasks are in."""
    if not subject.tag:
        query = sa.select(_task.c.state).where(_task.c.host == subject.host, _task.c.task == subject.task)
    else:
        its = sa.and_(_task_tag.c.host == _task.c.host, _task_tag.c.task == _task.c.task)
        query = sa.select(_task.c.state).join(_task_tag, its).where(_task_tag.c.tag == subject.tag).distinct()
    return set(connection.execute(query).scalars())


def _is(subject: Subject) -> list[sa.ColumnElement[bool]]:
    return [_badge.c[name] == value for name, value in subject._asdict().items()]

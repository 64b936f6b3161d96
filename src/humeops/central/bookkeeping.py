# SPDX-License-Identifier: MIT
"""Puts a book of alerts in the place of the one before: read whole, compared, and taken only if all of it can work."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import msgspec
import sqlalchemy as sa

from humeops.central.alerts import book, difference, reading
from humeops.central.alerts.book import Book, BookError
from humeops.central.alerts.difference import Shown
from humeops.central.notify import channels
from humeops.central.notify.trying import Trial
from humeops.central.store import alertbooks, alertrows
from humeops.errors import ConfigError

_MOST_BYTES = 512_000


class Outcome(NamedTuple):
    """What changes, or changed."""

    changes: list[difference.Change]


def apply(connection: sa.Connection, told: Any, author: str, now_ns: int, dry_run: bool) -> Outcome:
    """Take a book, or only say what it would change; raise BookError, and nothing is done."""
    before = alertbooks.current(connection).book
    shown_before = shown(before)
    after = _with_kept_secrets(reading.read(told), before, shown_before)
    shown_after = shown(after)
    if len(msgspec.json.encode(after)) > _MOST_BYTES:
        raise BookError(f"it is longer than {_MOST_BYTES:,} bytes")
    changes = difference.between(before, shown_before, after, shown_after)
    if changes and not dry_run:
        alertbooks.write(connection, after, author, now_ns)
        # What was told by another rule, or to nobody, is looked at with this one.
        alertrows.touch(connection, now_ns)
    return Outcome(changes)


def faults(connection: sa.Connection, told: Any, trial: Trial) -> list[book.Fault]:
    """Return what would keep a book from being taken, or its channels from ever working."""
    wrong: list[book.Fault] = []
    try:
        made = reading.read(told)
    except BookError as error:
        wrong = error.faults
        made = Book(channel=_channels_of(told))
    before = alertbooks.current(connection).book
    try:
        kept = _with_kept_secrets(made, before, shown(before))
    except BookError:
        kept = made  # what is in force cannot be shown: then nothing of it is kept
    found = trial.faults(kept.channel)
    return wrong + [
        book.Fault(f"channel.{one.channel}.{one.setting}".rstrip("."), f"channel `{one.channel}`: {one.what}")
        for one in found
    ]


def _channels_of(told: Any) -> dict[str, dict[str, Any]]:
    """Return the channels of a book that cannot be read as a whole, to be looked at all the same."""
    given = told.get("channel") if isinstance(told, Mapping) else None
    return {
        name: settings
        for name, settings in (given.items() if isinstance(given, dict) else ())
        if isinstance(name, str) and isinstance(settings, dict)
    }


def shown(written: Book) -> dict[str, dict[str, Any]]:
    """Return the settings of its channels as they may be shown; raise BookError for those that cannot work."""
    return {name: shown_channel(settings, name) for name, settings in written.channel.items()}


def shown_channel(settings: dict[str, Any], name: str) -> dict[str, Any]:
    """Return the settings of a channel without their secrets; of what was not said nothing."""
    try:
        told = channels.read(settings, name).shown()
    except ConfigError as error:
        raise BookError(str(error)) from None
    return {key: value for key, value in told.items() if key in settings}


def _with_kept_secrets(made: Book, before: Book, shown_before: Shown) -> Book:
    """Whoever applies what a listing shows in the place of a secret means the secret that is there."""
    kept = {
        name: _kept(settings, before.channel.get(name, {}), shown_before.get(name, {}))
        for name, settings in made.channel.items()
    }
    return msgspec.structs.replace(made, channel=kept)


def _kept(settings: Mapping[str, Any], before: Mapping[str, Any], shown_before: Mapping[str, Any]) -> dict[str, Any]:
    found = dict(settings)
    for key, value in settings.items():
        known, was_shown = before.get(key), shown_before.get(key)
        if isinstance(value, dict) and isinstance(known, dict) and isinstance(was_shown, dict):
            found[key] = _kept(value, known, was_shown)
        elif known is not None and value == was_shown:
            found[key] = known
    return found

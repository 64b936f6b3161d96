# SPDX-License-Identifier: MIT
"""What a new book changes, entry by entry, as people read it before they say yes; and a book as the TOML it was written in. Pure.

Channels come in as they may be shown, without their secrets.
"""

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

import msgspec

from humeops.central.alerts.book import Book

Shown = Mapping[str, Mapping[str, Any]]
_BARE = re.compile(r"[A-Za-z0-9_-]+")


class Change(NamedTuple):
    """`+` is new, `-` is gone, `~` is otherwise now; the lines say how."""

    sign: str
    what: str
    lines: list[str]


def between(before: Book, shown_before: Shown, after: Book, shown_after: Shown) -> list[Change]:
    """Return what changes. A secret that is another one now is told as such, not shown."""
    old, new = _entries(before, shown_before), _entries(after, shown_after)
    changes = [Change("-", what, [f"- {line}" for line in lines]) for what, lines in old.items() if what not in new]
    for what, lines in new.items():
        if what not in old:
            changes.append(Change("+", what, [f"+ {line}" for line in lines]))
        elif lines != old[what]:
            gone, come = (
                [line for line in old[what] if line not in lines],
                [one for one in lines if one not in old[what]],
            )
            changes.append(Change("~", what, [*(f"- {one}" for one in gone), *(f"+ {one}" for one in come)]))
    changes += [
        Change("~", f"channel {name}", ["a secret is another one"])
        for name, settings in after.channel.items()
        if name in before.channel and shown_before[name] == shown_after[name] and before.channel[name] != settings
    ]
    if _order(before) != _order(after) and not changes:
        changes.append(Change("~", "order", [f"+ {' > '.join(_order(after))}"]))
    return changes


def toml_of(book: Book, shown: Shown) -> str:
    """Return the book as TOML that can be applied again; secrets stay those that central has."""
    parts = []
    if book.fallback:
        parts.append(f"fallback = {_value(book.fallback)}\n")
    told: dict[str, Any] = msgspec.to_builtins(book)
    for kind in ("rule", "route", "parent"):
        parts += [f"[[{kind}]]\n{_lines(one)}" for one in told.get(kind, ())]
    parts += [f"[channel.{_key(name)}]\n{_lines(settings)}" for name, settings in shown.items()]
    return "\n".join(parts)


def _entries(book: Book, shown: Shown) -> dict[str, list[str]]:
    told: dict[str, Any] = msgspec.to_builtins(book)
    found: dict[str, list[str]] = {}
    for one in told.get("rule", ()):
        found[f"rule {one['name']}"] = _told(one, but="name")
    for kind, by in (("route", "when"), ("parent", "when")):
        for one in told.get(kind, ()):
            title = f"{kind} {one.get(by) or 'everything'}"
            found[title if title not in found else f"{title} ({len(found)})"] = _told(one, but=by)
    for name, settings in shown.items():
        found[f"channel {name}"] = _told(settings)
    if book.fallback:
        found["fallback"] = [", ".join(book.fallback)]
    return found


def _order(book: Book) -> list[str]:
    return [rule.name for rule in book.rule] + [route.when for route in book.route]


def _told(settings: Mapping[str, Any], but: str = "") -> list[str]:
    return [f"{name} = {_value(value)}" for name, value in settings.items() if name != but]


def _lines(settings: Mapping[str, Any]) -> str:
    return "".join(f"{_key(name)} = {_value(value)}\n" for name, value in settings.items() if value is not None)


def _value(value: Any) -> str:
    if isinstance(value, Mapping):
        return f"{{ {', '.join(f'{_key(name)} = {_value(one)}' for name, one in value.items())} }}"
    if isinstance(value, str):
        # A string of JSON is one of TOML, but for one character that JSON leaves as it is.
        return json.dumps(value).replace("\x7f", "\\u007f")
    if isinstance(value, Iterable):
        return f"[{', '.join(map(_value, value))}]"
    return json.dumps(value)


def _key(name: str) -> str:
    return name if _BARE.fullmatch(name) else json.dumps(name)

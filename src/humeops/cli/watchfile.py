# SPDX-License-Identifier: MIT
"""Watches in a TOML file: read, and compared with what central has, before anything is changed.

One `[[watch]]` a task: `task`, `host` (a name, or a pattern; every host unless it is said), `tag`, and what is expected, by the names
of docs/guide/watches.md.
"""

import pathlib
from collections.abc import Iterable, Iterator
from typing import Any

from humeops.api.schemas import WatchView, WatchWish
from humeops.central.watches import merging
from humeops.cli import applying
from humeops.errors import ConfigError

_PLACE = ("host", "task", "tag")


def read(path: pathlib.Path) -> list[WatchWish]:
    """Return what the file wishes; raise ConfigError that names the watch and what is wrong with it."""
    found = applying.read(path)
    wrong = [name for name in found if name != "watch"]
    if wrong or not isinstance(found.get("watch", []), list):
        raise ConfigError(f"{path}: `{wrong[0] if wrong else 'watch'}`: only [[watch]] stands here")
    wishes = [_wish(path, number, one) for number, one in enumerate(found.get("watch", []), 1)]
    places = [(one.host, one.tag, one.task) for one in wishes]
    if twice := next((one for one in places if places.count(one) > 1), None):
        raise ConfigError(f"{path}: {twice[0]}:{twice[2]} is declared twice")
    return wishes


def _wish(path: pathlib.Path, number: int, told: Any) -> WatchWish:
    if not isinstance(told, dict) or not isinstance(told.get("task"), str):
        raise ConfigError(f"{path}: watch {number} names no `task`")
    for name in ("host", "tag"):
        if not isinstance(told.get(name, ""), str):
            raise ConfigError(f"{path}: watch {number}: `{name}` is no text")
    expect = {name: _text(value) for name, value in told.items() if name not in _PLACE}
    return WatchWish(told["task"], told.get("host", "*"), told.get("tag", ""), expect, path.name)


def _text(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{name} {_text(one)}" for name, one in value.items())
    return ", ".join(map(_text, value)) if isinstance(value, list) else str(value)


def _goes(view: WatchView, wish: WatchWish, name: str) -> bool:
    """Tell whether what is expected there is taken back by a wish that does not name it: files said it, or it is another schedule."""
    word = view.words.get(name)
    is_schedule = name in merging.SCHEDULE and any(wish.expect.get(one) for one in merging.SCHEDULE[:-1])
    return is_schedule or word is None or word.source == merging.FILE


def difference(wishes: Iterable[WatchWish], known: Iterable[WatchView]) -> Iterator[tuple[str, WatchWish, list[str]]]:
    """Yield (sign, wish, lines) of each wish that changes something: `+` it is new, `~` it is expected differently now."""
    there = {(one.host if one.fits is None else one.pattern, one.task): one for one in known}
    for wish in wishes:
        place = f"{wish.host} #{wish.tag}" if wish.tag else wish.host
        view = there.get((place, wish.task))
        before = view.expect if view else {}
        gone = {name for name in before if view and name not in wish.expect and _goes(view, wish, name)}
        lines = [
            f"- {name} = {text}" for name, text in before.items() if name in gone or wish.expect.get(name, text) != text
        ]
        lines += [f"+ {name} = {text}" for name, text in wish.expect.items() if before.get(name) != text]
        if view is None or lines:
            yield ("~" if view else "+"), wish, lines

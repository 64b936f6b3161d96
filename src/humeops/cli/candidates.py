# SPDX-License-Identifier: MIT
"""What may stand where the cursor is: tasks, hosts, tags and words of the filter language, for completion in shells.

Asked at every press of Tab, so it is quick or gives nothing: central has TIMEOUT_SECONDS, and what goes wrong is not told. Only plain
names are offered: what a host called a task must not become part of somebody's command line.
"""

import re
from collections.abc import Callable, Iterable, Iterator

from humeops.api import overviews, schemas
from humeops.cli import client
from humeops.filters import keys

TIMEOUT_SECONDS = 1.0
MOST = 200
_PLAIN = re.compile(r"[A-Za-z0-9_.@+-]+")

# Whose first word names a task; and of what their filters are, if they take any.
_NAMES_TASK = frozenset(
    ("status", "runs", "show", "wait", "check", "note", "about", "take", "badge", "data", "scripts")
)
_FILTERS: dict[str, keys.Resource] = {
    "status": "tasks",
    "runs": "runs",
    "events": "events",
    "tail": "events",
    "data": "data",
    "scripts": "scripts",
}
_KINDS = {
    "--host": "host",
    "--task": "task",
    "-t": "task",
    **dict.fromkeys(("--tag", "--untag", "--tags", "-T"), "tag"),
}
Find = Callable[[], client.Central]


def offer(verb: str, previous: str, word: str, find: Find, profiles: Callable[[], Iterable[str]]) -> list[str]:
    """Return what may stand in the place of `word`, which follows `previous`."""
    if previous in ("--central", "--profile"):
        return sorted(name for name in profiles() if name.startswith(word))
    kind = _KINDS.get(previous)
    if kind is not None:
        return sorted(set(_named(kind, word, find)))[:MOST]
    if previous.startswith("--") and (named := keys.KEYS.get(previous[2:])) and _FILTERS.get(verb) in named.of:
        return [one for one in named.words if one.startswith(word)]
    if previous.startswith("-") and previous != "--" and not previous.startswith("-o"):
        return []
    found = [*_filter_words(verb, word, find)]
    key, colon, _ = word.partition(":")
    if verb in _NAMES_TASK and not (colon and key in keys.KEYS):
        found += _tasks_and_hosts(word, find)
    return sorted(set(found))[:MOST]


def _filter_words(verb: str, word: str, find: Find) -> Iterator[str]:
    resource = _FILTERS.get(verb)
    if resource is None:
        return
    known = {name: key for name, key in keys.KEYS.items() if resource in key.of}
    name, colon, begun = word.partition(":")
    if not colon:
        yield from (f"{key}:" for key in known if word and key.startswith(word))
    elif name in known and known[name].words:
        yield from (f"{name}:{one}" for one in known[name].words if one.startswith(begun))
    elif name in ("host", "task", "tag"):
        yield from (f"{name}:{one}" for one in _named(name, begun, find))


def _tasks_and_hosts(word: str, find: Find) -> Iterator[str]:
    host, colon, begun = word.partition(":")
    if colon:
        yield from (f"{host}:{task}" for task in _named("task", begun, find, host))
        return
    yield from _named("task", word, find)
    yield from (f"{name}:" for name in _named("host", word, find))


def _named(kind: str, begun: str, find: Find, host: str = "") -> Iterator[str]:
    """Yield the names of hosts, tasks or tags that begin so."""
    if (begun and not _PLAIN.fullmatch(begun)) or (host and not _PLAIN.fullmatch(host)):
        return
    names: Iterable[str]
    if kind == "host":
        found = find().items("hosts", overviews.HostPage, {"q": f"host:{begun}*"}, MOST)
        names = (one.host for one in found)
    else:
        params = {"host": host or None, kind: f"{begun}*"}
        tasks = find().items("tasks", schemas.TaskPage, params, MOST)
        names = (name for one in tasks for name in ([one.task] if kind == "task" else one.tags))
    yield from (name for name in names if name.startswith(begun) and _PLAIN.fullmatch(name))

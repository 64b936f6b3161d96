# SPDX-License-Identifier: MIT
"""From what a person types in the search box to what the store is asked, and from a name back to what one would type. Pure."""

import re

import msgspec

from humeops.api import parameters
from humeops.central.store.questions import data, events, hosts, scripts, tasks
from humeops.clock import NS_PER_SECOND
from humeops.filters import printing
from humeops.filters.tree import Match, Node, Value, all_of


class Search(msgspec.Struct, forbid_unknown_fields=True):
    """What a page with a list is asked: a filter, and where the page before it ended."""

    q: parameters.Filter = ""
    after: str | None = None


# What may turn the meaning of a condition that stands in a filter.
_INDIRECT = re.compile(r'["()]|\b(or|not)\b', re.IGNORECASE)
QUIET_NS = 10 * 60 * NS_PER_SECOND


def tasks_filter(text: str, now_ns: int) -> tasks.Filter:
    """Return which tasks are meant; FilterError names the word that is wrong, also for the next four."""
    return tasks.Filter(also=parameters.filter_of(text, "tasks", now_ns))


def events_filter(text: str, now_ns: int) -> events.Filter:
    """Return which events are meant."""
    return events.Filter(also=parameters.filter_of(text, "events", now_ns))


def data_filter(text: str, now_ns: int) -> data.Filter:
    """Return which data are meant."""
    return data.Filter(also=parameters.filter_of(text, "data", now_ns))


def hosts_filter(text: str, now_ns: int) -> hosts.Filter:
    """Return which hosts are meant."""
    return hosts.Filter(parameters.filter_of(text, "hosts", now_ns))


def scripts_filter(text: str, now_ns: int) -> scripts.Filter:
    """Return which scripts are meant."""
    return scripts.Filter(also=parameters.filter_of(text, "scripts", now_ns))


def exactly(host: str, task: str) -> Node:
    """Return the filter for this very task, whatever stands in its name."""
    return all_of([_very("host", host), _very("task", task)])


def spell(**named: str) -> str:
    """Return the filter for these very names: `spell(host="db1", task="a b")` is `host:db1 task:"a b"`."""
    return printing.text_of(all_of(_very(key, name) for key, name in named.items() if name))


def narrowed(text: str, more: str) -> str:
    """Return the filter for what both of these hold for."""
    if f" {more} " in f" {text} " and not _INDIRECT.search(text):
        return text
    if re.search(r"\bor\b", text, re.IGNORECASE):  # all else binds as tightly as what follows
        return f"({text}) {more}"
    return f"{text} {more}".strip()


def _very(key: str, name: str) -> Match:
    return Match(key, ":", (Value(name),))

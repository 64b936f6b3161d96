# SPDX-License-Identifier: MIT
"""Reads what people wrote of alerts: whole, with every fault named, or not at all. Pure."""

import functools
import typing
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import msgspec

from humeops import moments, spans
from humeops.central.alerts.book import (
    MOST,
    SETUP,
    STATES_OF,
    Book,
    BookError,
    Fault,
    FindingKind,
    Group,
    Of,
    Parent,
    Route,
    Rule,
    parse,
    read_windows,
    span_ns,
)
from humeops.filters import facts, tree
from humeops.filters.tree import All, FilterError, Match, Node, Not

# What msgspec does not say of a word that is none of those that may stand there.
_CHOICES = {"of": typing.get_args(Of), "group": typing.get_args(Group), "findings": typing.get_args(FindingKind)}


def read(told: Any) -> Book:
    """Return what this says (objects as JSON or TOML have them); raise BookError with all that is wrong."""
    faults = [fault for name in _PARTS for fault in _faults_of_parts(told, name)]
    try:
        book = msgspec.convert(told, Book)
    except msgspec.ValidationError as error:
        raise BookError(*dict.fromkeys([*faults, *_faults_of_rest(told), _fault_of_form(error)])) from None
    faults += _faults_of_names(book)
    if faults:
        raise BookError(*dict.fromkeys(faults))
    return book


def _faults_of_parts(told: Any, name: str) -> Iterable[Fault]:
    """Return what is wrong with each rule, route or parent by itself."""
    kind, checks = _PARTS[name]
    given = told.get(name) if isinstance(told, Mapping) else None
    for number, one in enumerate(given if isinstance(given, list) else ()):
        place = f"{name}[{number}]"
        try:
            made = msgspec.convert(one, kind)
        except msgspec.ValidationError as error:
            yield _fault_of_form(error, place)
            continue
        where = f"{name} {number + 1}{f' ({made.name})' if isinstance(made, Rule) else ''}"
        for check in checks(made):
            yield from _checked(where, place, check)


def _faults_of_rest(told: Any) -> Iterable[Fault]:
    """Return what is wrong with the form of the file beside its parts."""
    if isinstance(told, Mapping):
        try:
            msgspec.convert(
                {name: [] if name in _PARTS and isinstance(one, list) else one for name, one in told.items()}, Book
            )
        except msgspec.ValidationError as error:
            yield _fault_of_form(error)


def _fault_of_form(error: msgspec.ValidationError, within: str = "") -> Fault:
    what, _, where = str(error).partition(" - at `$")
    place = f"{within}{where.rstrip('`')}".lstrip(".")
    setting = place.rpartition(".")[2].partition("[")[0]
    if what.startswith("Invalid enum value") and setting in _CHOICES:
        what = f"{what.removeprefix('Invalid enum value ')[:60]} is none of {', '.join(_CHOICES[setting])}"
    return Fault(place, f"`{place or 'the file'}`: {what}")


def _checked(where: str, place: str, check: Callable[[], object]) -> Iterable[Fault]:
    try:
        check()
    except (ValueError, FilterError) as error:
        # A filter's fault stands in `when`; another one names its setting.
        setting = str(error)[1:].partition("`")[0] if str(error).startswith("`") else "when"
        yield Fault(f"{place}.{setting}", f"{where}: {error}")


def _checks_of_rule(rule: Rule) -> Iterable[Callable[[], object]]:
    yield functools.partial(parse, rule.when)
    for name, text in (("after", rule.after), ("wait", rule.wait)):
        yield functools.partial(_span, name, text)
    for step in rule.escalate:
        yield functools.partial(_span, "escalate.after", step.after)
    yield functools.partial(_check_repeat, rule)
    yield functools.partial(_check_findings, rule)
    yield functools.partial(_check_states, rule)


def _check_repeat(rule: Rule) -> None:
    _span("repeat", rule.repeat)
    if 0 < span_ns(rule.repeat) < spans.MINUTE:
        raise ValueError("`repeat`: at least 1m; an empty one repeats nothing")


def _check_findings(rule: Rule) -> None:
    if rule.findings and rule.of != "findings":
        raise ValueError('`findings`: say `of = "findings"` as well, or leave them out')


def _check_states(rule: Rule) -> None:
    if not any(_may_hold(parse(rule.when), state) for state in STATES_OF[rule.of]):
        raise ValueError(f"`when`: it never fits; a rule of {rule.of} sees the states {', '.join(STATES_OF[rule.of])}")


def _may_hold(node: Node, state: str, is_wanted: bool = True) -> bool:
    """Tell whether the filter can come out as wanted for something in this state."""
    if isinstance(node, Not):
        return _may_hold(node.node, state, not is_wanted)
    if isinstance(node, All | tree.Any):
        needs_all = isinstance(node, All) == is_wanted
        return (all if needs_all else any)(_may_hold(part, state, is_wanted) for part in node.nodes)
    return not (isinstance(node, Match) and node.key == "state") or (state in facts.states(node)) == is_wanted


def _checks_of_route(route: Route) -> Iterable[Callable[[], object]]:
    yield functools.partial(parse, route.when)
    yield functools.partial(_check_windows, "time", route.time)
    yield functools.partial(_check_windows, "quiet", route.quiet)
    yield functools.partial(_check_zone, route.tz)


def _check_windows(name: str, told: Sequence[str] | str) -> None:
    try:
        read_windows(told)
    except ValueError as error:
        raise ValueError(f"`{name}`: {error}") from None


def _check_zone(tz: str) -> None:
    try:
        moments.zone_of(tz or "UTC")
    except ValueError as error:
        raise ValueError(f"`tz`: {error}") from None


def _checks_of_parent(parent: Parent) -> Iterable[Callable[[], object]]:
    yield functools.partial(parse, parent.when)
    yield functools.partial(_check_place, parent)


def _check_place(parent: Parent) -> None:
    host, task = parent.place
    if not host or (":" in parent.on and not task):
        raise ValueError(f"`on`: {parent.on[:60]!a}: it is written HOST:TASK, or HOST alone")
    if any(sign in parent.on for sign in "*?"):
        raise ValueError(f"`on`: {parent.on[:60]!a}: it names one task or host, and takes no * and ?")


def _span(name: str, text: str) -> None:
    try:
        span_ns(text)
    except ValueError as error:
        raise ValueError(f"`{name}`: {error}") from None


_PARTS: Mapping[str, tuple[type[Rule | Route | Parent], Callable[[Any], Iterable[Callable[[], object]]]]] = {
    "rule": (Rule, _checks_of_rule),
    "route": (Route, _checks_of_route),
    "parent": (Parent, _checks_of_parent),
}


def _faults_of_names(book: Book) -> Iterable[Fault]:
    names = [rule.name for rule in book.rule]
    for number, name in enumerate(names):
        if name in names[:number]:
            yield Fault(f"rule[{number}].name", f"rule {name}: the name is there twice")
    if len(book.channel) > MOST:
        yield Fault("channel", f"`channel`: more than {MOST} of them")
    if SETUP in book.channel:
        what = f"channel {SETUP}: this name is that of the address given at set-up; choose another"
        yield Fault(f"channel.{SETUP}", what)
    known = {*book.channel, SETUP}
    for where, place, name in _named(book):
        if name not in known:
            what = f"{where}: there is no channel {name[:64]!a}; there are {', '.join(sorted(known))}"
            yield Fault(place, what)


def _named(book: Book) -> Iterable[tuple[str, str, str]]:
    """Return each channel that is named: by what, at which place."""
    for number, route in enumerate(book.route):
        yield from ((f"route {number + 1}", f"route[{number}].to", name) for name in route.to)
    for number, rule in enumerate(book.rule):
        for step in rule.escalate:
            yield from ((f"rule {rule.name}", f"rule[{number}].escalate", name) for name in step.to)
    yield from (("`fallback`", "fallback", name) for name in book.fallback)

# SPDX-License-Identifier: MIT
"""What is unusual about one run, compared with the last good runs of its task: each finding with one sentence. Pure.

A finding is no state: a run can be well and slow. What is far from the usual is `usual`'s to say; here stand the questions
that are asked of a run, in the order in which they are told, and the only place where findings are worded.
"""

import typing
from collections.abc import Iterable, Mapping, Sequence
from typing import Literal, NamedTuple

from humeops import amounts, spans
from humeops.central import timeline, usual
from humeops.central.fold import Summary
from humeops.central.usual import FLOOR_NS, Past, Place
from humeops.central.watches.expectation import Limit
from humeops.event import Value

Kind = Literal["slow_run", "short_run", "slow_stretch", "missing_flag", "odd_data", "limit", "too_many"]
KINDS: tuple[Kind, ...] = typing.get_args(Kind)
_MAX_SUBJECT = 80


class Finding(NamedTuple):
    """Something unusual. `value` and `usual` are ns for times; of a missing flag `usual` is in how many runs it came."""

    kind: Kind
    subject: str  # the flag that a stretch leads to, or that is missing; the key of a number; empty for the whole run
    value: float | None
    usual: float
    sentence: str


class Number(NamedTuple):
    """A number that a run told of itself."""

    key: str
    value: float
    unit: str


class Course(NamedTuple):
    """A stretch of the run beside what is usual for it."""

    stretch: timeline.Stretch
    toward: str  # of one that did not get there: the flag it usually leads to
    usual: int | None
    is_unusual: bool


class Comparison(NamedTuple):
    """A run beside the good runs: how many there are, how long they took, its way, its numbers' usual, what is unusual."""

    runs: int
    duration: int | None
    way: list[Course]
    data: dict[str, float]
    findings: list[Finding]


class Declared(NamedTuple):
    """What is expected of the task's runs: limits of its numbers, so many runs a day; and which run of its day this is.

    `others`: what came under the name of a limit and is no number.
    """

    limits: Sequence[Limit] = ()
    at_most: int = 0
    place: int = 0
    others: Mapping[str, Value] = {}


def against(declared: Declared, summary: Summary, data: Sequence[Number], past: Past) -> list[Finding]:
    """Compare a run that has ended with what is expected of it."""
    known = {number.key: number for number in data}
    found = []
    for limit in declared.limits if summary.state in ("ok", "warning") else ():
        number, usual_value = known.get(limit.key), past.datum(limit.key).median
        if limit.key in declared.others:
            sentence = f"{_short(limit.key)} is {_told(declared.others[limit.key])}; a number is expected, {limit.text}"
            found.append(Finding("limit", limit.key, None, limit.number, sentence))
        elif number is None:
            sentence = f"{_short(limit.key)} did not come, expected {limit.text}"
            found.append(Finding("limit", limit.key, None, limit.number, sentence))
        elif not limit.holds(number.value, usual_value):
            found.append(_beyond(limit, number, usual_value))
    if declared.at_most and declared.place > declared.at_most:
        sentence = f"run {declared.place} of its day, at most {declared.at_most} are expected"
        found.append(Finding("too_many", "", declared.place, declared.at_most, sentence))
    return found


def _told(value: Value) -> str:
    return f'the text "{_short(value)}"' if isinstance(value, str) else str(value).lower()


def _beyond(limit: Limit, number: Number, usual_value: float | None) -> Finding:
    value = amounts.amount(number.value, number.unit)
    if limit.sign != "within" or usual_value is None:
        return Finding(
            "limit", limit.key, number.value, limit.number, f"{_short(limit.key)} is {value}, expected {limit.text}"
        )
    often = amounts.amount(usual_value, number.unit)
    sentence = f"{_short(limit.key)} is {value}, expected within {limit.number:g} % of the usual {often}"
    return Finding("limit", limit.key, number.value, usual_value, sentence)


def compare(
    summary: Summary, way: Sequence[timeline.Stretch], data: Sequence[Number], past: Past, now_ns: int
) -> Comparison:
    """Compare a run, as it is now, with the good runs of its task."""
    courses = _courses(summary, way, past)
    found = [
        *_of_duration(summary, past, now_ns),
        *(finding for course in courses if len(way) > 1 and (finding := _of_stretch(course))),
        *_of_flags(summary, way, past),
        *_of_data(data, past),
    ]
    medians = {number.key: past.datum(number.key).median for number in data}
    known = {key: median for key, median in medians.items() if median is not None}
    return Comparison(len(past.runs), _whole(past.duration.median), courses, known, found)


def _courses(summary: Summary, way: Sequence[timeline.Stretch], past: Past) -> list[Course]:
    marks = usual.places(way)
    return [
        _course(stretch, previous, _goal(summary, stretch, previous, place, past), past)
        for stretch, previous, place in zip(way, [None, *marks], marks, strict=False)
    ]


def _goal(summary: Summary, stretch: timeline.Stretch, previous: Place | None, place: Place, past: Past) -> Place:
    """Return where the stretch leads, or would have led: the last one of a run that did not get through may be on its way."""
    if stretch.is_last and summary.state in ("running", "failed", "lost"):
        return past.next_after(previous) or place
    return place


def _course(stretch: timeline.Stretch, previous: Place | None, goal: Place, past: Past) -> Course:
    sample = past.stretch(previous, goal)
    toward = goal[0] if stretch.is_last else ""
    return Course(stretch, toward, _whole(sample.median), sample.is_far_above(stretch.lasts, FLOOR_NS))


def _of_duration(summary: Summary, past: Past, now_ns: int) -> Iterable[Finding]:
    lasts = summary.duration if summary.duration is not None else now_ns - summary.begin.time
    median = past.duration.median
    if median is None:
        return
    if past.duration.is_far_above(lasts, FLOOR_NS):
        took = "took" if summary.end else "has been running for"
        yield Finding("slow_run", "", lasts, median, f"{took} {spans.span(lasts)}, usually {spans.span(round(median))}")
    elif summary.state in ("ok", "warning") and past.duration.is_far_below(lasts, FLOOR_NS):
        sentence = f"took only {spans.span(lasts)}, usually {spans.span(round(median))}"
        yield Finding("short_run", "", lasts, median, sentence)


def _of_stretch(course: Course) -> Finding | None:
    if not course.is_unusual or course.usual is None:
        return None
    stretch = course.stretch
    subject = course.toward if stretch.is_last else stretch.name
    way = f"the way to {_short(subject)}" if subject else "the way to the end"
    took = "takes" if stretch.open else "took"
    times = f"{spans.span(stretch.lasts)}{' already' if stretch.open else ''}, usually {spans.span(course.usual)}"
    return Finding("slow_stretch", subject, stretch.lasts, course.usual, f"{way} {took} {times}")


def _of_flags(summary: Summary, way: Sequence[timeline.Stretch], past: Past) -> Iterable[Finding]:
    if summary.end is None:
        return
    came = {stretch.name for stretch in way if not stretch.is_last}
    for name, count in past.usual_flags().items():
        if name not in came:
            often = f"it came in {count} of the last {len(past.runs)} good runs"
            yield Finding("missing_flag", name, None, count, f"flag {_short(name)} did not come; {often}")


def _of_data(data: Iterable[Number], past: Past) -> Iterable[Finding]:
    for number in data:
        sample = past.datum(number.key)
        median = sample.median
        if median is not None and (sample.is_far_above(number.value) or sample.is_far_below(number.value)):
            value, often = (amounts.amount(one, number.unit) for one in (number.value, median))
            sentence = f"{_short(number.key)} is {value}, usually {often}"
            yield Finding("odd_data", number.key, number.value, median, sentence)


def _whole(number: float | None) -> int | None:
    return None if number is None else round(number)


def _short(name: str) -> str:
    return name if len(name) <= _MAX_SUBJECT else name[: _MAX_SUBJECT - 1] + "…"

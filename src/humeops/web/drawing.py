# SPDX-License-Identifier: MIT
"""The geometry of a run's timeline: stretches to scale, dots for what was said, runs started within it, another or the usual run beside it. Pure.

Drawn on the server as SVG: it is there without JavaScript, follows light and dark by the style sheet, is read out by a screen
reader, and a run has at most a thousand stretches. A canvas would be for hundreds of thousands of bars.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from humeops import spans
from humeops.api.schemas import EventView, RunDetail, RunView
from humeops.web import words

WIDTH = 820
_LEFT = 4
_RIGHT = 70  # room for what became of it, behind the last stretch
_GAP = 2
_LETTER = 7  # about the width of a letter
_MOST_DOTS = 400
_MOST_NESTED = 12  # more hide what they lie within; the list below has them all


class Box(NamedTuple):
    """One stretch."""

    x: float
    width: float
    kind: str  # for the style sheet
    label: str  # empty where it would not fit
    title: str


class Dot(NamedTuple):
    """Something that was said."""

    x: float
    kind: str
    title: str


class Tick(NamedTuple):
    """A mark on the scale."""

    x: float
    label: str
    anchor: str


class Lane(NamedTuple):
    """One run's stretches, and where they end."""

    name: str
    boxes: list[Box]
    end: float
    end_label: str
    end_kind: str


class Nested(NamedTuple):
    """A run that was started within this one: its bar, and where its name stands beside it."""

    box: Box
    name_at: float
    anchor: str


class Picture(NamedTuple):
    """All of it; x runs from 0 to WIDTH."""

    lanes: list[Lane]
    dots: list[Dot]
    ticks: list[Tick]
    nested: list[Nested]
    width: int = WIDTH


def draw(detail: RunDetail, beside: RunDetail | None, usual_way: Sequence[tuple[str, float]]) -> Picture | None:
    """Return the picture of a run beside another one, or beside the usual way; None where there is nothing to draw."""
    own = _length(detail)
    other = _length(beside) if beside else round(sum(lasts for _, lasts in usual_way))
    longest = max(own, other, *(ends for _, ends in _spans_within(detail)))
    if longest <= 0:
        return None
    scale = (WIDTH - _LEFT - _RIGHT) / longest
    lanes = [_lane("this run" if beside is None else f"this run, {detail.run.short}", detail, scale)]
    if beside is not None:
        lanes.append(_lane(f"run {beside.run.short}", beside, scale))
    elif usual_way:
        count = detail.usual.runs if detail.usual else 0
        lanes.append(_usual_lane(f"usual run, median of the last {count}", usual_way, scale))
    return Picture(lanes, list(_dots(detail.events, scale)), list(_ticks(longest, scale)), _nested(detail, scale))


def _length(detail: RunDetail) -> int:
    return max((stretch.begins + stretch.lasts for stretch in detail.stretches), default=0)


def _lane(name: str, detail: RunDetail, scale: float) -> Lane:
    boxes = []
    for stretch in detail.stretches:
        is_end = stretch is detail.stretches[-1]
        bad = is_end and detail.run.state not in ("ok", "running")
        kind = detail.run.state if bad or stretch.open else "odd" if stretch.unusual else ""
        usual = f", usually {words.span(stretch.usual)}" if stretch.usual is not None else ""
        title = f"{stretch.name}: {words.span(stretch.lasts)}{' so far' if stretch.open else ''}{usual}"
        label = "" if bad else stretch.toward if stretch.open else stretch.name
        boxes.append(_box(stretch.begins, stretch.lasts, scale, kind, label, title))
    end = boxes[-1].x + boxes[-1].width if boxes else _LEFT
    return Lane(name, boxes, end, _end_label(detail), detail.run.state)


def _usual_lane(name: str, way: Sequence[tuple[str, float]], scale: float) -> Lane:
    boxes, here = [], 0.0
    for flag, lasts in way:
        label = flag or "end"
        boxes.append(_box(here, lasts, scale, "usual", label, f"{label}: usually {words.span(round(lasts))}"))
        here += lasts
    return Lane(name, boxes, boxes[-1].x + boxes[-1].width, "", "")


def _box(begins: float, lasts: float, scale: float, kind: str, label: str, title: str) -> Box:
    width = max(1.5, lasts * scale - _GAP)
    fits = len(label) * _LETTER + 12 <= width
    return Box(round(_LEFT + begins * scale, 1), round(width, 1), kind, label if fits else "", title)


def _spans_within(detail: RunDetail) -> list[tuple[int, int]]:
    """Return from when to when each run that was started within this one went, by the wall clocks of their hosts."""
    begins = [max(0, child.started_at - detail.run.started_at) for child in detail.children]
    now = _length(detail)
    return [(at, at + _lasted(child, now - at)) for at, child in zip(begins, detail.children, strict=True)]


def _lasted(child: RunView, so_far: int) -> int:
    if child.state == "running":
        return max(0, so_far)
    # Of a lost one only its last word is known.
    ended = child.ended_at or child.last_event_at or child.started_at
    return child.duration if child.duration is not None else max(0, ended - child.started_at)


def _nested(detail: RunDetail, scale: float) -> list[Nested]:
    spans_within = zip(detail.children, _spans_within(detail), strict=True)
    first = sorted(spans_within, key=lambda one: (one[1], one[0].id))[:_MOST_NESTED]
    return [_within(detail.run.host, child, begins, ends, scale) for child, (begins, ends) in first]


def _within(host: str, child: RunView, begins: int, ends: int, scale: float) -> Nested:
    name = child.task if child.host == host else f"{child.host}:{child.task}"
    took = "" if child.state == "running" else f", {words.span(ends - begins)}"
    kind = "" if child.state == "ok" else child.state
    box = _box(begins, ends - begins, scale, kind, "", f"{name}: {child.state}{took}")
    after, before, length = box.x + box.width + 6, box.x - 6, len(name) * _LETTER
    if after + length <= WIDTH:
        return Nested(box._replace(label=name), after, "start")
    return Nested(box._replace(label=name if before >= length else ""), before, "end")


def _end_label(detail: RunDetail) -> str:
    run = detail.run
    if run.state == "failed" and run.status is not None:
        return f"exit {run.status}"
    return "" if run.state in ("ok", "running") else run.state


def _dots(events: Iterable[EventView], scale: float) -> Iterable[Dot]:
    said = [event for event in events if event.kind == "log" and event.at is not None]
    # Of very many, those that matter.
    if len(said) > _MOST_DOTS:
        said = [event for event in said if event.level in words.SERIOUS][-_MOST_DOTS:]
    for event in said:
        yield Dot(round(_LEFT + max(0, event.at or 0) * scale, 1), event.level, f"{event.level}: {event.message[:120]}")


def _ticks(longest: int, scale: float) -> Iterable[Tick]:
    step = _step(longest)
    for number in range(longest // step + 1):
        x = round(_LEFT + number * step * scale, 1)
        yield Tick(x, words.span(number * step) if number else "0", "middle" if number else "start")


def _step(longest: int) -> int:
    """Return a round step of which four to eight fit."""
    steps = [
        unit * count
        for unit, counts in (
            (1_000_000, (1, 2, 5, 10, 20, 50, 100, 200, 500)),
            (spans.SECOND, (1, 2, 5, 10, 15, 30)),
            (spans.MINUTE, (1, 2, 5, 10, 15, 30)),
            (spans.HOUR, (1, 2, 3, 6, 12)),
            (spans.DAY, (1, 2, 5, 10, 30, 100, 365)),
        )
        for count in counts
    ]
    return next((step for step in steps if longest / step <= 7), max(steps[-1], longest // 5))

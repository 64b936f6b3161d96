# SPDX-License-Identifier: MIT
"""The board of `hume status`: a heading for each host, one line for each task, one grid for all of them. Pure.

A line reads: shape and word of the state, task, when, how long it took, and the sentence that says what is wrong. The
columns are as wide as the widest of all hosts, so that the eye runs down; the sentence takes what is left.
"""

import collections
import textwrap
import typing
from collections.abc import Iterable, Iterator, Mapping, Sequence

from humeops import moments, spans, visible
from humeops.api.schemas import TaskView
from humeops.cli import looks
from humeops.cli.terminal import Terminal

FIRST_STEPS = (
    "No task yet. Three lines in a script are enough:",
    "",
    "  hume start backup",
    '  hume info "what is worth knowing"     # also: ok, warn, error, flag, set',
    "  hume stop $?",
)
_BADGE = looks.WORD_COLUMNS + 2
_MARGIN = "  "
_GAP = "  "
_LEAST_SENTENCE = 27  # the sentence is what people came for: long names give way to it
_LEAST_TASK = 12
_SENTENCE_LINES = 3


class _Line(typing.NamedTuple):
    view: TaskView
    task: str
    when: str
    took: str
    sentence: str


def in_order(tasks: Iterable[TaskView]) -> list[TaskView]:
    """Return the tasks by host, troubles first within a host, then by name."""
    return sorted(tasks, key=lambda view: (view.host, looks.rank(view.state), view.task))


def draw(
    terminal: Terminal, tasks: Sequence[TaskView], now_ns: int, notes: Mapping[str, str] | None = None
) -> Iterator[str]:
    """Yield the lines of the board for tasks that are in order; `notes` are said of hosts, under their names."""
    left = dict(notes or {})
    if tasks:
        yield from _draw_tasks(terminal, tasks, now_ns, left)
    for number, host in enumerate(sorted(left)):
        if tasks or number:
            yield ""
        yield from _heading(terminal, host, left[host])


def _draw_tasks(terminal: Terminal, tasks: Sequence[TaskView], now_ns: int, notes: dict[str, str]) -> Iterator[str]:
    lines = [_compose(terminal, view, now_ns) for view in tasks]
    task, when, took = (max(map(visible.width, column)) for column in zip(*(line[1:4] for line in lines), strict=True))
    if took and len(_MARGIN) + _BADGE + len(_GAP) * 3 + _LEAST_TASK + when + took > terminal.width:
        lines, took = [line._replace(took="") for line in lines], 0  # a narrow terminal: whole columns go, not letters
    fixed = len(_MARGIN) + _BADGE + len(_GAP) * (4 if took else 3) + when + took
    sentence = min(max(visible.width(line.sentence) for line in lines), _LEAST_SENTENCE)
    task = min(task, max(_LEAST_TASK, terminal.width - fixed - sentence))
    host = None
    for line in lines:
        if line.view.host != host:
            if host is not None:
                yield ""
            host = line.view.host
            yield from _heading(terminal, host, notes.pop(host, ""))
        yield from _rows(terminal, line, (task, when, took))


def summary(terminal: Terminal, tasks: Sequence[TaskView]) -> str:
    """Return how many there are of each state, troubles first: `1 failed, 2 running, 143 ok`."""
    counts = collections.Counter(view.state for view in tasks)
    ordered = sorted(counts, key=lambda state: [*looks.STATES, state].index(state))
    hosts = len({view.host for view in tasks})
    text = ", ".join(f"{counts[state]} {terminal.text(state)}" for state in ordered)
    return f"{text} on {hosts} hosts" if hosts > 1 else text


def _heading(terminal: Terminal, host: str, note: str) -> Iterator[str]:
    yield terminal.paint(terminal.cut(terminal.text(host), terminal.width), "bold")
    if note:
        shape = "▲" if terminal.unicode else "!"
        text = terminal.cut(f"{_MARGIN}{shape} {terminal.text(note)}", terminal.width)
        yield terminal.paint(text, looks.look_of("warning").style)


def _compose(terminal: Terminal, view: TaskView, now_ns: int) -> _Line:
    last = view.last_run
    if view.state == "running":
        begun = last.started_at if last is not None and last.state == "running" else view.since
        when, took = f"since {spans.rough(now_ns - begun)}", ""
    else:
        ended = last.ended_at if last is not None else None
        when = moments.ago(ended or view.last_event_at, now_ns)
        took = spans.span(last.duration) if last is not None and last.duration is not None else ""
    return _Line(view, terminal.text(view.task), when, took, terminal.text(_sentence(view) or _next(view, now_ns)))


def _next(view: TaskView, now_ns: int) -> str:
    """Return when it is expected again, of a task of which there is nothing else to say."""
    if view.expected_at is None or view.expected_at <= now_ns:
        return ""
    return f"next {moments.ahead(view.expected_at, now_ns)}"


def _sentence(view: TaskView) -> str:
    notice = f"its declaration is not taken: {view.notice}" if view.notice else ""
    taken = f"taken by {view.taken.by}" if view.taken else ""
    return "; ".join(part for part in (_trouble(view), taken, notice) if part)


def _trouble(view: TaskView) -> str:
    if view.running > 1:
        several = f"{view.running} runs at once"
        return f"{view.reason}; {several}" if view.reason else several
    if view.reason or view.state != "running" or view.last_run is None:
        return view.reason
    return f"after {view.last_run.last_flag}" if view.last_run.last_flag else view.last_run.message


def _rows(terminal: Terminal, line: _Line, widths: tuple[int, int, int]) -> Iterator[str]:
    """Yield the line of a task; the sentence of a trouble goes on below itself rather than being lost."""
    task, when, took = widths
    name = terminal.cut(line.task, task)
    columns = [(name, task, ""), (line.when, when, "dim"), *([(line.took, took, "dim")] if took else [])]
    lead = _MARGIN + looks.badge(terminal, line.view.state, _BADGE)
    for text, column, style in columns:
        lead += _GAP + terminal.paint(text, style) + " " * (column - visible.width(text))
    used = len(_MARGIN) + _BADGE + sum(len(_GAP) + column for _, column, _ in columns) + len(_GAP)
    troubled = bool(looks.look_of(line.view.state).check) or bool(line.view.notice)
    room = terminal.width - used
    if line.sentence and room < min(_LEAST_SENTENCE, visible.width(line.sentence)):
        # A narrow terminal: the sentence has a line of its own, under the name.
        yield lead.rstrip()
        lead, used = "", len(_MARGIN) + _BADGE + len(_GAP)
        room = terminal.width - used
    first, *more = _in_lines(terminal, line.sentence, room, _SENTENCE_LINES if troubled else 1)
    yield f"{lead}{_GAP}{first}".rstrip() if lead else " " * used + first
    for text in more:
        yield " " * used + text


def _in_lines(terminal: Terminal, sentence: str, room: int, most: int) -> list[str]:
    if most == 1 or visible.width(sentence) <= room:
        return [terminal.cut(sentence, max(room, 0))]
    lines = textwrap.wrap(sentence, room, break_on_hyphens=False)
    if len(lines) > most:
        lines = [*lines[: most - 1], " ".join(lines[most - 1 :])]
    return [terminal.cut(text, room) for text in lines]

# SPDX-License-Identifier: MIT
"""The last runs of a task as a line of small bars: the higher, the longer it took; a run that was not well has its shape.

Read from left to right as time goes. Without colours, the shapes still tell; without UTF-8, digits stand for heights. Pure.
"""

import collections
from collections.abc import Iterator, Sequence

from humeops import spans, visible
from humeops.api.schemas import RunView
from humeops.cli import looks, page
from humeops.cli.terminal import Terminal

_HEIGHTS = "▁▂▃▄▅▆▇█"
_MOST_RUNS = 40
_MOST_TASKS = 5


def lines(terminal: Terminal, runs: Sequence[RunView]) -> Iterator[str]:
    """Yield a line for each task among these runs (newest first, as lists have them), of a few tasks at the most."""
    tasks: dict[tuple[str, str], list[RunView]] = collections.defaultdict(list)
    for run in runs:
        tasks[run.host, run.task].append(run)
    if len(tasks) > _MOST_TASKS:
        return
    names = {name: terminal.cut(terminal.text(":".join(name)), page.width(terminal) // 2) for name in tasks}
    column = max(map(visible.width, names.values()), default=0)
    for name, of_task in tasks.items():
        if len(of_task) > 1:
            pad = " " * (column - visible.width(names[name]))
            yield f"{terminal.paint(names[name], 'bold')}{pad}  {_bars(terminal, of_task, column)}"


def _bars(terminal: Terminal, runs: Sequence[RunView], taken: int) -> str:
    room = max(8, page.width(terminal) - taken - 30)
    shown = list(reversed(runs[: min(_MOST_RUNS, room)]))
    times = [run.duration for run in shown if run.duration is not None]
    if not times:
        return "".join(_bar(terminal, run, 1) for run in shown)
    drawn = "".join(_bar(terminal, run, max(times)) for run in shown)
    return f"{drawn}  {terminal.paint(f'{spans.span(min(times))} to {spans.span(max(times))}', 'dim')}"


def _bar(terminal: Terminal, run: RunView, longest: int) -> str:
    look = looks.look_of(run.state)
    if run.state != "ok" or run.duration is None:
        return terminal.paint(look.shape if terminal.unicode else look.plain, look.style)
    height = min(len(_HEIGHTS) - 1, run.duration * len(_HEIGHTS) // max(1, longest))
    return terminal.paint(_HEIGHTS[height] if terminal.unicode else str(height + 1), look.style)

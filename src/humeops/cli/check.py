# SPDX-License-Identifier: MIT
"""`hume check TASK`: one task as a plugin of a monitoring system tells it: one line, numbers behind `|`, status 0 to 3.

Whatever goes wrong with the question itself is 3, unknown, as such systems expect: also central that is away.
"""

import sys
from collections.abc import Iterator

import click

from humeops import moments, spans
from humeops.api import schemas
from humeops.cli import choosing, client, looks, options, show
from humeops.cli.terminal import terminal_of
from humeops.clock import NS_PER_SECOND, SystemClock
from humeops.errors import HumeError

UNKNOWN = 3
_WORDS = ("OK", "WARNING", "CRITICAL", "UNKNOWN")
_UNITS = {"bytes": "B", "seconds": "s", "s": "s", "%": "%", "percent": "%"}


@click.command("check")
@click.argument("name", metavar="[HOST:]TASK", type=options.filled)
@click.option("--max-age", type=options.span, metavar="SPAN", help="Critical when nothing was heard for so long: 26h.")
@options.central_options
def command(name: str, max_age: int | None, central: str | None, folder: str | None) -> int:
    """Tell how a task fares, as plugins of monitoring systems do.

    Exit status: 0 ok, 1 warning, 2 failed, lost, late, overdue or not heard for --max-age, 3 unknown.
    """
    now_ns = SystemClock().wall_ns()
    try:
        return _check(options.ask(central, folder), name, max_age, now_ns)
    except HumeError as error:
        print(f"{_WORDS[UNKNOWN]} - {_one_line(str(error))}")
        return UNKNOWN


def _check(central: client.Central, name: str, max_age: int | None, now_ns: int) -> int:
    host, task = options.split_name(name)
    params = choosing.question(choosing.named("host", host), choosing.named("task", task), now_ns=now_ns)
    tasks = list(central.items("tasks", schemas.TaskPage, params, 1_000))
    if not tasks:
        print(f"{_WORDS[UNKNOWN]} - no task {_one_line(name)}")
        return UNKNOWN
    judged = sorted(((_status(view, max_age, now_ns), view) for view in tasks), key=lambda pair: _severity(pair[0]))
    status, worst = judged[-1]
    others = f" ({len(tasks)} tasks, this is the worst)" if len(tasks) > 1 else ""
    numbers = " ".join(_numbers(central, worst, now_ns))
    print(f"{_WORDS[status]} - {_sentence(worst, max_age, now_ns)}{others} | {numbers}")
    return status


def _severity(status: int) -> int:
    return (0, 2, 3, 1)[status]


def _status(view: schemas.TaskView, max_age: int | None, now_ns: int) -> int:
    return 2 if max_age is not None and now_ns - view.last_event_at > max_age else looks.look_of(view.state).check


def _sentence(view: schemas.TaskView, max_age: int | None, now_ns: int) -> str:
    text = f"{view.host}:{view.task} {view.state}"
    if view.reason:
        text += f": {view.reason}"
    text += f", heard {moments.ago(view.last_event_at, now_ns)}"
    if max_age is not None and now_ns - view.last_event_at > max_age:
        text += f", more than {spans.rough(max_age)}"
    return _one_line(text)


def _numbers(central: client.Central, view: schemas.TaskView, now_ns: int) -> Iterator[str]:
    yield _number("age", max(0, now_ns - view.last_event_at) / NS_PER_SECOND, "s")
    if view.last_run is None:
        return
    if view.last_run.duration is not None:
        yield _number("duration", view.last_run.duration / NS_PER_SECOND, "s")
    detail = show.find(central, view.last_run.id)
    for number in detail.data if detail else ():
        yield _number(number.key, number.value, _UNITS.get(number.unit, ""))


def _number(label: str, value: float, unit: str) -> str:
    # A label ends at its quote, and `=` and `|` mean something: what a script calls its data is its own matter.
    plain = "".join(letter for letter in _one_line(label) if letter not in "'=|")
    return f"'{plain}'={round(value, 3):.15g}{unit}"


def _one_line(text: str) -> str:
    return terminal_of(sys.stdout).text(" ".join(text.split())).replace("|", "/")

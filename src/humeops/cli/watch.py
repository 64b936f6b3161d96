# SPDX-License-Identifier: MIT
"""`hume watch`: what is expected of tasks, and how each stands against that."""

import itertools
import pathlib
import sys
import urllib.parse
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import click

from humeops import moments
from humeops.api import schemas
from humeops.cli import applying, choosing, client, listing, options, watchfile
from humeops.cli.terminal import terminal_of
from humeops.clock import SystemClock

COLUMNS = ("host", "task", "state", "expected", "expects", "maker")
ALL = 1_000_000
# Option → the name of what is expected, and what it means.
_EXPECTED = {
    "--every": "So long after the last start: 1d.",
    "--cron": "When cron starts it: '15 3 * * *'.",
    "--calendar": "When a timer of systemd starts it: 'Mon..Fri 03:15'.",
    "--tz": "The time zone that is meant; UTC unless it is said.",
    "--grace": "How long after its time a start may come: 30m.",
    "--max": "How long a run may take: 2h.",
    "--flags": "Marks, and within how long of the start: 'db-dumped 20m, copied 1h'.",
    "--limits": "Where its numbers have to be: 'backup_bytes > 1GB'.",
    "--at-least": "So many runs a day.",
    "--at-most": "No more runs a day.",
    "--describe": "What people want to know of it.",
    "--runbook": "Where it says what to do.",
    "--owner": "Whose it is.",
}


def _expected_options(command: Callable[..., Any]) -> Callable[..., Any]:
    for name, meaning in reversed(_EXPECTED.items()):
        command = click.option(name, metavar="TEXT", help=meaning)(command)
    return command


@click.group("watch")
def command() -> None:
    """What is expected of tasks: late, overdue and silent ones are noticed. A script may say it itself: hume start --cron ..."""


@command.command("list")
@click.argument("words", nargs=-1, type=options.filled, metavar="[[HOST:]TASK] [FILTER]...")
@click.option("--state", multiple=True, metavar="STATE", help="late, overdue, unknown or paused; may be repeated.")
@options.listing_options(default_limit=1000)
@options.central_options
def list_watches(
    words: Sequence[str],
    state: tuple[str, ...],
    output: str,
    columns: str | None,
    limit: int,
    central: str | None,
    folder: str | None,
) -> int:
    """What is expected of which task, when next, and who said so.

    FILTER: as in 'tag:cron state:problem'; see docs/reference/filters.md.
    """
    now_ns = SystemClock().wall_ns()
    params = {**choosing.of_task(words, "watches", now_ns), "state": state}
    asked = options.ask(central, folder)
    found = itertools.islice(itertools.chain(_patterns(asked, params), _watches(asked, params, limit)), limit)
    derived = {"expects": _told, "expected": lambda view: _next(view, now_ns)}
    listing.print_items(
        found, output, columns, COLUMNS, schemas.WatchView, now_ns, empty="nothing is expected", derived=derived
    )
    return 0


@command.command("show")
@click.argument("name", metavar="[HOST:]TASK", type=options.filled)
@options.output_option()
@options.central_options
def show_watch(name: str, output: str, central: str | None, folder: str | None) -> int:
    """All that is known of the watches of a task."""
    host, task = options.split_name(name)
    asked, params = options.ask(central, folder), {"host": host, "task": task}
    found = [*_patterns(asked, params), *_watches(asked, params, ALL)]
    if output != "table":
        listing.print_items(found, output, None, COLUMNS, schemas.WatchView, SystemClock().wall_ns(), empty="")
        return 0 if found else _nothing_of(name)
    terminal, now_ns = terminal_of(sys.stdout), SystemClock().wall_ns()
    for view in found:
        print(terminal.text(f"{view.host}:{view.task}  {_standing(view)}{f': {view.why}' if view.why else ''}"))
        if view.expected_at is not None:
            print(f"  next expected {_when(view.expected_at, now_ns)}")
        for pair, text in view.expect.items():
            print(terminal.text(f"  {pair} = {text}{_by(view, pair, now_ns)}"))
        print(terminal.text(f"  said by {view.maker}{f', for {view.pattern}' if view.pattern else ''}"))
        if view.fault:
            print(terminal.text(f"  not taken: {view.fault}"))
    return 0 if found else _nothing_of(name)


@command.command("add")
@click.argument("name", metavar="[HOST:]TASK", type=options.filled)
@click.option("--tag", type=options.filled, metavar="TAG", help="Only hosts of which some task has this tag.")
@_expected_options
@options.central_options
def add_watch(name: str, tag: str | None, central: str | None, folder: str | None, **expected: str | None) -> int:
    """Say what is expected of a task; HOST may hold * and ?, and every host is meant without it.

    What is not named stays as it is; what is named and empty (--limits '') is not expected any more.
    """
    host, task = options.split_name(name)
    expect = {pair: text for pair, text in expected.items() if text is not None}
    if not expect:
        raise click.UsageError("say what is expected, such as --every 1d", click.get_current_context())
    wish = schemas.WatchWish(task or "", host or "*", tag or "", expect)
    made = _declare(options.ask(central, folder), wish)
    is_for_many = wish.tag or "*" in wish.host or "?" in wish.host
    hosts = (
        f"fits {made} host{'' if made == 1 else 's'}" if made else "fits no host yet; those that come will be watched"
    )
    print(hosts if is_for_many else f"{_count(made)} watched")
    return 0


@command.command("remove")
@click.argument("name", metavar="HOST:TASK", type=options.filled)
@click.option("--tag", type=options.filled, metavar="TAG", help="The tag of the pattern.")
@options.central_options
def remove_watch(name: str, tag: str | None, central: str | None, folder: str | None) -> int:
    """Expect nothing of it any more; a pattern is taken back with all that came from it."""
    host, task = options.split_name(name)
    given = {"host": host or "*", "task": task or "", **({"tag": tag} if tag else {})}
    where = f"watches?{urllib.parse.urlencode(given)}"
    asked = options.ask(central, folder)
    gone = asked.send(where, schemas.Changed, method="DELETE").count
    if not gone:
        raise client.NotFoundError(f"nothing was expected of {name}{_where(host)}")
    print(f"{_count(gone)} no longer watched")
    terminal = terminal_of(sys.stdout)
    for one in _patterns(asked, {"host": host or "*", "task": task}):
        print(terminal.text(f"still declared: {one.pattern}:{one.task}, by {one.maker}"))
    return 0


@command.command("pause")
@click.argument("name", metavar="HOST:TASK", type=options.filled)
@click.option("--for", "span", metavar="SPAN", help="So long: 2h, 1d; without it until it goes on.")
@click.option("--end", is_flag=True, help="It goes on now.")
@options.central_options
def pause_watch(name: str, span: str | None, end: bool, central: str | None, folder: str | None) -> int:
    """Expect nothing of a task for a while."""
    host, task = options.split_name(name)
    until: int | None = None
    if end and span:
        raise click.UsageError("--for or --end, not both", click.get_current_context())
    if not end:
        try:
            until = SystemClock().wall_ns() + moments.parse_span(span) if span else 2**63 - 1
        except ValueError as error:
            raise click.UsageError(str(error), click.get_current_context()) from None
    wish = schemas.PauseWish(host or "", task or "", until)
    if not options.ask(central, folder).send("watches/pause", schemas.Changed, wish).count:
        raise client.NotFoundError(f"nothing is expected of {name}{_where(host)}")
    print(f"{name} {'goes on' if end else 'is paused'}")
    return 0


@command.command("apply")
@click.argument("file", type=click.Path(path_type=pathlib.Path))
@click.option("--yes", is_flag=True, help="Do it without asking.")
@click.option("--dry-run", is_flag=True, help="Only show the difference.")
@options.central_options
def apply_file(file: pathlib.Path, yes: bool, dry_run: bool, central: str | None, folder: str | None) -> int:
    """Declare what a TOML file says, all of it or nothing; the difference is shown first."""
    wishes = watchfile.read(file)
    asked = options.ask(central, folder)
    _apply(asked, file, wishes, is_trial=True)
    known = [*_patterns(asked, {}), *_watches(asked, {}, ALL)]
    changes = list(watchfile.difference(wishes, known))
    shown = [
        (f"{sign} {one.host}{f' #{one.tag}' if one.tag else ''}:{one.task}", lines) for sign, one, lines in changes
    ]
    if (status := applying.why_not(shown, yes, dry_run)) is not None:
        return status
    _apply(asked, file, [wish for _, wish, _ in changes], is_trial=False)
    print(f"{len(changes)} declared")
    return 0


def _watches(asked: client.Central, params: client.Params, limit: int) -> Iterator[schemas.WatchView]:
    return asked.items("watches", schemas.WatchPage, params, limit)


def _patterns(asked: client.Central, params: client.Params) -> list[schemas.WatchView]:
    return asked.fetch("watches", schemas.WatchPage, {**params, "limit": 1}).patterns


def _where(host: str | None) -> str:
    """Return what to write where a task was named without a host."""
    return "" if host else "; a task of one host is written HOST:TASK (hume watch list)"


def _nothing_of(name: str) -> int:
    raise client.NotFoundError(f"nothing is expected of {name}")


def _declare(asked: client.Central, wish: schemas.WatchWish) -> int:
    return asked.send("watches", schemas.Changed, wish).count


def _apply(asked: client.Central, file: pathlib.Path, wishes: list[schemas.WatchWish], is_trial: bool) -> None:
    try:
        asked.send("watches/applied", schemas.Changed, schemas.WatchWishes(wishes, is_trial))
    except client.RefusedQuestionError as error:
        raise client.RefusedQuestionError(f"{file}: {error}") from None


def _told(view: schemas.WatchView) -> str:
    told = ", ".join(f"{pair} {text}" for pair, text in view.expect.items())
    return "; ".join(part for part in (told, f"not taken: {view.fault}" if view.fault else "") if part)


def _standing(view: schemas.WatchView) -> str:
    if view.fault and not view.expect:
        return "nothing is expected, its declaration is not taken"
    if view.fits is not None:
        return _fits(view)
    return f"{view.state or 'as expected'}{', a later declaration is not taken' if view.fault else ''}"


def _by(view: schemas.WatchView, pair: str, now_ns: int) -> str:
    """Return whose word it is, where there are several."""
    word = view.words.get(pair)
    is_one_word = len({(one.maker, one.at) for one in view.words.values()}) < 2
    return f"  ({word.maker}, {moments.day_and_time(word.at, now_ns)})" if word and not is_one_word else ""


def _next(view: schemas.WatchView, now_ns: int) -> str:
    return _fits(view) if view.fits is not None else _when(view.expected_at, now_ns)


def _fits(view: schemas.WatchView) -> str:
    """Return of which hosts a declaration is, and whether there are any."""
    tag = view.pattern.partition(" #")[2]
    hosts = "fits no host yet" if not view.fits else f"fits {view.fits} host{'' if view.fits == 1 else 's'}"
    return f"tagged {tag}: {hosts}" if tag else hosts


def _when(moment_ns: int | None, now_ns: int) -> str:
    if moment_ns is None:
        return ""
    return f"{moments.day_and_time(moment_ns, now_ns)} ({moments.ahead(moment_ns, now_ns)})"


def _count(number: int) -> str:
    return f"{number} task{'' if number == 1 else 's'}"

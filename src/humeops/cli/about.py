# SPDX-License-Identifier: MIT
"""`hume about`: what a task is for, whose it is, where it is written what to do, and the tags that people give it."""

import sys
from collections.abc import Collection, Iterator, Sequence
from typing import Any

import click

from humeops import moments
from humeops.api import schemas
from humeops.cli import listing, options, whose
from humeops.cli.terminal import Terminal, terminal_of
from humeops.clock import SystemClock

NOTHING_THERE = 1
_TEXTS = ("description", "owner", "runbook")
_ROOM = max(map(len, _TEXTS)) + 2


@click.command("about")
@click.argument("name", metavar="[HOST:]TASK", type=options.filled)
@click.option("--tag", "given", multiple=True, type=options.filled, metavar="TAG", help="Give it this tag; repeatable.")
@click.option("--untag", "taken", multiple=True, type=options.filled, metavar="TAG", help="Take this tag back.")
@click.option("--owner", metavar="TEXT", help="Who looks after it; an empty text clears, here and below.")
@click.option("--description", metavar="TEXT", help="What it is for.")
@click.option("--runbook", metavar="URL", help="Where it is written what to do.")
@options.output_option(("table", "json"), "table or json.")
@options.central_options
def command(
    name: str,
    given: tuple[str, ...],
    taken: tuple[str, ...],
    owner: str | None,
    description: str | None,
    runbook: str | None,
    output: str,
    central: str | None,
    folder: str | None,
) -> int:
    """Show what people say of a task; with an option, say it.

    Exit status: 0, or 1 when a tag is to be taken back that nobody gave.
    """
    asked = options.ask(central, folder)
    place = whose.find(asked, name)
    where = {"host": place.host, "task": place.task}
    texts = {"owner": owner, "description": description, "runbook": runbook}
    wish: dict[str, Any] = {member: text for member, text in texts.items() if text is not None}
    if given or taken:
        before = {one.tag for one in asked.fetch("about", schemas.AboutView, where).tags}
        if strange := sorted(set(taken) - before):
            _refuse(f"{place.host}:{place.task}", strange, before)
            return NOTHING_THERE
        wish |= {"tag": sorted(set(given)), "untag": sorted(set(taken) - set(given))}
    if not wish:
        _show(asked.fetch("about", schemas.AboutView, where), output)
        return 0
    said = asked.send("about", schemas.AboutView, {**where, **wish}, "PUT")
    if output == "json":
        _show(said, output)
    return 0


def _refuse(name: str, strange: Sequence[str], given: Collection[str]) -> None:
    what = f"given are {', '.join(sorted(given))}" if given else "no tag was given"
    text = f"hume: nobody gave {name} the tag {', '.join(strange)}: {what}; what its script says, its script takes back"
    print(terminal_of(sys.stderr).text(text), file=sys.stderr)


def _show(view: schemas.AboutView, output: str) -> None:
    if output == "json":
        listing.print_record(listing.to_record(view), output)
        return
    terminal, now_ns = terminal_of(sys.stdout), SystemClock().wall_ns()
    shown = list(_lines(terminal, view, now_ns))
    if not shown:
        print("nobody said anything of it", file=sys.stderr)
    for line in shown:
        print(line)


def _lines(terminal: Terminal, view: schemas.AboutView, now_ns: int) -> Iterator[str]:
    """Yield what is said, nothing of it cut: a link is worth nothing in part."""

    def whose_word(author: str, at: int) -> str:
        return terminal.paint(f"{terminal.text(author)}, {moments.ago(at, now_ns)}", "dim")

    for member in _TEXTS:
        # A description may have several lines.
        for number, line in enumerate(getattr(view, member).splitlines()):
            yield f"{'' if number else member:<{_ROOM}}{terminal.text(line)}"
        if word := view.words.get(member):
            declared = "" if word.source == "about" else terminal.paint("declared by ", "dim")
            yield f"{'':<{_ROOM}}{declared}{whose_word(word.maker, word.at)}"
    for one in view.tags:
        yield f"{'tag':<{_ROOM}}{terminal.text(one.tag)}  {whose_word(one.author, one.at)}"

# SPDX-License-Identifier: MIT
"""Options that several verbs share, so that one word means the same everywhere."""

import typing
from collections.abc import Callable, Mapping, Sequence

import click

from humeops import moments
from humeops.cli import client, verbs
from humeops.clock import SystemClock

FORMATS = ("table", "json", "ndjson", "csv")
Command = typing.TypeVar("Command", bound=Callable[..., typing.Any])


def moment(text: str) -> int:
    """Return a point in time as people write it, in ns since 1970; click asks this for --since and --until."""
    try:
        return moments.parse_moment(text, SystemClock().wall_ns())
    except ValueError as error:
        raise click.BadParameter(str(error)) from None


def span(text: str) -> int:
    """Return a length of time as people write it, in ns; click asks this for --timeout and the like."""
    try:
        return moments.parse_span(text)
    except ValueError as error:
        raise click.BadParameter(str(error)) from None


def some_span(text: str) -> int:
    """Return a length of time that is not nothing; click asks this where nothing would be no end, or the end at once."""
    if (found := span(text)) <= 0:
        raise click.BadParameter(f"{text!a}: more than nothing, such as 52w")
    return found


def filled(text: str) -> str:
    """Return the text as it is; click asks this for names, of which an empty one would silently mean all of them."""
    if not text.strip():
        raise click.BadParameter("it is empty; perhaps a variable is not set")
    if not text.isprintable() and "\udc80" <= max(text) <= "\udcff":
        raise click.BadParameter(f"{text!a} is not UTF-8")
    return text


def one_of(what: str, words: Sequence[str], also: Mapping[str, str] | None = None) -> Callable[[str], str]:
    """Return a type for click: one of a few words, or what stands for one; a wrong one is answered with the nearest."""

    def check(word: str) -> str:
        word = (also or {}).get(word, word)
        if word in words:
            return word
        meant = verbs.nearest(word, words)
        hint = f"did you mean {meant}?" if meant else f"use {', '.join(words)}"
        raise click.BadParameter(f"no such {what}: {word!a}; {hint}")

    return check


def central_options(command: Command) -> Command:
    """Add where central is."""
    for option in (
        click.option("--dir", "folder", metavar="DIR", help="The hume folder [HUME_DIR, else ~/.local/state/hume]."),
        click.option(
            "--central",
            "--profile",
            "central",
            metavar="URL|PROFILE",
            help="Central's address, or a profile of hume login [HUME_CENTRAL, HUME_PROFILE, else that of the folder].",
        ),
    ):
        command = option(command)
    return command


def output_option(
    formats: Sequence[str] = FORMATS, meaning: str = "table, json, ndjson or csv."
) -> Callable[[Command], Command]:
    """Add in which of these formats it is printed; the first one unless it is said."""
    return click.option(
        "-o", "--output", type=one_of("format", formats), default=formats[0], metavar="FORMAT", help=meaning
    )


def listing_options(default_limit: int) -> Callable[[Command], Command]:
    """Add how a list is printed and how much of it."""

    def add(command: Command) -> Command:
        for option in (
            click.option(
                "--limit",
                type=click.IntRange(1),
                default=default_limit,
                metavar="N",
                show_default=True,
                help="At most so many.",
            ),
            click.option("--columns", metavar="A,B", help="Only these columns, in this order."),
            output_option(),
        ):
            command = option(command)
        return command

    return add


def period_options(command: Command) -> Command:
    """Add from when until when."""
    command = click.option("--until", type=moment, metavar="WHEN", help="Only before then.")(command)
    return click.option(
        "--since", type=moment, metavar="WHEN", help="Only from then on: 15m, 2h, 1d, today, 2026-11-23T03:15."
    )(command)


def place_options(command: Command) -> Command:
    """Add which host, task and tag; `*` and `?` may stand in each."""
    command = click.option(
        "--tag", multiple=True, type=filled, metavar="TAG", help="Only with this tag; repeated: with any of them."
    )(command)
    command = click.option("--task", type=filled, metavar="TASK", help="Only this task.")(command)
    return click.option("--host", type=filled, metavar="HOST", help="Only this host; * and ? stand for any text.")(
        command
    )


def ask(central: str | None, folder: str | None) -> client.Central:
    """Return the central these options mean."""
    return client.find_central(central, folder)


def split_name(name: str | None) -> tuple[str | None, str | None]:
    """Return host and task of `HOST:TASK`; a name without a colon is a task."""
    host, colon, task = (name or "").rpartition(":")
    return (host or None) if colon else None, task or None

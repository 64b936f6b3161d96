# SPDX-License-Identifier: MIT
"""The command line of `hume run --signed`, taken apart as the native client reads it (native/src/options.c)."""

import pathlib
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

import click

from humeops.cli import options as types
from humeops.wire.codec import is_name

# The client's options that take a value; whatever else begins with a dash is one without.
LETTERS = {"t": "--task", "T": "--tags", "x": "--extra", "L": "--level", "c": "--hume-cmd", "m": "--message"}
LONG = frozenset({
    *LETTERS.values(), "--deadline", "--run", "--ttl", "--unit", "--host", "--hostname", "--every", "--cron", "--calendar", "--tz", "--grace",
    "--max", "--describe", "--runbook", "--owner", "--timeout", "--kill-after", "--lock", "--lock-wait", "--output", "--signed", "--trust",
    "--auth-token", "--recv-timeout",
})  # fmt: skip
FACTS = frozenset({"signature", "signer", "script", "script_sha256", "script_version", "script_until"})


class Asked(NamedTuple):
    """The command line, taken apart."""

    options: list[str]  # of `hume run`, as they were written
    given: list[tuple[str, str]]  # those of them that have a value, by their long names
    trust: str | None
    script: str
    arguments: list[str]

    def task(self, environ: Mapping[str, str]) -> str:
        """Return the task that the run is of."""
        named = [value for name, value in self.given if name == "--task"][-1:]
        settings = (environ.get("HUME_TASK", ""), environ.get("HUME_TASKNAME", ""))
        name = pathlib.Path(self.script).name or self.script
        return next((text for text in (*named, *settings) if text.strip(" ")), name)

    def host(self) -> str:
        """Return the host that it is said of; empty: this one."""
        return next((value for name, value in reversed(self.given) if name in ("--host", "--hostname")), "")

    def about(self) -> list[str]:
        """Return the options that say of what an event is, beside its task."""
        tags = [word for name, value in self.given if name == "--tags" for word in (name, value)]
        return [*tags, "--host", self.host()] if self.host() else tags


def read(words: Sequence[str]) -> Asked:
    """Take the words apart; what stands before the script is `hume run`'s, and --trust ours. Raises UsageError."""
    options, given, trust = list[str](), list[tuple[str, str]](), None
    rest = list(words)
    while rest:
        word = rest.pop(0)
        name, value, kept = _option(word, rest)
        if name == "--signed":
            return Asked(options, given, trust, _script(value), rest[1:] if rest[:1] == ["--"] else rest)
        if name == "--trust":
            trust = _filled(value, name)
            continue
        options += kept
        if name:
            given.append((name, value))
            _check_extra(name, value)
    raise _no_script()


def _option(word: str, rest: list[str]) -> tuple[str, str, list[str]]:
    """Return an option's long name (empty: it has no value), its value, and the words it was; take those from the rest."""
    if not word.startswith("-") or word in ("-", "--"):
        raise _no_script()
    long, joined, value = word.partition("=")
    if word.startswith("--"):
        if long not in LONG:
            return "", "", [word]
        return (long, value, [word]) if joined else _with_next(long, word, rest)
    for at, letter in enumerate(word[1:], 2):
        if name := LETTERS.get(letter):
            return (name, word[at:], [word]) if word[at:] else _with_next(name, word, rest)
    return "", "", [word]


def _with_next(name: str, word: str, rest: list[str]) -> tuple[str, str, list[str]]:
    if not rest:
        raise click.UsageError(f"{word}: its value is missing")
    value = rest.pop(0)
    return name, value, [word, value]


def _filled(value: str, name: str = "--signed") -> str:
    try:
        return types.filled(value)
    except click.BadParameter as error:
        raise click.UsageError(f"{name}: {error.message}") from None


def _check_extra(name: str, value: str) -> None:
    key = value.partition("=" if "=" in value else ":")[0].strip(" ")
    # The client makes a name of it in the same way.
    if name == "--extra" and "".join(_named(key)) in FACTS:
        raise click.UsageError(f"-x {value[:60]!a}: hume itself says that of a signed script; choose another key")


def _script(value: str) -> str:
    """Return the script, which is no option: one that stands too late would be looked for as a file, and reported as its task."""
    if value.startswith("-"):
        text = f"a script is expected there; options stand before --signed (a file of that name is ./{value[:60]})"
        raise click.UsageError(f"--signed {value[:60]!a}: {text}")
    return _filled(value)


def _named(key: str) -> Iterator[str]:
    return (sign if is_name(sign) else "_" for sign in key)


def _no_script() -> click.UsageError:
    return click.UsageError(
        "a command is run by hume itself: hume run -- COMMAND; a signed script by hume run --signed SCRIPT"
    )

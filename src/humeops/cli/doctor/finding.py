# SPDX-License-Identifier: MIT
"""What one check says: how it stands, what was found, and the command that mends it. Pure."""

import typing

State = typing.Literal["ok", "warning", "broken"]
STATES: tuple[State, ...] = ("ok", "warning", "broken")  # from good to bad; the place is the exit status


class Finding(typing.NamedTuple):
    """The result of one check."""

    state: State
    found: str  # one sentence; may hold text of others, so it is shown through Terminal.text
    mend: str = ""  # a command, or failing that one short advice; empty when nothing is to be done


class Result(typing.NamedTuple):
    """A finding and the check it comes from; names are stable, programs may rely on them."""

    check: str
    finding: Finding


def ok(found: str) -> Finding:
    """All is well."""
    return Finding("ok", found)


def warning(found: str, mend: str) -> Finding:
    """It works, and will not for long, or not as meant."""
    return Finding("warning", found, mend)


def broken(found: str, mend: str) -> Finding:
    """Something does not work now."""
    return Finding("broken", found, mend)


def exit_status(results: typing.Iterable[Result]) -> int:
    """Return 0, 1 with warnings, 2 when something is broken."""
    return max((STATES.index(result.finding.state) for result in results), default=0)

# SPDX-License-Identifier: MIT
"""A TOML file that is put into force: read, its difference shown, and asked about before anything changes."""

import pathlib
import sys
import tomllib
from collections.abc import Iterable
from typing import Any

import click

from humeops import settings
from humeops.api import schemas
from humeops.cli.terminal import terminal_of
from humeops.errors import ConfigError, Exit


def read(path: pathlib.Path) -> dict[str, Any]:
    """Return what the file says; raise ConfigError when it is no TOML, or holds what cannot be sent on."""
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        raise ConfigError(f"{path}: {(error.strerror or 'cannot be read').lower()}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ConfigError(f"{path}: {error}") from error


def refuse(path: pathlib.Path, faults: Iterable[schemas.Fault]) -> Exit:
    """Say what is wrong with the file, a line for each thing with the line where it stands."""
    terminal, text = terminal_of(sys.stderr), path.read_text("utf-8")
    for fault in faults:
        print(terminal.text(f"hume: {path}{settings.place_of(text, fault.place)}: {fault.text}"), file=sys.stderr)
    return Exit.USAGE


def why_not(changes: Iterable[tuple[str, list[str]]], yes: bool, dry_run: bool) -> Exit | None:
    """Show the changes, each a heading and its lines; return the status when none is to be made, None when all are."""
    terminal, count = terminal_of(sys.stdout), 0
    for heading, lines in changes:
        count += 1
        print(terminal.text(heading))
        for line in lines:
            print(terminal.text(f"    {line}"))
    if not count:
        print("Nothing changes.")
    if dry_run or not count:
        return Exit.OK
    if not yes and not (sys.stdin.isatty() and click.confirm("Apply this?")):
        print("Nothing was changed: say --yes", file=sys.stderr)
        return Exit.USAGE
    return None

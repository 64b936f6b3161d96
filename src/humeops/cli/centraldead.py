# SPDX-License-Identifier: MIT
"""`hume-central dead`: lists what could not be stored, shows its bytes, has it tried again, or lets go of it.

What agents sent is hostile: its bytes go to a terminal only with all that it would obey written out.
"""

import contextlib
import datetime
import itertools
import json
import sys
from collections.abc import Iterator, Sequence

import sqlalchemy as sa

from humeops.central import retrying
from humeops.central.config import Config
from humeops.central.current.picture import Picture
from humeops.central.store import burying
from humeops.central.store.database import Database, open_database, open_for_reading, plain_errors
from humeops.central.store.questions import dead
from humeops.cli import centralaudit, centralpicture
from humeops.cli.centraldatabase import require_there
from humeops.errors import Exit, HumeError
from humeops.visible import visible

ACTIONS = ("list", "show", "retry", "drop")
_PAGE = 500


class UsageError(HumeError):
    """What was asked for is not there, or not said clearly."""

    exit_code = Exit.USAGE


def dead_letters(chosen: Config, action: str, names: Sequence[str], every: bool, output: str) -> int:
    """Do this with the letters of these names, or with every one."""
    _check(action, names, every)
    writes = action in ("retry", "drop")
    require_there(chosen)
    with contextlib.closing((open_database if writes else open_for_reading)(chosen.database)) as database:
        with plain_errors(database.name):
            if action == "list":
                return _list(database, output)
            found = list(_all(database)) if every else [_named(database, name) for name in names]
        if action == "show":
            return _show(found[0])
        return (
            _retry(database, found, centralpicture.of(chosen, database))
            if action == "retry"
            else _drop(database, found)
        )


def _check(action: str, names: Sequence[str], every: bool) -> None:
    if action not in ACTIONS:
        raise UsageError(f"no such word: dead {action!a}; there are {', '.join(ACTIONS)}")
    if action == "list" and (names or every):
        raise UsageError("dead list takes no names; dead show EPOCH:SEQ shows one")
    if action == "show" and (len(names) != 1 or every):
        raise UsageError("dead show takes the name of one letter, EPOCH:SEQ")
    if action in ("retry", "drop") and bool(names) == every:
        raise UsageError(f"dead {action} takes names, EPOCH:SEQ, or --all")


def _list(database: Database, output: str) -> int:
    letters = _all(database)
    if output == "json":
        sys.stdout.write("[")
        for number, letter in enumerate(letters):
            sys.stdout.write((",\n" if number else "\n") + json.dumps(_record(letter)))
        print("\n]")
        return Exit.OK
    first = next(letters, None)
    if first is None:
        print("no dead letters", file=sys.stderr)
        return Exit.OK
    for letter in itertools.chain([first], letters):
        print(f"{letter.name}  {visible(letter.host)}  {_when(letter)}  {visible(letter.error)}")
    return Exit.OK


def _show(letter: dead.Letter) -> int:
    print(f"{letter.name} of {visible(letter.host)}, {_when(letter)}: {visible(letter.error)}", file=sys.stderr)
    # Bytes that are no text are shown as \xNN, too.
    print(visible(letter.raw.decode("utf-8", "backslashreplace")))
    return Exit.OK


def _retry(database: Database, found: Sequence[dead.Letter], picture: Picture) -> int:
    names = " ".join(one.name for one in found)

    def note(connection: sa.Connection) -> None:
        centralaudit.note(connection, "retry dead letters", names)

    done = retrying.retry(database, [(one.life, one.seq) for one in found], picture, note)
    print(f"stored {done.stored}, known already {done.known}, still dead {done.dead}")
    return Exit.DATA if done.dead else Exit.OK


def _drop(database: Database, found: Sequence[dead.Letter]) -> int:
    def act(connection: sa.Connection) -> None:
        burying.drop(connection, [(one.life, one.seq) for one in found])
        centralaudit.note(connection, "drop dead letters", " ".join(one.name for one in found))

    database.write(act)
    print(f"dropped {len(found)}")
    return Exit.OK


def _all(database: Database) -> Iterator[dead.Letter]:
    after: str | None = None
    while True:
        with database.reading() as connection:
            page = dead.find(connection, "", _PAGE, after)
        yield from page.rows
        if page.next is None:
            return
        after = page.next


def _named(database: Database, name: str) -> dead.Letter:
    parts = dead.NAME.fullmatch(name)
    if parts is None:
        raise UsageError(f"{name!a} is not the name of a dead letter, EPOCH:SEQ; dead list names them")
    with database.reading() as connection:
        found = dead.by_name(connection, parts[1], int(parts[2]))
    if not found:
        raise UsageError(f"no dead letter {name}; dead list names them")
    if len(found) > 1:
        raise UsageError(f"several epochs begin with {parts[1]}: name more of it")
    return found[0]


def _record(letter: dead.Letter) -> dict[str, object]:
    shown = {name: getattr(letter, name) for name in ("name", "host", "epoch", "seq", "received_at", "error")}
    return {**shown, "raw": letter.raw.decode("utf-8", "backslashreplace")}


def _when(letter: dead.Letter) -> str:
    when = datetime.datetime.fromtimestamp(letter.received_at // 1_000_000_000, datetime.UTC)
    return f"{when:%Y-%m-%d %H:%M:%S} UTC"

# SPDX-License-Identifier: MIT
"""What the client tells of made-up ancestors: a /proc of a few files, and the sanitized test build that reads it."""

import pathlib
import subprocess
import tempfile
import typing

from humeops.event import Event, Origin
from humeops.wire import codec
from tests.fixtures import native
from tests.native import golden
from tests.native.golden import Case, Parent

BASH = [4096, 8192, 70000, 80000, 80008, 80008, 90000]  # where one bash lies in memory, and all its forks
OTHER_BASH = [4096, 8192, 60000, 79000, 79008, 79008, 90000]


def process(*command_line: str, comm: str = "", image: list[int] | None = None, **more: typing.Any) -> Parent:
    """Return a process with this command line; `say` numbers it and makes it older than those below."""
    name = comm or pathlib.Path(command_line[0]).name
    return Parent(pid=0, start=0, comm=name, command_line=list(command_line), image=image or [], **more)


def _numbered(family: list[Parent]) -> list[Parent]:
    for place, one in enumerate(family):
        one.pid = one.pid or 1000 - place
        one.start = one.start or 1000 - place
    return family


def say(family: list[Parent], *words: str, **environ: str) -> Event:
    """Return the event that hume makes when the first of this family calls it, whose parent is the next, and so on."""
    nearest, *above = _numbered(family)
    case = Case(
        name="", about="", arguments=list(words or ("start",)), environment=environ, parent=nearest, ancestors=above
    )
    return codec.decode(golden.say(native.build("hume-sanitized"), case))


def told(family: list[Parent], *words: str, **environ: str) -> Origin:
    """Return the origin of what `say` returns."""
    return say(family, *words, **environ).origin


def said_at(proc: pathlib.Path, pid: int, *words: str) -> Event:
    """Return the event that hume makes with this folder as /proc when this process calls it."""
    environ = {"HUME_TEST_PROC": str(proc), "HUME_TEST_PPID": str(pid), "HUME_TEST_PRINT": "1"}
    command = [str(native.build("hume-sanitized")), *words]
    done = subprocess.run(command, env=environ, capture_output=True, check=True, timeout=30)
    return codec.decode(done.stdout)


def proc_of(family: list[Parent]) -> tempfile.TemporaryDirectory[str]:
    """Return a folder that holds what `say` lets hume read, for tests that put more into it."""
    folder = tempfile.TemporaryDirectory(prefix="hume-")
    nearest, *above = _numbered(family)
    golden.write_proc(pathlib.Path(folder.name), Case(name="", about="", arguments=[], parent=nearest, ancestors=above))
    return folder

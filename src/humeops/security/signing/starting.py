# SPDX-License-Identifier: MIT
"""How a script that was read is run: its interpreter upon the sealed descriptor, and one that verified in an environment in which nothing steers it. Pure.

`$0` is the script's path where the interpreter lets one say so: in shells and Python. Elsewhere it is the descriptor's.
"""

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from humeops.security.signing import manifest
from humeops.security.signing.manifest import Manifest

PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
# What of the caller's environment says who and where, and steers no interpreter; its values are held to a plain form.
_KEPT = (
    "LANG",
    "LC_ALL",
    "LC_CTYPE",
    "LC_COLLATE",
    "LC_MESSAGES",
    "LC_NUMERIC",
    "LC_TIME",
    "TZ",
    "TERM",
    "INVOCATION_ID",
)
_PLAIN = re.compile(r"[\w.@+:/,-]{0,256}")
_OF_HUME = re.compile(r"HUME_[A-Z_]+")
_SHELLS = frozenset({"sh", "bash", "dash", "ksh", "mksh", "zsh", "ash", "busybox"})
_IN_PYTHON = (
    "import sys; p = sys.argv[1]; sys.argv = sys.argv[2:]; exec(compile(open(p, 'rb').read(), sys.argv[0], 'exec'))"
)


class Person(NamedTuple):
    """Who runs it, as the system knows him."""

    name: str
    home: str
    shell: str = "/bin/sh"
    programs: str = ""  # where this hume is: last on PATH, so that the script finds it


def command(interpreter: Sequence[str], descriptor: int, path: str, arguments: Sequence[str]) -> list[str]:
    """Return the words that run the script which lies at this descriptor; without an interpreter it is a program itself."""
    place = f"/proc/self/fd/{descriptor}"
    if not interpreter:
        return [place, *arguments]
    program = re.sub(r"[0-9.]+$", "", interpreter[0].rpartition("/")[2])
    if program in _SHELLS:
        return [*interpreter, "-c", f". {place}", path, *arguments]
    if program == "python":
        return [*interpreter, "-I", "-c", _IN_PYTHON, place, path, *arguments]
    return [*interpreter, place, *arguments]


def environment(found: Manifest, given: Mapping[str, str], person: Person) -> dict[str, str]:
    """Return the environment it runs in: made anew, with what is harmless of the caller's and what its manifest lets through."""
    kept = {name: given[name] for name in _KEPT if name in given and _PLAIN.fullmatch(given[name])}
    hume = {name: value for name, value in given.items() if _OF_HUME.fullmatch(name)}
    own = {
        "PATH": f"{PATH}:{person.programs}" if person.programs else PATH,
        "HOME": person.home,
        "USER": person.name,
        "LOGNAME": person.name,
        "SHELL": person.shell,
    }
    return {**kept, **hume, **manifest.environment_of(found, given), **own}

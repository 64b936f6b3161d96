# SPDX-License-Identifier: MIT
"""Lists of allowed signers, as ssh-keygen(1) has them: who may sign, each by his exact name. Pure.

ssh-keygen passes over a line that it cannot read, and then somebody is missing whom nobody misses. So what is to be handed out is
read strictly, line by line; what root wrote on a host by hand is only asked for patterns.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from humeops.errors import ConfigError

MAX_SIGNERS = 2_000
_KIND = r"(?:ssh|sk-ssh|ecdsa|sk-ecdsa)-[\w.@-]+"
_OPTION = r'[a-z-]+(?:="[^"]*")?'
_LINE = re.compile(
    rf"(?P<names>[^\s\"]+)[ \t]+(?:(?P<options>{_OPTION}(?:,{_OPTION})*)[ \t]+)?(?P<key>{_KIND}[ \t]+[A-Za-z0-9+/]+=*)(?:[ \t].*)?"
)
# The first field as ssh-keygen takes it: up to a blank that is not between quotes.
_FIRST = re.compile(r'(?:"[^"]*"|[^ \t\r"])+')
_NAMESPACES = re.compile(r'namespaces="([^"]*)"')


class Signer(NamedTuple):
    """One line: who, with which key, for what (empty: for anything)."""

    names: list[str]
    key: str
    namespaces: str


def check_exact(text: str, name: str) -> None:
    """Raise ConfigError where a pattern stands for a principal: whoever had such a key could sign as any name that fits it.

    The text has to be what the file holds, its line ends as they are.
    """
    for number, line in _lines(text):
        found = _FIRST.match(line)
        # A quote without its end is refused by ssh-keygen; whatever it may make of it, nothing hides in it.
        principals = line if found is None or line[found.end() :].startswith('"') else found[0]
        if any(sign in principals for sign in "*?!#"):
            raise ConfigError(f"{name}:{number}: a pattern for a principal (* ? ! #); name each person exactly")


def is_named(text: str, name: str) -> bool:
    """Tell whether some line is of this principal."""
    fields = (_FIRST.match(line) for _, line in _lines(text))
    return any(name in found[0].strip('"').split(",") for found in fields if found)


def _lines(text: str) -> Iterator[tuple[int, str]]:
    """Yield the lines that say something, with their numbers: ended by a line feed alone; a comment only from the beginning."""
    for number, line in enumerate(text.split("\n"), 1):
        said = line.lstrip(" \t").rstrip(" \t\r")
        if said and not said.startswith("#"):
            yield number, said


def read(text: str, name: str) -> list[Signer]:
    """Return whom the list names; raise ConfigError for the first line that ssh-keygen could not read as it is meant."""
    check_exact(text, name)
    signers = []
    for number, line in _lines(text):
        found = _LINE.fullmatch(line)
        if found is None:
            raise ConfigError(f"{name}:{number}: NAME [OPTIONS] KEYTYPE KEY is expected, as ssh-keygen(1) has it")
        named = _NAMESPACES.search(found["options"] or "")
        signers.append(Signer(found["names"].split(","), " ".join(found["key"].split()), named[1] if named else ""))
    if len(signers) > MAX_SIGNERS:
        raise ConfigError(f"{name}: more than {MAX_SIGNERS} signers")
    return signers

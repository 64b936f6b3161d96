# SPDX-License-Identifier: MIT
"""Hides what looks like a secret in a command's arguments, before they leave this host. Pure.

A name that speaks of a secret hides its value, in each of the forms people write: `--token=x`, `--token x`, `-p x`, `-px`,
`TOKEN=x`; and an address hides the password in it. Better too much hidden than too little; a secret whose name says nothing
is not found, so the setting `origin.arguments` can keep arguments back altogether.
"""

import re

from humeops.event import MAX_ARG

HIDDEN = "***"

_SECRET = re.compile(
    r"pass|pwd|secret|token|credential|key(?!board|map|word)|auth(?!or(?!i))|private|bearer|cookie",
    re.IGNORECASE,
)
_ASSIGNMENT = re.compile(r"(?P<name>-{0,2}[A-Za-z_][\w.-]*)=(?P<value>.*)", re.DOTALL)
_OPTION = re.compile(r"--?[A-Za-z][\w-]*")
# `-p` asks for a password in most programs that know it (mysql, sshpass); ports and paths hidden with it are the price.
_SHORT = re.compile(r"-p(?P<value>.*)", re.DOTALL)
# `Authorization: Bearer x`, as given to `curl -H`.
_HEADER = re.compile(r"(?P<name>[A-Za-z][\w-]*): ?(?P<value>.+)", re.DOTALL)
_ADDRESS = re.compile(r"(?P<before>[A-Za-z][A-Za-z0-9+.-]*://[^/\s:@]*):(?P<secret>[^/\s]*)@")


# Words that begin like it and are a name, whose value is the next word; in any other the secret itself may be what speaks of one.
_LONG_NAME = re.compile(r"-p(ass(w(or)?d|phrase|in|out)?|wd|rivate[\w-]*|ublic[\w-]*|roxy[\w-]*)", re.IGNORECASE)


def redact(arguments: list[str]) -> list[str]:
    """Return the arguments with `***` in the place of what should not be told."""
    told: list[str] = []
    follows_secret = False
    for argument in arguments:
        if follows_secret and not argument.startswith("--"):
            told.append(HIDDEN)
            follows_secret = False
            continue
        told.append(_redact_one(argument)[:MAX_ARG])  # what is hidden may be shorter than what hides it
        follows_secret = argument == "-p" or bool(_OPTION.fullmatch(argument) and _SECRET.search(argument))
    return told


def _redact_one(argument: str) -> str:
    for form, separator in ((_ASSIGNMENT, "="), (_HEADER, ": ")):
        if (found := form.fullmatch(argument)) and _SECRET.search(found["name"]):
            return f"{found['name']}{separator}{HIDDEN}"
    if _OPTION.fullmatch(argument) and _SECRET.search(argument):
        is_glued = argument.startswith("-p") and not _LONG_NAME.fullmatch(argument)
        return f"-p{HIDDEN}" if is_glued else argument  # its value is the next one
    if (short := _SHORT.fullmatch(argument)) and short["value"]:
        return f"-p{HIDDEN}"
    return _ADDRESS.sub(rf"\g<before>:{HIDDEN}@", argument)

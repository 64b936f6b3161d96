# SPDX-License-Identifier: MIT
"""What the verbs of signed scripts share: this host's trust, how a script stands, and how that is worded."""

import datetime
import os
import pathlib
import pwd
import socket
import typing
from collections.abc import Sequence

from humeops.clock import NS_PER_SECOND, SystemClock
from humeops.security.signing import trust, verification, versions
from humeops.security.signing.manifest import SignatureError
from humeops.security.signing.policy import Policy
from humeops.security.signing.trust import Trust
from humeops.security.signing.verification import Call, Script, Verified
from humeops.security.signing.versions import Versions
from humeops.wire import hostname


class Standing(typing.NamedTuple):
    """A script as it was read, and whether it verifies: `verified`, or else `fault`."""

    script: Script
    policy: Policy
    verified: Verified | None
    fault: SignatureError | None


def place_of(folder: str | None) -> tuple[pathlib.Path, tuple[int, ...]]:
    """Return the folder that says whom to believe, and who may change it. A folder of one's own may be one's own."""
    return (pathlib.Path(folder), (0, os.geteuid())) if folder else (trust.FOLDER, (0,))


def trust_of(folder: str | None) -> Trust:
    """Return whom this host believes; raise ConfigError when that is not to be relied on."""
    return Trust(*place_of(folder))


def call(arguments: Sequence[str]) -> Call:
    """Return how a script is to run here and now."""
    return Call(arguments, hostname.mend(socket.gethostname()), now())


def now() -> datetime.datetime:
    """Return the time of this host's clock."""
    return datetime.datetime.fromtimestamp(SystemClock().wall_ns() / NS_PER_SECOND, datetime.UTC)


def look(path: str, arguments: Sequence[str], folder: str | None, *, remember: bool) -> Standing:
    """Read the script and verify what was read; `remember`: its version cannot go back any more.

    Raises ConfigError when there is nobody to believe, HumeError when there is no script to read.
    """
    believed = trust_of(folder)
    script = verification.read(pathlib.Path(path))
    asked = call(arguments)
    policy = believed.settings.of(script.name, asked.host)
    seen = Versions(memory_of(folder))
    try:
        found = verification.verify(script, asked, believed, seen, remember=remember)
    except SignatureError as error:
        return Standing(script, policy, None, error)
    return Standing(script, policy, found, None)


def memory_of(folder: str | None) -> pathlib.Path:
    """Return the folder in which it is remembered what ran here."""
    # A trust of one's own has its own memory; root's is the system's.
    if folder and pathlib.Path(folder).stat().st_uid == os.geteuid():
        return pathlib.Path(folder, "versions")
    person = pwd.getpwuid(os.geteuid())
    return versions.folder_of(person.pw_uid, person.pw_dir)

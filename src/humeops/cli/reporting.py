# SPDX-License-Identifier: MIT
"""What `hume run --signed` says beside the run: that a script was refused; that one ran unverified, and that this is over.

The latter is a trouble of its own: the run, which may end well, must not close it.
"""

import os
import pathlib
import subprocess
import sys

from humeops.cli import signing
from humeops.cli.runwords import Asked
from humeops.security.signing import reports
from humeops.security.signing.reports import Reports
from humeops.visible import visible

_PATIENCE_SECONDS = 30


def begin(asked: Asked, facts: dict[str, str], text: str) -> None:
    """Say that this script runs without verifying."""
    task = asked.task(os.environ)
    # Without the hash: which bytes run, and of which task, is the run's to say.
    facts = {key: value for key, value in facts.items() if key != "script_sha256"}

    def told() -> bool:
        return say("error", asked, reports.trouble_of(task), facts, text)

    try:
        Reports(signing.memory_of(asked.trust)).begin(_key(asked, task), told)
    except OSError as error:
        why = f"when it verifies again nobody will hear of it, for this cannot be remembered: {error}"
        print(f"hume: {visible(why)}", file=sys.stderr)
        told()


def end(asked: Asked, facts: dict[str, str]) -> None:
    """Say that this script verifies, if it was last said that it does not."""
    task = asked.task(os.environ)

    def told() -> bool:
        return say("ok", asked, reports.trouble_of(task), facts, "it verifies", "--strict")

    try:
        Reports(signing.memory_of(asked.trust)).end(_key(asked, task), told)
    except OSError as error:
        print(f"hume: {visible(f'that it verifies again cannot be remembered: {error}')}", file=sys.stderr)


def say(word: str, asked: Asked, task: str, facts: dict[str, str], text: str, *more: str) -> bool:
    """Say this of a task; tell whether hume took it. It waits for nobody, and neither do we."""
    return hume(word, *asked.about(), "-t", task, *as_options(facts), *more, "--", text) == 0


def hume(*words: str) -> int | None:
    """Have the native client say this; return its status, None when it is not there or does not end."""
    command = [str(native()), *words]
    try:
        return subprocess.run(command, check=False, timeout=_PATIENCE_SECONDS, stdin=subprocess.DEVNULL).returncode
    except (OSError, subprocess.TimeoutExpired):
        return None


def as_options(facts: dict[str, str]) -> list[str]:
    """Return the options that add these data."""
    return [part for key, value in facts.items() for part in ("-x", f"{key}={value}")]


def native() -> pathlib.Path:
    """Return the client beside this program: no other one is looked for."""
    return pathlib.Path(sys.executable).parent / "hume"


def _key(asked: Asked, task: str) -> str:
    return f"{asked.host()}\n{task}"

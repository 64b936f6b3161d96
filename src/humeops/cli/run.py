# SPDX-License-Identifier: MIT
"""`hume run --signed`: verify a script, then run exactly what was verified. The native client hands over here, and gets it back.

What is read is read once and sealed; that is verified, and its interpreter reads that, never the file. Then the native `hume run` says
start and stop around it as around any command, with the outcome of the check among the start's data.
"""

import os
import pathlib
import pwd
import subprocess
import sys
from collections.abc import Sequence
from typing import NamedTuple

import click

from humeops.cli import signing
from humeops.cli.signing import Standing
from humeops.errors import ConfigError, Exit, HumeError
from humeops.security.signing import sealing, starting, verification
from humeops.security.signing.verification import Script
from humeops.visible import visible


class Asked(NamedTuple):
    """The command line, taken apart."""

    options: list[str]  # of `hume run`
    trust: str | None
    script: str
    arguments: list[str]


class _Whole(click.Command):
    """A command that takes its words as they are."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        ctx.params = {"words": list(args)}
        return []


@click.command("run", cls=_Whole)
def command(words: Sequence[str]) -> int:
    """Run a signed script: hume run [OPTIONS] --signed SCRIPT [ARGUMENTS]."""
    asked = read_words(words)
    try:
        standing = signing.look(asked.script, asked.arguments, asked.trust, remember=True)
    except ConfigError as error:
        return _refuse(asked, pathlib.Path(asked.script).name, str(error), _facts_untrusted(asked.script))
    except HumeError as error:
        return _refuse(asked, pathlib.Path(asked.script).name, str(error), {"signature": "unread"})
    if standing.fault is None:
        return _become(asked, standing)
    if standing.policy == "refuse":
        return _refuse(asked, standing.script.name, str(standing.fault), _facts(standing.fault.kind, standing.script))
    return _report(asked, standing)


def read_words(words: Sequence[str]) -> Asked:
    """Take the words apart; what stands before the script is `hume run`'s, and --trust ours."""
    options, trust = list[str](), None
    rest = list(words)
    while rest:
        word = rest.pop(0)
        name, joined, value = word.partition("=")
        if name in ("--signed", "--trust"):
            if not joined and not rest:
                raise click.UsageError(f"{name}: its value is missing")
            value = value if joined else rest.pop(0)
            if name == "--signed":
                return Asked(options, trust, value, rest[1:] if rest[:1] == ["--"] else rest)
            trust = value
        else:
            options.append(word)
    raise click.UsageError(
        "a command is run by hume itself: hume run -- COMMAND; a signed script by hume run --signed SCRIPT"
    )


def _become(asked: Asked, standing: Standing) -> int:
    found = standing.verified
    assert found is not None  # noqa: S101 - for the type
    user = pwd.getpwuid(os.geteuid())
    person = starting.Person(user.pw_name, user.pw_dir, user.pw_shell or "/bin/sh", str(_native().parent))
    descriptor = sealing.seal(standing.script.data, standing.script.name)
    facts = _facts("ok", standing.script) | {
        "signer": found.manifest.signer,
        "script_version": str(found.manifest.version),
    }
    if found.manifest.not_after is not None:
        facts["script_until"] = found.manifest.not_after
    words = starting.command(found.manifest, descriptor, asked.script, asked.arguments)
    environ = starting.environment(found.manifest, os.environ, person)
    environ["HUME_FILE"] = str(
        standing.script.path.absolute()
    )  # where the run comes from; the client keeps it from the script
    return _exec([*_told(standing.script.name, facts), *asked.options, "--", *words], environ)


def _report(asked: Asked, standing: Standing) -> int:
    fault = standing.fault
    assert fault is not None  # noqa: S101 - for the type
    print(f"hume: {visible(f'{asked.script} runs all the same: {fault}')}", file=sys.stderr)
    facts = _facts(fault.kind, standing.script)
    _say(standing.script.name, facts, f"runs all the same: {fault}")
    script = os.path.abspath(asked.script)
    words = [*_told(standing.script.name, facts), "-T", "unsigned", *asked.options, "--", script, *asked.arguments]
    # As it would have without us, but for what the client took out before us.
    environ = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    return _exec(words, environ)


def _refuse(asked: Asked, name: str, why: str, facts: dict[str, str]) -> int:
    print(f"hume: {visible(f'{asked.script} is not run: {why}')}", file=sys.stderr)
    _say(name, facts, f"not run: {why}")
    return Exit.UNSIGNED


def _facts(kind: str, script: Script) -> dict[str, str]:
    return {"signature": kind, "script": str(script.path.absolute())[-1024:], "script_sha256": script.sha256}


def _facts_untrusted(script: str) -> dict[str, str]:
    """Return what is told of a script while nobody is believed: which one it was, if it can be read."""
    try:
        return _facts("untrusted", verification.read(pathlib.Path(script)))
    except HumeError:
        return {"signature": "untrusted"}


def _told(name: str, facts: dict[str, str]) -> list[str]:
    return [str(_native()), "run", "-t", name, *(part for key in facts for part in ("-x", f"{key}={facts[key]}"))]


def _say(name: str, facts: dict[str, str], text: str) -> None:
    # The task's trouble, and whoever is alerted of troubles hears of it. hume waits for nobody, and neither do we.
    extra = [part for key, value in facts.items() for part in ("-x", f"{key}={value}")]
    words = [str(_native()), "error", "-t", name, *extra, "--", text]
    subprocess.run(words, check=False, timeout=30, stdin=subprocess.DEVNULL)


def _exec(words: list[str], environ: dict[str, str]) -> int:
    sys.stdout.flush()
    sys.stderr.flush()
    try:
        os.execve(words[0], words, environ)  # noqa: S606 - no shell is wanted
    except OSError as error:
        print(f"hume: {words[0]} cannot be run: {error.strerror}", file=sys.stderr)
        return Exit.UNSIGNED


def _native() -> pathlib.Path:
    """Return the client beside this program: no other one is looked for."""
    return pathlib.Path(sys.executable).parent / "hume"

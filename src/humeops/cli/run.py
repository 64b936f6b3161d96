# SPDX-License-Identifier: MIT
"""`hume run --signed`: verify a script, then run exactly what was verified. The native client hands over here, and gets it back.

What is read is read once and sealed; that is verified, and its interpreter reads that, never the file. Then the native `hume run` says
start and stop around it as around any command, with the outcome of the check among the start's data.
"""

import os
import pathlib
import pwd
import sys
from collections.abc import Sequence

import click

from humeops.cli import reporting, runwords, signing
from humeops.cli.reporting import native
from humeops.cli.runwords import Asked
from humeops.cli.signing import Standing
from humeops.errors import ConfigError, Exit, HumeError
from humeops.security.signing import sealing, starting, verification
from humeops.security.signing.verification import Script
from humeops.visible import visible


class _Whole(click.Command):
    """A command that takes its words as they are."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        ctx.params = {"words": list(args)}
        return []


@click.command("run", cls=_Whole)
def command(words: Sequence[str]) -> int:
    """Run a signed script: hume run [OPTIONS] --signed SCRIPT [ARGUMENTS]."""
    asked = runwords.read(words)
    try:
        standing = signing.look(asked.script, asked.arguments, asked.trust, remember=True)
    except ConfigError as error:
        return _refuse(asked, str(error), _facts_untrusted(asked.script))
    except HumeError as error:
        return _refuse(asked, str(error), {"signature": "unread"})
    if standing.fault is None:
        return _become(asked, standing)
    if standing.policy == "refuse":
        return _refuse(asked, str(standing.fault), _facts(standing.fault.kind, standing.script))
    return _report(asked, standing)


def _become(asked: Asked, standing: Standing) -> int:
    found = standing.verified
    assert found is not None  # noqa: S101 - for the type
    user = pwd.getpwuid(os.geteuid())
    person = starting.Person(user.pw_name, user.pw_dir, user.pw_shell or "/bin/sh", str(native().parent))
    facts = _facts("ok", standing.script) | {
        "signer": found.manifest.signer,
        "script_version": str(found.manifest.version),
    }
    if found.manifest.not_after is not None:
        facts["script_until"] = found.manifest.not_after
    reporting.end(asked, facts)
    environ = starting.environment(found.manifest, os.environ, person)
    return _run(asked, standing.script, found.manifest.interpreter, environ, facts)


def _report(asked: Asked, standing: Standing) -> int:
    fault = standing.fault
    assert fault is not None  # noqa: S101 - for the type
    facts = _facts(fault.kind, standing.script)
    try:
        interpreter = verification.interpreter_of(standing.script, os.environ.get("PATH", starting.PATH))
    except HumeError as error:
        return _refuse(asked, f"{fault}; and {error}", facts)
    print(f"hume: {visible(f'{asked.script} runs all the same: {fault}')}", file=sys.stderr)
    reporting.begin(asked, facts, f"runs all the same: {fault}")
    # As it would have without us, but for what the client took out before us.
    environ = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    return _run(asked, standing.script, interpreter, environ, facts, "-T", "unsigned")


def _refuse(asked: Asked, why: str, facts: dict[str, str]) -> int:
    print(f"hume: {visible(f'{asked.script} is not run: {why}')}", file=sys.stderr)
    reporting.say("error", asked, asked.task(os.environ), facts, f"not run: {why}")
    return Exit.UNSIGNED


def _run(
    asked: Asked, script: Script, interpreter: Sequence[str], environ: dict[str, str], facts: dict[str, str], *more: str
) -> int:
    """Become `hume run`, with what was read of the script."""
    words = starting.command(interpreter, sealing.seal(script.data, script.name), asked.script, asked.arguments)
    # Where the run comes from; the client keeps it from the script.
    environ["HUME_FILE"] = str(script.path.absolute())
    task = ["-t", asked.task(os.environ)]
    return _exec(
        [str(native()), "run", *reporting.as_options(facts), *more, *asked.options, *task, "--", *words], environ
    )


def _facts(kind: str, script: Script) -> dict[str, str]:
    return {"signature": kind, "script": str(script.path.absolute())[-1024:], "script_sha256": script.sha256}


def _facts_untrusted(script: str) -> dict[str, str]:
    """Return what is told of a script while nobody is believed: which one it was, if it can be read."""
    try:
        return _facts("untrusted", verification.read(pathlib.Path(script)))
    except HumeError:
        return {"signature": "untrusted"}


def _exec(words: list[str], environ: dict[str, str]) -> int:
    sys.stdout.flush()
    sys.stderr.flush()
    try:
        os.execve(words[0], words, environ)  # noqa: S606 - no shell is wanted
    except (OSError, ValueError) as error:
        print(f"hume: {visible(f'{words[0]} cannot be run: {error}')}", file=sys.stderr)
        return Exit.UNSIGNED

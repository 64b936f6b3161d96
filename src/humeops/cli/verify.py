# SPDX-License-Identifier: MIT
"""`hume verify`: does this script verify here, and what was signed."""

import sys
from collections.abc import Iterator, Sequence

import click
import msgspec

from humeops import cells
from humeops.cli import options, signing
from humeops.cli.signing import Standing
from humeops.cli.terminal import Terminal, terminal_of
from humeops.errors import Exit


@click.command("verify", context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False})
@click.option("--trust", type=options.filled, metavar="DIR", help="Whom to believe [/etc/hume/signing].")
@click.option(
    "-o", "--output", type=options.one_of("format", ("table", "json")), default="table", help="table or json."
)
@click.argument("script", type=options.filled)
@click.argument("arguments", nargs=-1)
def command(script: str, arguments: Sequence[str], trust: str | None, output: str) -> int:
    """Say whether SCRIPT, called with ARGUMENTS, verifies on this host, and what was signed. Runs nothing.

    Exit status: 0 it verifies, 126 it does not.
    """
    standing = signing.look(script, arguments, trust, remember=False)
    if output == "json":
        print(cells.to_json(record(standing)))
    else:
        print("\n".join(draw(terminal_of(sys.stdout), standing)))
    return Exit.OK if standing.verified else Exit.UNSIGNED


def record(standing: Standing) -> dict[str, object]:
    """Return how a script stands, for programs."""
    found = standing.verified
    return {
        "script": str(standing.script.path),
        "sha256": standing.script.sha256,
        "policy": standing.policy,
        "state": "ok" if found else standing.fault.kind if standing.fault else "unsigned",
        "problem": str(standing.fault or ""),
        "key": found.fingerprint if found else None,
        "manifest": msgspec.to_builtins(found.manifest) if found else None,
    }


def draw(terminal: Terminal, standing: Standing) -> Iterator[str]:
    """Yield how a script stands, as lines."""
    found = standing.verified
    shape = ("✓" if found else "✗") if terminal.unicode else ("+" if found else "x")
    told = "verifies" if found else f"does not verify: {standing.fault}"
    line = f"{shape} {terminal.text(str(standing.script.path))} {terminal.text(told)}"
    yield terminal.paint(line, "green" if found else "red bold")
    facts = {"sha256": standing.script.sha256}
    if not found and standing.policy == "report":
        facts["policy"] = "report: it would run all the same, and an error be said of it"
    if found:
        signed = found.manifest
        facts |= {
            "signed by": f"{signed.signer}, {signed.signed_at}, {found.fingerprint}",
            "version": str(signed.version),
            "runs with": " ".join(signed.interpreter),
            "arguments": "any" if signed.arguments is None else " ".join(signed.arguments) or "none",
            "good until": signed.not_after or "revoked",
            "hosts": " ".join(signed.hosts) or "all",
            "sources": " ".join(signed.sources),
            "environment": " ".join(signed.environment),
        }
    for name, text in facts.items():
        if text:
            yield f"  {terminal.paint(f'{name:<11}', 'dim')}  {terminal.text(text)}"

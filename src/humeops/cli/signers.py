# SPDX-License-Identifier: MIT
"""`hume signers`: whom hosts believe, published by an admin as one signed bundle, and taken over by each host's root."""

import pathlib
import sys
from collections.abc import Iterator

import click

from humeops import cells
from humeops.cli import options, publishing, signing, updating
from humeops.cli.phrases import plural
from humeops.cli.terminal import Terminal, terminal_of
from humeops.errors import Exit
from humeops.security.signing import allowed, installing, trust
from humeops.security.signing.allowed import Signer
from humeops.security.signing.bundle import Bundle


@click.group("signers")
def command() -> None:
    """Whom hosts believe, handed out by central and signed so that central cannot change it (docs/guide/signing.md)."""


@command.command("publish")
@click.argument("source", metavar="DIR", type=click.Path(path_type=pathlib.Path))
@click.option("--key", metavar="FILE", help="A key of root_signers, or its .pub while an agent has it [of ~/.ssh].")
@click.option("--as", "signer", metavar="NAME", help="Who you are in root_signers [the comment of the key].")
@click.option(
    "--for", "span", type=options.some_span, default="26w", metavar="SPAN", show_default=True, help="Good for."
)
@click.option("--number", type=click.IntRange(1), metavar="N", help="Its version [one more than central's].")
@click.option("--to", "file", metavar="FILE", help="Into a file, for hosts that central does not reach.")
@options.central_options
def publish(
    source: pathlib.Path,
    key: str | None,
    signer: str | None,
    span: int,
    number: int | None,
    file: str | None,
    central: str | None,
    folder: str | None,
) -> int:
    """Sign allowed_signers, revoked and policy.toml of DIR with your own key, and have central hand them out.

    On your machine, as an admin of central: your key stays where it is, and central gets what was signed.
    """
    goal = publishing.ToFile(pathlib.Path(file)) if file else publishing.ToCentral(options.ask(central, folder))
    return publishing.publish(source, key, signer, span, number, goal)


@command.command("update")
@click.option("--from", "file", metavar="FILE", help="A bundle that was brought here [central's].")
@click.option("--trust", "place", type=options.filled, metavar="DIR", help="Whom to believe [/etc/hume/signing].")
@click.option("--dir", "folder", metavar="DIR", help="The hume folder [that of the humed here].")
def update(file: str | None, place: str | None, folder: str | None) -> int:
    """Fetch what central hands out, verify it against root_signers, and put it in force. As root.

    Exit status: 0 it is in force, 126 it is not to be believed and nothing changed, 75 central does not answer.
    """
    return updating.update(file, place, folder)


@command.command("show")
@click.option("--trust", "place", type=options.filled, metavar="DIR", help="Whom to believe [/etc/hume/signing].")
@options.output_option(("table", "json"), "table or json.")
def show(place: str | None, output: str) -> int:
    """Whom this host believes now, and until when."""
    folder, owners = signing.place_of(place)
    believed = signing.trust_of(place)
    found = installing.in_force(folder, owners)
    text = believed.allowed.read_text("utf-8", "replace")
    names = found.bundle.signers if found else allowed.read(text, str(believed.allowed))
    bundle = found.bundle if found else None
    if output == "json":
        print(cells.to_json(_record(believed, bundle, names)))
    else:
        print("\n".join(_draw(terminal_of(sys.stdout), believed, bundle, names)))
    return Exit.OK


def _record(believed: trust.Trust, bundle: Bundle | None, names: list[Signer]) -> dict[str, object]:
    return {
        "folder": str(believed.allowed.parent),
        "version": bundle.version if bundle else None,
        "signed_by": bundle.signer if bundle else None,
        "not_after": bundle.not_after if bundle else None,
        "expired": believed.is_over(signing.now()),
        "policy": believed.settings.policy,
        "signers": [{"names": one.names, "key": one.key, "namespaces": one.namespaces} for one in names],
    }


def _draw(terminal: Terminal, believed: trust.Trust, bundle: Bundle | None, names: list[Signer]) -> Iterator[str]:
    if bundle is None:
        yield f"brought by hand, in {terminal.text(str(believed.allowed.parent))}; central hands out nothing here"
    else:
        yield terminal.text(f"version {bundle.version}, signed by {bundle.signer}, good until {bundle.not_after}")
        if believed.is_over(signing.now()):
            yield terminal.paint("that is past, and nothing signed verifies: hume signers update, as root", "red bold")
    yield f"policy {believed.settings.policy}, {plural(len(names), 'signer')}"
    for one in names:
        kind, _, key = one.key.partition(" ")
        yield terminal.text(f"  {', '.join(one.names)}  {kind} …{key[-12:]}  {one.namespaces or 'for anything'}")

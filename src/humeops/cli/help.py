# SPDX-License-Identifier: MIT
"""`hume help [VERB]`: all verbs, the native ones too; or one verb's options."""

import click

from humeops.cli import saying, verbs


@click.command("help")
@click.argument("verb", required=False)
@click.pass_context
def command(ctx: click.Context, verb: str | None) -> int:
    """List the verbs, or say what one verb takes."""
    if verb is None or verb == "help":
        click.echo(overview())
        return 0
    if verb in verbs.NATIVE:
        click.echo(saying.help_of(verb))
        return 0
    root = ctx.find_root()
    assert isinstance(root.command, click.Group)  # noqa: S101 - help is a verb of the group
    name, found, _ = root.command.resolve_command(root, [verb])
    assert found is not None  # noqa: S101 - resolve_command raises for what is no verb
    click.echo(found.get_help(click.Context(found, info_name=name, parent=root)))
    return 0


def overview() -> str:
    """Return the list of verbs: those for scripts, those for people."""
    columns = max(map(len, [*verbs.PEOPLE, *verbs.NATIVE])) + 2
    lines = [
        "Your scripts say what they do; hume keeps it, shows it, and tells you what went wrong.",
        "",
        "In a script:",
    ]
    lines += [f"  hume {verb:<{columns}}{text}" for verb, text in verbs.NATIVE.items()]
    lines += ["", "At the prompt:"]
    lines += [f"  hume {verb:<{columns}}{text}" for verb, text in verbs.PEOPLE.items()]
    lines += ["", "hume help VERB says what a verb takes."]
    return "\n".join(lines)

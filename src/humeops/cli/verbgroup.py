# SPDX-License-Identifier: MIT
"""`hume VERB` for people: the group of verbs, and the one place where errors become a line and an exit status.

Promises: wrong usage is 64 and one line that says what is wrong and what was probably meant; every other failure is one
line too, never a traceback (HUME_DEBUG=1 shows it); a closed pipe is silent; Ctrl-C is 130. A verb's module is imported
when the verb is used, so that `hume status` pays for nothing else.
"""

import errno
import importlib
import os
import sys
import typing

import click

from humeops.cli import verbs
from humeops.errors import Exit, HumeError

if typing.TYPE_CHECKING:
    from typing_extensions import override
else:  # typing has it from Python 3.12 on, and nothing at run time needs it

    def override(method):
        """Mark a method that replaces its parent's."""
        return method


INTERRUPTED = 130
BROKEN_PIPE = 141  # what a shell reports of any program that writes into a closed pipe


# The disk or quota is full, the file may not grow, the device fails: whatever the error, it is the output that it met.
_OUTPUT_FAILS = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO})


class VerbGroup(click.Group):
    """The verbs, loaded one by one."""

    @override
    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(verbs.PEOPLE)

    @override
    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in verbs.PEOPLE and cmd_name not in verbs.HANDED_OVER:
            return None
        command = importlib.import_module(f"humeops.cli.{cmd_name}").command
        assert isinstance(command, click.Command)  # noqa: S101 - a verb's module without its command is a fault of ours
        return command

    @override
    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and self.get_command(ctx, args[0]) is None:
            raise click.UsageError(_no_such_verb(args[0]))
        return super().resolve_command(ctx, args)


@click.group(cls=VerbGroup, invoke_without_command=True, context_settings={"help_option_names": ["-h", "--help"]})
@click.option("-V", "--version", is_flag=True, help="Say which hume this is.")
@click.pass_context
def group(ctx: click.Context, version: bool) -> int | None:
    """Your scripts say what they do; hume keeps it, shows it, and tells you what went wrong."""
    if version:
        return typing.cast(int, ctx.invoke(_command(ctx, "version")))
    if ctx.invoked_subcommand is None:
        return typing.cast(int, ctx.invoke(_command(ctx, "help"), verb=None))
    return None


def run(arguments: list[str]) -> int:
    """Do what the command line says and return the exit status."""
    try:
        status = _invoke(arguments)
        sys.stdout.flush()
        return status
    except click.UsageError as error:
        return _fail(_usage_line(error), Exit.USAGE)
    except click.ClickException as error:
        return _fail(error.format_message(), Exit.USAGE)
    except HumeError as error:
        return _fail(str(error), error.exit_code)
    except (KeyboardInterrupt, click.Abort):
        return INTERRUPTED
    except BrokenPipeError:
        _forget(1, 2)
        return BROKEN_PIPE
    except Exception as error:  # noqa: BLE001 - a fault of ours becomes one line here, HUME_DEBUG=1 raises it again
        return _unexpected(error)


def _invoke(arguments: list[str]) -> int:
    try:
        # Not group.main: it keeps a closed pipe to itself and would end with 1.
        with group.make_context("hume", arguments) as ctx:
            status = group.invoke(ctx)
        return status if isinstance(status, int) else Exit.OK
    except click.exceptions.Exit as ended:
        return ended.exit_code


def _unexpected(error: Exception) -> int:
    if os.environ.get("HUME_DEBUG"):
        raise error
    if isinstance(error, OSError) and error.errno in _OUTPUT_FAILS and error.filename is None:
        _forget(1)
        return _fail(f"the output cannot be written: {(error.strerror or '').lower()}", Exit.IO)
    text = f"a fault of hume's own: {type(error).__name__}: {error} (HUME_DEBUG=1 shows where)"
    return _fail(text, Exit.SOFTWARE)


def _command(ctx: click.Context, verb: str) -> click.Command:
    command = group.get_command(ctx, verb)
    assert command is not None  # noqa: S101 - named by ourselves
    return command


def _no_such_verb(word: str) -> str:
    if word in verbs.NATIVE:
        return f"`{word}` is said by the native client `hume`, not by hume-cli"
    if word.startswith("-"):
        return f"no such option: {ascii(word)[1:-1]}; hume help lists the verbs"
    meant = verbs.nearest(word)
    # The same sentences as the native client's: nobody should care which of the two does not know a verb.
    return f"no verb {word!a}; did you mean {meant}?" if meant else f"no verb {word!a} (hume --help lists them)"


def _usage_line(error: click.UsageError) -> str:
    if isinstance(error, click.exceptions.NoArgsIsHelpError) and isinstance(error.ctx.command, click.Group):
        # Its text is the whole help, of many lines.
        text = f"say what to do: {', '.join(error.ctx.command.list_commands(error.ctx))}"
    elif isinstance(error, click.NoSuchOption):
        names = [name for param in error.ctx.command.params for name in param.opts] if error.ctx else []
        meant = verbs.nearest(error.option_name, names)
        text = f"no such option: {error.option_name}" + (f"; did you mean {meant}" if meant else "")
        if not meant and error.ctx and any("[FILTER]" in (param.metavar or "") for param in error.ctx.command.params):
            text += "; in a filter, `not` leaves out what follows: not task:backup"
    else:
        text = error.format_message().rstrip(".")
        text = text[:1].lower() + text[1:]
    # The context knows the verb: its help is the place to look when the line is not enough.
    verb = _verb(error.ctx)
    return f"{verb}: {text} (hume help {verb})" if verb and verb != "help" else text


def _verb(ctx: click.Context | None) -> str | None:
    """Return the verb of this context: of `hume watch add` it is `watch`, of which there is help."""
    while ctx is not None and ctx.parent is not None and ctx.parent.parent is not None:
        ctx = ctx.parent
    return ctx.info_name if ctx is not None and ctx.parent is not None else None


def _fail(text: str, status: int) -> int:
    from humeops.cli import terminal

    try:
        shown = terminal.terminal_of(sys.stderr).text(" ".join(text.split()))
        print(f"hume: {shown}", file=sys.stderr)
    except (OSError, ValueError):
        _forget(1, 2)  # nobody reads: the status still tells
    return int(status)


def _forget(*descriptors: int) -> None:
    # Python would write what is left in its buffers at exit, and complain: let that go nowhere.
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for descriptor in descriptors:
        os.dup2(nowhere, descriptor)

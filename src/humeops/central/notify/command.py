# SPDX-License-Identifier: MIT
"""A command on central, for those who must: run by no shell, with the message as JSON on its standard input.

Only programs that central's own settings list are run, so that whoever may make channels can't thereby run what they like. When
it has ended, or its time is over, its whole process group ends with it.
"""

import contextlib
import os
import pathlib
import select
import signal
import subprocess
import tempfile
import time
from typing import Annotated, BinaryIO

import msgspec

from humeops.central.notify import document
from humeops.central.notify.channel import Allowed, Channel, Seconds
from humeops.central.notify.failure import ConfigError, RefusedError, UnreachableError, quoted
from humeops.central.notify.message import Message
from humeops.central.notify.wording import Wording
from humeops.errors import Exit, explain

_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
_GRACE_SECONDS = 1
_KEPT = 2_000
# These say that another attempt is of no use (docs/reference/exit-codes.md); all others are tried again.
_FOR_GOOD = (Exit.USAGE, Exit.DATA, Exit.REFUSED, Exit.CONFIG, 126, 127)
Argument = Annotated[str, msgspec.Meta(pattern=r"^[^\x00]*$", max_length=4_000)]


class Command(Channel, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="command", tag_field="type"):
    """What is run, as a list: the program's full path and its arguments."""

    argv: Annotated[tuple[Argument, ...], msgspec.Meta(min_length=1, max_length=100)]
    timeout: Seconds = 30

    def check(self) -> None:
        """Raise ConfigError for what can't work."""
        super().check()
        if not self.argv[0].startswith("/"):
            raise ConfigError(f"`argv`: the first of it is the full path of a program, and {self.argv[0]!a} is none")


def deliver(channel: Command, message: Message, wording: Wording, now_ns: int, allowed: Allowed) -> None:
    """Run the command; when this returns, it has ended with status 0, and nothing that it started is left."""
    program = channel.argv[0]
    _check_listed(program, allowed)
    subject, short, text = wording.subject(message), wording.short(message), wording.text(message)
    # A file and not a pipe: a command that reads nothing holds nothing up.
    with tempfile.TemporaryFile() as standard_input:
        standard_input.write(document.of(message, subject, short, text))
        standard_input.seek(0)
        status, said = _run(channel, standard_input, _environment(message, subject, short))
    _judge(program, status, said)


def check_program(channel: Command, allowed: Allowed) -> None:
    """Raise RefusedError for a program that is not there, or may not be run."""
    program = channel.argv[0]
    _check_listed(program, allowed)
    if not os.path.exists(program):
        raise RefusedError(f"`argv`: {program}: there is no such program")
    if not os.path.isfile(program) or not os.access(program, os.X_OK):
        raise RefusedError(f"`argv`: {program} is no program that can be run")


def _check_listed(program: str, allowed: Allowed) -> None:
    if program not in allowed.commands:
        raise RefusedError(
            f"`argv`: {program} may not be run by a channel; list it in `notify.commands` of central.toml"
        )


def _environment(message: Message, subject: str, short: str) -> dict[str, str]:
    """Return all that it finds in its environment; nothing of central's own, which holds passwords."""
    first = message.items[0] if len(message.items) == 1 else None
    given = {
        "PATH": _PATH,
        "LANG": "C.UTF-8",
        "HUME_KEY": document.key_of(message),
        "HUME_KIND": message.kind,
        "HUME_SUBJECT": subject,
        "HUME_SHORT": short,
        "HUME_HOST": first.host if first else "",
        "HUME_TASK": first.task if first else "",
        "HUME_STATE": first.state if first else "",
    }
    return {name: text.replace("\0", "").encode("utf-8", "replace").decode() for name, text in given.items()}


def _run(channel: Command, standard_input: BinaryIO, environment: dict[str, str]) -> tuple[int, str]:
    """Return the exit status (negative: a signal) and the end of what it said on standard error."""
    try:
        process = subprocess.Popen(
            channel.argv,
            stdin=standard_input,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            cwd="/",
            env=environment,
            start_new_session=True,
        )
    except (OSError, ValueError) as error:
        what = explain(error) if isinstance(error, OSError) else str(error)
        raise RefusedError(f"{channel.argv[0]} can't be run: {quoted(what)}") from error
    with process:
        try:
            said = _listen(process, channel.timeout)
        finally:
            _end_group(process)
    if said is None:
        raise UnreachableError(
            f"{pathlib.PurePath(channel.argv[0]).name}: not done after {channel.timeout} s, and ended"
        )
    return process.returncode, said


def _listen(process: subprocess.Popen[bytes], seconds: float) -> str | None:
    """Return the end of its standard error once it has ended; None when its time was over before."""
    assert process.stderr is not None  # noqa: S101 - it was asked for
    heard, kept, end = process.stderr.fileno(), b"", time.monotonic() + seconds
    os.set_blocking(heard, False)
    ended = os.pidfd_open(process.pid)
    poll = select.poll()
    poll.register(ended, select.POLLIN)
    poll.register(heard, select.POLLIN)
    try:
        while (left := end - time.monotonic()) > 0:
            found = {fd for fd, _ in poll.poll(left * 1_000)}
            if heard in found:
                part = _read(heard)
                kept = (kept + part)[-_KEPT:]
                if not part:
                    poll.unregister(heard)
            # The program itself counts: what it left in the background may hold its standard error open for ever.
            if ended in found:
                return kept.decode("utf-8", "replace")
    finally:
        os.close(ended)
    return None


def _read(fd: int) -> bytes:
    try:
        return os.read(fd, 65_536)
    except BlockingIOError:
        return b""


def _end_group(process: subprocess.Popen[bytes]) -> None:
    """End what is left of its group: with a word first while the program itself still runs, and then for good."""
    with contextlib.suppress(ProcessLookupError):
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGTERM)
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(_GRACE_SECONDS)
        # Its number is its group's as long as one of the group lives, so nobody else is met.
        os.killpg(process.pid, signal.SIGKILL)


def _judge(program: str, status: int, said: str) -> None:
    if status == 0:
        return
    name = pathlib.PurePath(program).name
    what = f"killed by signal {-status}" if status < 0 else f"exit {status}"
    line = f"{name}: {what}: {quoted(said)}" if said.strip() else f"{name}: {what}"
    raise RefusedError(line) if status in _FOR_GOOD else UnreachableError(line)

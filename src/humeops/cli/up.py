# SPDX-License-Identifier: MIT
"""`hume up`: humed and central in one folder, in the foreground, until Ctrl-C. For a trial, a laptop, a test.

No configuration, no root, no other server. It prints one line when both answer, restarts what dies, and stops humed
before central. A folder has one `hume up`: a lock that the kernel lets go with the process says so to a second one.
"""

import errno
import fcntl
import os
import pathlib
import shlex
import socket
import sys
import time
import urllib.parse
from collections.abc import Iterator

import click

from humeops.api import schemas
from humeops.cli import ask, client
from humeops.cli.supervisor import Child, Supervisor, in_words
from humeops.cli.terminal import terminal_of
from humeops.errors import ConfigError, Exit, HumeError, UnavailableError, explain
from humeops.layout import Layout, default_dir

PORT = 4863  # HUME on a telephone
UP_WITHIN_SECONDS = 30.0
LOOK_EVERY_SECONDS = 0.05


@click.command("up")
@click.option(
    "--dir", "folder", metavar="DIR", help="The folder that holds everything [HUME_DIR, else ~/.local/state/hume]."
)
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=PORT,
    show_default=True,
    metavar="N",
    help="Central's port; 0: any free one.",
)
def command(folder: str | None, port: int) -> int:
    """Run humed and central here, in the foreground, until Ctrl-C."""
    layout = Layout(pathlib.Path(folder).absolute() if folder else default_dir())
    os.umask(0o077)  # nothing in the folder is for others
    prepare(layout)
    lock = take_lock(layout.root / "up.lock")
    try:
        check_port(port)
        elsewhere = {name: value for name, value in os.environ.items() if name != "HUME_DIR"}
        return _run(layout, port, is_default=layout.root == default_dir(elsewhere))
    finally:
        os.close(lock)


def prepare(layout: Layout) -> None:
    """Make the folder, readable by its owner only; refuse one whose socket path the kernel would not take."""
    length = len(os.fsencode(layout.socket))
    if length > ask.MAX_SOCKET_PATH:
        raise ConfigError(
            f"the folder's name is too long: {layout.socket} has {length} bytes, a socket may have {ask.MAX_SOCKET_PATH}; "
            "choose a shorter one with --dir"
        )
    try:
        layout.root.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise ConfigError(f"cannot make the folder: {explain(error)}") from error


def take_lock(path: pathlib.Path) -> int:
    """Return a descriptor that holds the folder's lock; UnavailableError when another `hume up` holds it."""
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise ConfigError(f"cannot write into the folder: {explain(error)}") from error
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        holder = os.pread(descriptor, 32, 0).decode("ascii", "replace").strip()
        os.close(descriptor)
        if error.errno not in (errno.EAGAIN, errno.EACCES):
            raise
        raise UnavailableError(f"hume is up already in {path.parent} (process {holder or 'unknown'})") from None
    os.ftruncate(descriptor, 0)
    os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
    return descriptor


def check_port(port: int) -> None:
    """Refuse a port that somebody has; central would only say so in its log, and every restart again."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise UnavailableError(
                f"port {port} is not free ({(error.strerror or '').lower()}), perhaps another hume up has it; "
                "choose one with --port, 0 takes any"
            ) from None


def _run(layout: Layout, port: int, is_default: bool) -> int:
    folder = str(layout.root)
    central = Child(
        "central",
        _central_command(folder, port),
        layout.root / "central.log",
    )
    humed = Child("humed", [sys.executable, "-m", "humeops.daemon.main", "--dir", folder], layout.root / "humed.log")
    supervisor = Supervisor([central, humed], os.getpid(), _say)
    before = _written_at(layout.central_url)
    supervisor.start()
    try:
        url = _wait_until_up(supervisor, layout, central, humed, before)
        if url is None:
            return Exit.OK
        # Started again, it is found where whoever looks on found it.
        central.command = _central_command(folder, urllib.parse.urlsplit(url).port or port)
        print("\n".join(welcome(url, folder, is_default, _link(layout))), flush=True)
        while not supervisor.wait(1.0):
            supervisor.look_after()
        if terminal_of(sys.stdout).live:
            print("\nstopping", flush=True)
        return Exit.OK
    finally:
        supervisor.stop()


def _central_command(folder: str, port: int) -> list[str]:
    return [sys.executable, "-m", "humeops.cli.central", "serve", "--dir", folder, "--port", str(port)]


def welcome(url: str, folder: str, is_default: bool, link: str) -> Iterator[str]:
    """Yield the line that says it is up, the link to its pages, and three lines on what to do next."""
    yield f"hume is up at {url} (folder {folder})"
    if link:
        yield f"  {'in a browser:':<18}{link}"
    steps = ["hume start hello", 'hume info "it works"; hume stop', "hume status"]
    if not is_default:
        steps = [f"export HUME_DIR={shlex.quote(folder)}", "; ".join(steps[:2]), steps[2]]
    for label, step in zip(("in another shell:", "", ""), steps, strict=True):
        yield f"  {label:<18}{step}"


def _wait_until_up(
    supervisor: Supervisor, layout: Layout, central: Child, humed: Child, before: int | None
) -> str | None:
    """Return central's address when both answer, None when somebody wants us to stop; raise when one does not come up."""
    until = time.monotonic() + UP_WITHIN_SECONDS
    while time.monotonic() < until:
        for child in (central, humed):
            status = child.ended()
            if status is not None:
                raise _did_not_come_up(child, in_words(status), status)
        if (url := _central_answers(layout, before)) and _humed_answers(layout, humed):
            return url
        if supervisor.wait(LOOK_EVERY_SECONDS):
            return None
    late = humed if _central_answers(layout, before) else central
    raise _did_not_come_up(late, f"does not answer after {UP_WITHIN_SECONDS:g} s", Exit.UNAVAILABLE)


def _link(layout: Layout) -> str:
    """Return a link that signs whoever starts this in to the pages, once; `hume link` makes others."""
    try:
        central = client.find_central(None, str(layout.root), {})
        return central.url + central.send("links", schemas.LinkView).path
    except HumeError:
        return ""  # it is up nevertheless


def _did_not_come_up(child: Child, what: str, status: int) -> HumeError:
    terminal = terminal_of(sys.stderr)
    for line in child.last_lines():
        print(f"  {terminal.text(line)}", file=sys.stderr)
    text = f"{child.name} did not come up: it {what} (its log: {child.log})"
    return ConfigError(text) if status == Exit.CONFIG else UnavailableError(text)


def _central_answers(layout: Layout, before: int | None) -> str | None:
    # The file of an earlier life may name a port where somebody else listens by now.
    if _written_at(layout.central_url) in (None, before):
        return None
    try:
        found = client.find_central(None, str(layout.root), {}, timeout=0.5)
    except HumeError:
        return None
    return found.url if found.is_ready() else None


def _humed_answers(layout: Layout, humed: Child) -> bool:
    if humed.process is None or client.read_line(layout.pid_file) != str(humed.process.pid):
        return False
    try:
        return bool(ask.ask(layout.socket, "?queue", deadline_seconds=0.5))
    except HumeError:
        return False


def _written_at(path: pathlib.Path) -> int | None:
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return None


def _say(text: str) -> None:
    terminal = terminal_of(sys.stderr)
    print(f"hume: {terminal.text(text)}", file=sys.stderr, flush=True)

# SPDX-License-Identifier: MIT
"""The spool's disk is full, read-only, or fails, under a real humed: nothing acknowledged is lost, and it says what is up.

Only the state folder lies on the small disk, a tmpfs in a mount namespace of humed's own; the test reaches it through
/proc/PID/root.
"""

import contextlib
import itertools
import os
import pathlib
import re
import shlex
import sqlite3
import subprocess
from collections.abc import Iterator
from typing import Any

import pytest

from tests.fixtures import eset, processes, strace
from tests.fixtures.processes import wait_until
from tests.unit.daemon.sayings import say

SIZE = 24 * 1024 * 1024
BALLAST = 4 * 1024 * 1024
NAMESPACE = ["unshare", "-m"] if os.geteuid() == 0 else ["unshare", "-Urm"]


def on_small_disk(state: pathlib.Path, options: str = "") -> processes.Wrapper:
    """Return what runs humed with a small tmpfs in the place of its state folder."""
    mount = f"mount -t tmpfs -o size={SIZE},mode=700{options} hume {shlex.quote(str(state))}"

    def inside(command: list[str]) -> list[str]:
        return [*NAMESPACE, "sh", "-c", f'{mount} && exec "$@"', "humed", *command]

    return inside


@pytest.fixture
def state(installed: processes.Installation) -> pathlib.Path:
    """Configure a state folder of its own; skip, for everybody to see, where no namespace with a tmpfs may be made."""
    state = installed.root / "state"
    state.mkdir()
    probe = subprocess.run(on_small_disk(state)(["true"]), capture_output=True, text=True, check=False)
    if probe.returncode:
        if os.environ.get("HUME_REQUIRE_SERVICES"):
            pytest.fail(f"no tmpfs of one's own: {probe.stderr}")
        pytest.skip(f"no tmpfs of one's own: {probe.stderr.strip()}")
    installed.layout.daemon_config.write_text(
        f'state_dir = "{state}"\n[central]\nretry_first_seconds = 0.1\nretry_longest_seconds = 0.3\n'
        f"[spool]\nballast_bytes = {BALLAST}\nmin_free_bytes = 0\n"
    )
    return state


def say_large(installed: processes.Installation, said: eset.Said, count: int) -> None:
    for _ in range(count):
        message = f"{said.next_message()} {'x' * 7_000}"
        said.note(message, installed.hume("info", "--strict", "-t", "eset", message).returncode)


def ask(installed: processes.Installation, question: bytes) -> bytes:
    import zmq

    with zmq.Context() as context, context.socket(zmq.REQ) as asking:
        asking.linger = 0
        asking.connect(f"ipc://{installed.layout.socket}")
        asking.send(question)
        assert asking.poll(10_000), "humed does not answer"
        return asking.recv()


def queue(installed: processes.Installation) -> Any:
    return eset.queue(installed)


def fill(path: pathlib.Path) -> None:
    """Take all the space there is."""
    with path.open("wb", buffering=0) as file:
        for size in itertools.chain([1 << 20] * 64, [1 << 12] * 512):
            try:
                file.write(bytes(size))
            except OSError:
                continue


def test_a_full_disk_turns_away_what_it_must_and_drains_and_recovers(
    installed: processes.Installation, state: pathlib.Path
) -> None:
    said = eset.Said()
    humed = installed.start_humed(inside=on_small_disk(state))
    seen = pathlib.Path(f"/proc/{humed.pid}/root{state}")
    ballast, filler = seen / "spool.ballast", seen / "filler"
    assert ballast.stat().st_size == BALLAST
    say_large(installed, said, 3)

    fill(filler)
    for _ in range(300):
        say_large(installed, said, 1)
        if not ballast.exists():
            break
    assert not ballast.exists(), "the disk never became full"

    assert ask(installed, say(task="x")).startswith(b"75 ")
    assert ask(installed, say("start", task="x")).startswith(b"0 ")
    assert ask(installed, say("stop", task="x", outcome="ok")).startswith(b"0 ")
    assert queue(installed)["room"] == "starts, stops and failures"
    waiting = len(list(installed.layout.drop.glob("*.hume")))
    say_large(installed, said, 3)
    assert len(list(installed.layout.drop.glob("*.hume"))) == waiting + 3

    installed.start_central()
    wait_until(lambda: eset.queue(installed)["depth"] == 0, "the spool drains on the full disk", 30)
    assert filler.exists()
    filler.unlink()
    wait_until(ballast.exists, "the ballast is laid again", 30)

    eset.assert_arrived_exactly_once(installed, said)
    assert queue(installed)["room"] == "everything"
    assert queue(installed)["dropped"] == {}
    assert not said.unknown
    assert humed.poll() is None


def test_a_deleted_spool_that_there_is_no_room_to_save_is_kept_alive_until_there_is(
    installed: processes.Installation, state: pathlib.Path
) -> None:
    log = installed.root / "humed.stderr"
    humed = installed.start_humed(inside=on_small_disk(state))
    disk = os.open(f"/proc/{humed.pid}/root{state}", os.O_RDONLY | os.O_DIRECTORY)
    seen = pathlib.Path(f"/proc/self/fd/{disk}")
    assert installed.hume("--strict", "info", "-t", "x", "acknowledged").returncode == 0
    (seen / "spool.ballast").unlink()
    fill(seen / "filler")

    (seen / "spool.db").unlink()

    wait_until(lambda: "cannot be saved yet" in log.read_text(), "humed finds that it cannot save it")
    assert humed.poll() is None
    (seen / "filler").unlink()
    assert humed.wait(timeout=30) == 74
    saved = installed.root / "saved.db"
    saved.write_bytes((seen / "spool.db.new").read_bytes())
    os.close(disk)
    with contextlib.closing(sqlite3.connect(saved)) as db:
        assert [b"acknowledged" in body for (body,) in db.execute("SELECT body FROM event")] == [True]


def test_a_read_only_disk_is_told_in_one_line(installed: processes.Installation, state: pathlib.Path) -> None:
    humed = installed.start_humed(ready=False, inside=on_small_disk(state, ",ro"))

    assert humed.wait(timeout=20) == 74
    (line,) = (installed.root / "humed.stderr").read_text().splitlines()
    assert line.startswith("humed: ")
    assert line.endswith(": read-only file system; mount that disk writable")


@contextlib.contextmanager
def failing(pid: int, call: str, error: str, log: pathlib.Path) -> Iterator[None]:
    """Let each such call of a process fail from now on, until it ends."""
    strace.require_strace()
    command = ["strace", "-f", "-qq", "-o", str(log), "-e", f"trace={call}", "-e", f"inject={call}:error={error}"]
    with subprocess.Popen([*command, "-p", str(pid)]) as attached:
        wait_until(lambda: is_traced(pid), "strace is there")
        yield
        attached.wait(timeout=20)


@pytest.mark.parametrize("error", ["EIO", "EROFS"])
@pytest.mark.parametrize("call", ["fdatasync", "pwrite64"])
def test_a_failing_disk_ends_it_with_nothing_acknowledged_and_the_next_start_goes_on(
    installed: processes.Installation, tmp_path: pathlib.Path, call: str, error: str
) -> None:
    said = eset.Said()
    doomed = installed.start_humed()
    eset.say_some(installed, said, 3)

    with failing(doomed.pid, call, error, tmp_path / "log"):
        eset.say_until_dead(installed, said, doomed)
        assert doomed.wait(timeout=20) == 74

    told = (installed.root / "humed.stderr").read_text()
    assert re.search(
        "(?i)(disk I/O|input/output) error; the disk fails: look at `dmesg`|read-only file system; mount", told
    )
    installed.start_humed()
    installed.start_central()
    eset.say_some(installed, said, 3)
    eset.assert_arrived_exactly_once(installed, said)
    assert not said.unknown


def test_hume_up_starts_a_humed_again_whose_disk_failed(
    installed: processes.Installation, tmp_path: pathlib.Path
) -> None:
    said = eset.Said()
    up = installed._start("humeops.cli.main", "up", {}, "up", "--port", "0")
    wait_until(lambda: b"hume is up" in (installed.root / "up.stderr").read_bytes(), "hume is up", 30)
    first = installed.humed_pid()
    assert first is not None

    eset.say_some(installed, said, 3)
    with failing(first, "fdatasync", "EIO", tmp_path / "log"):
        wait_until(lambda: has_ended(installed, said, first), "the first humed ends")
    wait_until(lambda: installed.humed_pid() not in (None, first), "another humed serves", 30)

    eset.say_some(installed, said, 3)
    eset.assert_arrived_exactly_once(installed, said)
    assert not said.unknown
    assert "humed ended with status 74" in (installed.root / "up.stderr").read_text()
    up.terminate()
    assert up.wait(timeout=20) == 0


def is_traced(pid: int) -> bool:
    return "TracerPid:\t0\n" not in pathlib.Path(f"/proc/{pid}/status").read_text()


def has_ended(installed: processes.Installation, said: eset.Said, pid: int) -> bool:
    eset.say_some(installed, said, 1)
    return not pathlib.Path(f"/proc/{pid}").exists()

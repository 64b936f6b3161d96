# SPDX-License-Identifier: MIT
"""`hume up` for real: both parts come up, are looked after and stop; and the verbs for people against them."""

import contextlib
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

import pytest

SOURCE = pathlib.Path(__file__).parents[2] / "src"
SECONDS = 60


@pytest.fixture
def folder():
    path = pathlib.Path(tempfile.mkdtemp(prefix="hume-", dir="/tmp"))
    yield path / "here"
    shutil.rmtree(path)


def _environ(folder):
    kept = {name: value for name, value in os.environ.items() if not name.startswith("HUME_")}
    return {**kept, "PYTHONPATH": str(SOURCE), "HUME_DIR": str(folder), "LANG": "C.UTF-8"}


def _hume(folder, *arguments):
    return subprocess.run(
        [sys.executable, "-m", "humeops.cli.main", *arguments],
        env=_environ(folder),
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )


class Up:
    """One `hume up`; its output goes to a file, so that it never waits for a reader."""

    def __init__(self, folder, *arguments):
        self.folder = folder
        self.output = folder.parent / "output"
        with self.output.open("ab") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "humeops.cli.main", "up", *arguments],
                env=_environ(folder),
                stdout=output,
                stderr=output,
            )

    def said(self):
        return self.output.read_text()

    def wait_until_up(self):
        until(lambda: "hume is up at" in self.said() or self.process.poll() is not None, self.said)
        assert "hume is up at http://127.0.0.1:" in self.said()
        return self

    def children(self):
        listed = pathlib.Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text()
        return [int(pid) for pid in listed.split()]


@pytest.fixture
def up(folder):
    with contextlib.ExitStack() as stack:

        def start(*arguments):
            one = Up(folder, *arguments)
            stack.callback(one.process.wait, SECONDS)
            stack.callback(one.process.terminate)
            return one

        yield start


def until(condition, what, seconds=SECONDS):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return
        time.sleep(0.05)
    raise AssertionError(f"not within {seconds} s: {what()}")


def _alive(pid):
    try:
        return pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def test_it_comes_up_in_a_folder_of_its_own_and_stops_on_ctrl_c(up, folder):
    running = up("--port", "0").wait_until_up()
    children = running.children()

    lines = running.said().splitlines()
    assert lines[0] == f"hume is up at {(folder / 'central.url').read_text().strip()} (folder {folder})"
    assert lines[1].split(maxsplit=3)[3].startswith(lines[0].split()[4] + "/signin/")
    assert len(lines) == 5
    assert folder.stat().st_mode & 0o777 == 0o700
    assert len(children) == 2
    assert _hume(folder, "status").stdout.startswith("No task yet.")
    queue = json.loads(_hume(folder, "queue", "-o", "json").stdout)
    assert (queue["pid"] in children, queue["depth"]) == (True, 0)

    running.process.send_signal(signal.SIGINT)

    assert running.process.wait(SECONDS) == 0
    assert not any(map(_alive, children))
    assert _hume(folder, "status").returncode == 75
    assert "humed is not there" in _hume(folder, "queue").stdout


def test_a_second_one_in_the_same_folder_is_told_so(up, folder):
    running = up("--port", "0").wait_until_up()

    second = _hume(folder, "up", "--port", "0")

    assert second.returncode == 75
    assert second.stderr == f"hume: hume is up already in {folder} (process {running.process.pid})\n"
    assert all(map(_alive, running.children()))


def test_what_dies_is_started_again(up, folder):
    running = up("--port", "0").wait_until_up()
    humed = int((folder / "humed.pid").read_text())
    (central,) = set(running.children()) - {humed}
    url = (folder / "central.url").read_text()

    os.kill(humed, signal.SIGKILL)
    os.kill(central, signal.SIGKILL)

    until(lambda: _hume(folder, "queue").returncode == 0 and _hume(folder, "status").returncode == 0, running.said)
    assert "humed was killed by SIGKILL; starting it again in 1 s" in running.said()
    assert (folder / "central.url").read_text() == url
    assert not {humed, central} & set(running.children())


def test_kill_9_of_it_leaves_nothing_running(up):
    running = up("--port", "0").wait_until_up()
    children = running.children()

    running.process.kill()

    until(lambda: not any(map(_alive, children)), running.said)


def test_a_port_that_is_taken_is_said_with_the_way_out(folder):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]

        said = _hume(folder, "up", "--port", str(port))

    assert said.returncode == 75
    assert said.stderr == (
        f"hume: port {port} is not free (address already in use), perhaps another hume up has it; "
        "choose one with --port, 0 takes any\n"
    )


def test_a_part_that_does_not_come_up_is_said_with_its_own_words(folder):
    folder.mkdir()
    (folder / "central.toml").write_text("no such thing = true\n")
    (folder / "central.log").write_text("words of an earlier life\n")

    said = _hume(folder, "up", "--port", "0")

    assert said.returncode == 78
    assert "  hume-central: " in said.stderr
    assert "earlier life" not in said.stderr
    assert f"hume: central did not come up: it ended with status 78 (its log: {folder}/central.log)\n" in said.stderr
    assert _hume(folder, "queue").returncode == 75


def test_a_folder_whose_name_is_too_long_for_a_socket_is_refused(tmp_path):
    said = _hume(tmp_path, "up", "--dir", f"/tmp/{'x' * 110}")

    assert said.returncode == 78
    assert "choose a shorter one with --dir" in said.stderr
    assert not pathlib.Path(f"/tmp/{'x' * 110}").exists()

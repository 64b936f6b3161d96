# SPDX-License-Identifier: MIT
"""humed as a process: how it starts, says that it is there, refuses to start, and ends."""

import contextlib
import json
import os
import pathlib
import signal
import socket
import sqlite3
import stat
import subprocess
import sys
import time

import pytest

from tests.fixtures.processes import wait_until
from tests.unit.daemon.sayings import drop, id_of, say


def run(installed, *arguments, root=None):
    """Run humed to its end and return it; it is expected to end by itself."""
    command = [sys.executable, "-m", "humeops.daemon.main", "--dir", str(root or installed.root), *arguments]
    return subprocess.run(
        command,
        env=installed.environ(),
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
        stdin=subprocess.DEVNULL,
    )


def assert_refused(ended, status, *parts):
    """It ended with this status and one line that holds these parts."""
    assert ended.returncode == status, ended.stderr
    assert len(ended.stderr.splitlines()) == 1, ended.stderr
    assert ended.stderr.startswith("humed: ")
    assert [part for part in parts if part not in ended.stderr] == []
    assert ended.stdout == ""


def log_of(installed):
    return (installed.root / "humed.stderr").read_text()


@pytest.mark.parametrize("name", ["humed.lock", "humed.pid"])
@pytest.mark.parametrize("place", ["folder", "link", "fifo"])
def test_something_else_in_the_place_of_its_lock_or_pid_file_is_left_alone_and_named(installed, name, place):
    path = installed.root / name
    if place == "folder":
        path.mkdir()
    elif place == "link":
        path.symlink_to(installed.root / "elsewhere")
    else:
        os.mkfifo(path)

    assert_refused(run(installed), 78, str(path), "something else is in its place; move it away")

    assert not (installed.root / "elsewhere").exists()


def test_a_pid_file_that_somebody_deleted_is_written_again(installed):
    humed = installed.start_humed()
    installed.layout.pid_file.unlink()

    wait_until(lambda: installed.humed_pid() == humed.pid, "it is there again")


# -- starting ----------------------------------------------------------------------------------------------------------


def test_it_says_who_it_is_and_that_it_lives(installed):
    humed = installed.start_humed()

    assert installed.layout.pid_file.read_text() == f"{humed.pid}\n"
    # The log is the last to say it.
    wait_until(lambda: "humed: listens at" in log_of(installed), "the log says that it listens", 10)


def test_what_it_makes_is_open_to_those_who_need_it_and_no_others(installed):
    installed.start_humed()

    modes = {
        path.name: stat.S_IMODE(path.lstat().st_mode)
        for path in (installed.layout.socket, installed.layout.pid_file, installed.layout.spool, installed.layout.drop)
    }

    assert modes == {"humed.sock": 0o666, "humed.pid": 0o644, "spool.db": 0o600, "drop": 0o700}


@pytest.mark.slow
def test_the_pid_file_is_renewed_long_before_it_counts_as_stale(installed):
    installed.start_humed()
    long_ago = time.time() - 3_600
    os.utime(installed.layout.pid_file, (long_ago, long_ago))

    wait_until(lambda: time.time() - installed.layout.pid_file.stat().st_mtime < 60, "the pid file is renewed", 14)


def test_the_service_manager_is_told_of_start_life_and_end(installed):
    address = installed.root / "notify"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(str(address))
        manager.settimeout(10)
        humed = installed.start_humed(NOTIFY_SOCKET=str(address))
        first, second = manager.recv(4096).decode(), manager.recv(4096).decode()
        humed.terminate()
        last = manager.recv(4096).decode()

    assert first == "READY=1"
    assert second.startswith("WATCHDOG=1\nSTATUS=0 events wait for central, 0 runs open")
    assert last == "STOPPING=1"
    assert humed.wait(10) == 0


def test_a_manager_that_does_not_listen_costs_nothing(installed):
    installed.start_humed(NOTIFY_SOCKET=str(installed.root / "nobody"))


def test_one_of_another_state_folder_does_not_take_the_first_ones_socket(installed, tmp_path):
    first = installed.start_humed()
    installed.layout.daemon_config.write_text(f'state_dir = "{tmp_path}"\n')

    assert_refused(run(installed), 75, f"another humed is at work in {installed.root.resolve()}")

    assert first.poll() is None
    assert installed.hume("--strict", "info", "-v", "-t", "t", "still heard").returncode == 0
    assert list(installed.layout.drop.glob("*.hume")) == []


def test_a_runtime_folder_under_two_names_is_one(installed, tmp_path):
    (tmp_path / "other").symlink_to(installed.root)
    installed.layout.daemon_config.write_text(f'runtime_dir = "{tmp_path / "other"}"\n')

    installed.start_humed()


def test_a_second_one_is_refused_and_the_first_goes_on(installed):
    first = installed.start_humed()

    assert_refused(run(installed), 75, "another humed is at work in")

    assert first.poll() is None
    assert installed.layout.pid_file.read_text() == f"{first.pid}\n"
    assert installed.layout.socket.exists()


def test_a_socket_that_a_killed_one_left_is_replaced(installed):
    installed.start_humed().kill()
    assert installed.layout.socket.exists()

    installed.start_humed()


def test_a_file_in_the_place_of_the_socket_is_left_alone(installed):
    installed.layout.socket.write_text("precious")

    assert_refused(run(installed), 78, "humed.sock", "move it away")

    assert installed.layout.socket.read_text() == "precious"


def test_a_path_too_long_for_a_socket_is_told_in_one_line(installed):
    assert_refused(run(installed, root=installed.root / ("x" * 120)), 78, "107 bytes", "shorter folder")


def test_what_was_dropped_is_taken_in_before_anybody_can_speak(installed):
    installed.layout.drop.mkdir()
    said = [say() for _ in range(1_200)]
    for one in reversed(said):
        drop(installed.layout.drop, one)

    installed.start_humed()

    assert [seq for seq, _ in installed.spool_rows()] == list(range(1, 1_201))
    assert [id_of(body.encode()) for _, body in installed.spool_rows()] == [id_of(one) for one in said]
    assert list(installed.layout.drop.glob("*.hume")) == []


def test_what_is_dropped_while_it_runs_is_taken_in_soon(installed):
    installed.start_humed()
    path = drop(installed.layout.drop, say())

    wait_until(lambda: not path.exists(), "the dropped file is taken in", 5)

    assert len(installed.spool_rows()) == 1


# -- refusing to start -------------------------------------------------------------------------------------------------


def test_a_configuration_that_is_right_is_said_with_the_status_alone(installed):
    installed.layout.daemon_config.write_text('host = "web1"\n')

    ended = run(installed, "--check-config")

    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "", "")
    assert not installed.layout.spool.exists()


@pytest.mark.parametrize("arguments", [(), ("--check-config",)], ids=["start", "check"])
def test_a_configuration_that_is_wrong_is_told_with_line_and_the_nearest_right_key(installed, arguments):
    installed.layout.daemon_config.write_text("\n[central]\ntimeout_secnds = 3\n")

    assert_refused(run(installed, *arguments), 78, "humed.toml:3:", "`central.timeout_secnds`", "`timeout_seconds`")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('\nprocessors = ["nowhere"]\n', "humed.toml:2: `processors`: no installed package"),
        ('[[guard.tasks]]\ntask = "a"\n\n[[guard.tasks]]\ntask = "/(/"\n', "humed.toml:5: `guard.tasks[1].task`: no regular"),
        ("\nhost = ?\n", "humed.toml:2: not TOML"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("arguments", [(), ("--check-config",)], ids=["start", "check"])
def test_what_only_the_daemon_can_find_wrong_is_told_with_its_line_too(installed, arguments, text, told):
    installed.layout.daemon_config.write_text(text)

    assert_refused(run(installed, *arguments), 78, told)


@pytest.mark.parametrize("arguments", [("--nonsense",), ("extra",), ("--config",)], ids=["option", "word", "no-value"])
def test_a_wrong_command_line_is_told_in_one_line(installed, arguments):
    assert_refused(run(installed, *arguments), 64, "see humed --help")


def test_a_configuration_file_that_is_named_must_be_there(installed):
    assert_refused(run(installed, "--config", str(installed.root / "none.toml")), 78, "none.toml", "no such file")


@pytest.mark.parametrize("damage", ["text", "torn"])
def test_a_damaged_spool_is_put_aside_as_it_is_and_said(installed, damage):
    _make_spool(installed)
    spool = installed.layout.spool
    spool.write_bytes(b"no database " * 999 if damage == "text" else spool.read_bytes()[:100] + b"\xff" * 9_000)
    before = spool.read_bytes()

    installed.start_humed()

    (aside,) = (path for path in installed.root.glob("spool.db.bad-*") if not path.name.endswith(("-wal", "-shm")))
    assert aside.read_bytes() == before
    assert [json.loads(body)["kind"] for _, body in installed.spool_rows()] == ["loss"]


def test_a_spool_with_a_table_missing_counts_as_damaged(installed):
    _make_spool(installed)
    with contextlib.closing(sqlite3.connect(installed.layout.spool)) as db:
        db.execute("DROP TABLE run")

    installed.start_humed()

    assert "its tables are not those of humed: it is put aside" in log_of(installed)
    assert [json.loads(body)["kind"] for _, body in installed.spool_rows()] == ["loss"]


def test_a_spool_of_another_version_is_told_in_one_line(installed):
    _make_spool(installed)
    with contextlib.closing(sqlite3.connect(installed.layout.spool)) as db:
        db.execute("PRAGMA user_version = 9")

    assert_refused(run(installed), 70, "made by another version of humed", "schema 9")


def _make_spool(installed):
    humed = installed.start_humed()
    humed.terminate()
    assert humed.wait(10) == 0


@pytest.mark.parametrize("name", ["drop", "spool.db"])
def test_something_else_in_the_place_of_what_it_needs_is_told_in_one_line(installed, name):
    if name == "drop":
        (installed.root / name).touch()
    else:
        (installed.root / name).mkdir()

    assert_refused(run(installed), 74, name)


# -- ending ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_ends_cleanly_and_leaves_only_what_lasts(installed, number):
    humed = installed.start_humed()
    humed.send_signal(number)

    assert humed.wait(10) == 0
    left = {path.name for path in installed.root.iterdir()}
    assert left == {"drop", "humed.lock", "humed.stderr", "spool.ballast", "spool.db", "spool.high"}
    assert "humed: stops, 0 events wait for central" in log_of(installed)


def test_a_second_signal_hurries(installed):
    humed = installed.start_humed()
    # Stopped, it finds both at once.
    humed.send_signal(signal.SIGSTOP)
    humed.send_signal(signal.SIGTERM)
    humed.send_signal(signal.SIGINT)
    humed.send_signal(signal.SIGCONT)

    assert humed.wait(10) in (128 + signal.SIGTERM, 128 + signal.SIGINT)
    installed.start_humed()


def test_a_hangup_makes_it_look_for_central_and_not_end(installed):
    humed = installed.start_humed()
    humed.send_signal(signal.SIGHUP)

    wait_until(lambda: "looks for central anew" in log_of(installed), "the hangup is heard", 10)

    assert humed.poll() is None


def test_killed_at_any_moment_it_starts_again_where_it_was(installed):
    installed.layout.drop.mkdir()
    for _ in range(3):
        humed = installed.start_humed()
        drop(installed.layout.drop, say())
        wait_until(lambda: not list(pathlib.Path(installed.layout.drop).glob("*.hume")), "the file is taken in", 5)
        humed.kill()
        humed.wait(10)

    assert [seq for seq, _ in installed.spool_rows()] == [1, 2, 3]

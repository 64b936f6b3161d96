# SPDX-License-Identifier: MIT
"""The drop folder: whole events or none, whatever fails and whenever the client dies; and what the caller hears."""

import os
import re
import shutil
import subprocess

import pytest

from tests.fixtures import native
from tests.native.conftest import Caller

STRACE = shutil.which("strace")
needs_strace = pytest.mark.skipif(STRACE is None, reason="strace is not installed: faults can't be injected")


def run_with_fault(hume: Caller, *faults: str, log: str = "/dev/null") -> subprocess.CompletedProcess[bytes]:
    """Run `hume info x` with system calls failing as `strace -e inject=` says."""
    injected = [option for fault in faults for option in ("-e", f"inject={fault}")]
    command = [str(STRACE), "-o", log, *injected, str(hume.program), "--strict", "info", "x"]
    # strace and the leak sanitizer can't both trace a process, and the client has no heap to leak from.
    environ = hume.environment(ASAN_OPTIONS="detect_leaks=0")
    return subprocess.run(command, env=environ, capture_output=True, check=False, timeout=60)


def in_own_mounts(hume: Caller, script: str) -> subprocess.CompletedProcess[bytes]:
    """Run a shell script in a mount namespace of its own; skip where the kernel does not let us."""
    unshare = ["unshare", "-Urm"]
    if not shutil.which("unshare") or subprocess.run([*unshare, "true"], check=False, capture_output=True).returncode:
        pytest.skip("no mount namespaces for us here (unshare -Urm)")
    env = hume.environment(HUME=str(hume.program), DROP=str(hume.drop))
    return subprocess.run([*unshare, "sh", "-euc", script], env=env, capture_output=True, check=False, timeout=60)


def test_a_missing_folder_is_made_for_its_owner_alone(hume: Caller) -> None:
    deep = hume.root / "a" / "b"

    done = hume.run("--strict", "info", "x", env=hume.environment(HUME_DIR=str(deep)))

    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")
    assert len(list((deep / "drop").iterdir())) == 1
    assert {path.stat().st_mode & 0o777 for path in (deep.parent, deep, deep / "drop")} == {0o700}


def test_the_mode_is_the_groups_to_read_whatever_the_umask(hume: Caller) -> None:
    script = 'umask 077; "$HUME" info x; umask 000; "$HUME" info x'

    subprocess.run(["sh", "-c", script], env=hume.environment(HUME=str(hume.program)), check=True, timeout=60)

    assert len(hume.dropped()) == 2  # dropped() checks the mode


def test_hume_spool_names_the_folder(hume: Caller) -> None:
    elsewhere = hume.root / "elsewhere"

    hume.run("info", "x", env=hume.environment(HUME_SPOOL=str(elsewhere)))

    assert len(list(elsewhere.iterdir())) == 1
    assert hume.dropped() == []


@pytest.mark.parametrize("variables", [{"HOME": "home"}, {"XDG_STATE_HOME": "home/.local/state"}], ids=["HOME", "XDG"])
def test_without_hume_dir_it_is_the_persons_state_folder(variables: dict[str, str], hume: Caller) -> None:
    env = {name: str(hume.root / value) for name, value in variables.items()}
    env |= {"HUME_TEST_RUN_FOLDER": "/nonexistent", "HUME_TEST_DROP_FOLDER": "/nonexistent"}

    subprocess.run([native.build("hume-test"), "info", "x"], env=env, check=True, timeout=60)

    assert len(list((hume.root / "home/.local/state/hume/drop").iterdir())) == 1


def test_the_systems_folder_comes_before_the_persons(hume: Caller) -> None:
    hume.drop.mkdir()
    env = {"HUME_TEST_RUN_FOLDER": str(hume.root), "HUME_TEST_DROP_FOLDER": str(hume.drop), "HOME": str(hume.root)}

    subprocess.run([native.build("hume-test"), "info", "x"], env=env, check=True, timeout=60)

    assert len(hume.dropped()) == 1


@pytest.mark.parametrize(("options", "status"), [([], 0), (["--strict"], 75)])
def test_with_no_place_at_all_it_says_so_in_one_line(options: list[str], status: int) -> None:
    env = dict.fromkeys(("HUME_TEST_RUN_FOLDER", "HUME_TEST_DROP_FOLDER", "HUME_TEST_PASSWD"), "/nonexistent")
    command = [str(native.build("hume-test")), "info", "x", *options]

    done = subprocess.run(command, env=env, capture_output=True, check=False, timeout=60)

    assert done.returncode == status
    assert re.fullmatch(rb"hume: NOT stored: .*set HOME, HUME_DIR or HUME_SPOOL\n", done.stderr)


def test_a_file_in_the_folders_place_is_told(hume: Caller) -> None:
    hume.drop.write_text("")

    done = hume.run("--strict", "info", "x")

    assert done.returncode == 75
    assert done.stderr.startswith(b"hume: NOT stored: nobody is there, and can't open the drop folder ")
    assert b"Not a directory" in done.stderr


def test_a_read_only_folder_is_told(hume: Caller) -> None:
    done = in_own_mounts(hume, 'mkdir "$DROP"; mount -t tmpfs -o ro none "$DROP"; exec "$HUME" --strict info x')

    assert done.returncode == 75
    assert b"NOT stored" in done.stderr
    assert b"Read-only file system" in done.stderr


@pytest.mark.parametrize("words", ["info x", "run --lock l true"])
def test_why_a_folder_cannot_be_made_is_told_of_its_parent_too(words: str, hume: Caller) -> None:
    mount = 'mkdir "$DROP"; mount -t tmpfs -o ro none "$DROP"; export HUME_DIR="$DROP/a/b"; unset HUME_SPOOL'

    done = in_own_mounts(hume, f'{mount}; exec "$HUME" --strict {words}')

    assert done.returncode == 75
    assert b"Read-only file system" in done.stderr


def test_a_full_disk_is_told_and_leaves_nothing_behind(hume: Caller) -> None:
    script = """
        mkdir "$DROP"; mount -t tmpfs -o size=8192 none "$DROP"
        head -c 8192 /dev/zero > "$DROP/full" || true
        "$HUME" --strict info x || echo $?
        ls -A "$DROP"
    """

    done = in_own_mounts(hume, script)

    assert done.stdout == b"75\nfull\n"
    assert b"No space left on device" in done.stderr


def test_a_dropped_event_names_the_process_that_said_it(hume: Caller) -> None:
    script = 'exec "$HUME" info x'

    done = subprocess.Popen(["sh", "-c", script], env=hume.environment(HUME=str(hume.program)))
    done.wait(60)

    (event,) = hume.dropped()
    assert event.sayer is not None
    assert event.sayer[0] == done.pid
    assert event.sayer[1] >= event.origin.chain[0][1]


def test_without_proc_an_event_still_finds_its_way(hume: Caller) -> None:
    env = hume.environment(HUME_TEST_PROC="/nonexistent")

    done = subprocess.run(
        [native.build("hume-test"), "--strict", "info", "x"], env=env, capture_output=True, check=False, timeout=60
    )

    assert (done.returncode, done.stderr) == (0, b"")
    assert [(event.message, event.boot, event.origin.chain) for event in hume.dropped()] == [("x", "", [])]


@needs_strace
@pytest.mark.parametrize("fault", ["linkat:error=EPERM", "linkat:error=ENOENT", "linkat:error=EOPNOTSUPP"])
def test_where_linking_is_not_possible_the_file_is_renamed(fault: str, hume: Caller) -> None:
    done = run_with_fault(hume, fault)

    assert (done.returncode, done.stderr) == (0, b"")
    assert len(hume.dropped()) == 1


@needs_strace
def test_a_folder_without_fsync_is_taken_as_it_is(hume: Caller) -> None:
    done = run_with_fault(hume, "fsync:error=EINVAL")

    assert (done.returncode, done.stderr) == (0, b"")


@needs_strace
@pytest.mark.parametrize(
    "faults",
    [
        ["fchmod:error=EPERM"],
        ["writev:error=ENOSPC"],
        ["fdatasync:error=EIO"],
        ["fsync:error=EIO"],
        ["linkat:error=EPERM", "rename,renameat,renameat2:error=ENOSPC"],
        ["linkat:error=EPERM", "fdatasync:error=EIO:when=2"],
        ["mkdir,mkdirat:error=EACCES"],
    ],
    ids=lambda faults: faults[-1].partition(":")[0] + str(len(faults)),
)
def test_a_step_that_fails_is_told_and_leaves_nothing_behind(faults: list[str], hume: Caller) -> None:
    done = run_with_fault(hume, *faults)

    assert done.returncode == 75
    assert done.stderr.startswith(b"hume: NOT stored: nobody is there, and can't ")
    assert done.stderr.count(b"\n") == 1
    assert not hume.drop.exists() or list(hume.drop.iterdir()) == []


@needs_strace
def test_interrupted_and_partial_writes_are_carried_on(hume: Caller) -> None:
    done = run_with_fault(hume, "writev:error=EINTR:when=1")

    assert (done.returncode, done.stderr) == (0, b"")
    assert len(hume.dropped()) == 1


@needs_strace
@pytest.mark.parametrize("faults", [[], ["linkat:error=EPERM"]], ids=["linked", "renamed"])
def test_a_client_killed_at_any_system_call_leaves_a_whole_event_or_none(faults: list[str], hume: Caller) -> None:
    log = hume.root / "calls"
    run_with_fault(hume, *faults, log=str(log))
    calls = re.findall(r"^(\w+)\(", log.read_text(), re.MULTILINE)
    counted = [(name, calls[: place + 1].count(name)) for place, name in enumerate(calls)]
    assert len(counted) > 20

    left = 0
    for name, when in counted:
        shutil.rmtree(hume.drop, ignore_errors=True)
        killed = run_with_fault(hume, *faults, f"{name}:signal=SIGKILL:when={when}")
        assert killed.returncode != 0 or name in ("execve", "linkat", "exit_group")
        for unfinished in hume.drop.glob(".*.tmp"):  # humed clears these away after an hour
            unfinished.unlink()
        left += len(hume.dropped())  # reads and checks it

    assert left >= 2  # those killed when the name was there already


def test_many_callers_at_once_each_leave_their_event(hume: Caller) -> None:
    running = [subprocess.Popen([hume.program, "info", str(number)], env=hume.environment()) for number in range(50)]

    assert {process.wait(timeout=60) for process in running} == {0}
    assert {event.message for event in hume.dropped()} == {str(number) for number in range(50)}


def test_a_dropped_event_is_owned_by_its_sayer(hume: Caller) -> None:
    hume.run("info", "x")

    assert {path.stat().st_uid for path in hume.drop.iterdir()} == {os.getuid()}

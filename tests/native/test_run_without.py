# SPDX-License-Identifier: MIT
"""`hume run` where the system withholds something: the command runs all the same, and its status is its own."""

import os
import re
import subprocess

import pytest

from tests.fixtures import strace
from tests.native.conftest import Caller
from tests.native.running import began_and_ended

# What the kernel may refuse at any time; in whichever of its calls of that name.
REFUSALS = [
    "pipe2:error=EMFILE",
    "socketpair:error=EMFILE",
    "signalfd4:error=EMFILE",
    "fork:error=EAGAIN:when=1",
    "fork:error=ENOMEM:when=2",
    "fork:error=EAGAIN",
    "socket:error=ENFILE",
    "open:error=EMFILE",
    "openat:error=ENOSPC",
    "fstat:error=EIO",
    "sendmsg:error=ENOBUFS",
    "getpid:error=ENOSYS",
    "rt_sigaction:error=EINVAL",
]


@pytest.fixture
def plain(hume: Caller) -> Caller:
    """The client as installed: what its calls are called depends on the build."""
    strace.require_strace()
    if hume.program.name != "hume":
        pytest.skip("under the sanitizers there are other calls")
    return hume


def refused(hume: Caller, refusal: str, *words: str) -> subprocess.CompletedProcess[bytes]:
    """Run while the kernel refuses that; the command itself is left alone."""
    name = refusal.partition(":")[0]
    options = ["strace", "-qq", "-o", str(hume.root / "log"), "-e", f"trace={name}", "-e", f"inject={refusal}"]
    return subprocess.run(
        [*options, hume.program, "run", *words], env=hume.environment(), capture_output=True, check=False, timeout=60
    )


@pytest.mark.parametrize("refusal", REFUSALS)
def test_whatever_is_refused_the_command_runs_and_its_status_counts(refusal: str, plain: Caller) -> None:
    done = refused(plain, refusal, "-t", "task", "--", "sh", "-c", "echo ran; exit 6")

    assert (done.returncode, done.stdout) == (6, b"ran\n")
    assert done.stderr.count(b"\n") <= 3


def test_without_a_second_process_the_command_takes_humes_place(plain: Caller) -> None:
    done = refused(plain, "fork:error=EAGAIN", "--", "sh", "-c", "exit 6")

    (begun,) = plain.dropped()
    assert (done.returncode, begun.kind) == (6, "start")
    assert done.stderr.decode() == (
        "hume: the command runs in hume's place, and how it ends is not reported: Resource temporarily unavailable\n"
    )


def test_a_lock_lasts_as_long_as_a_command_in_humes_place(plain: Caller) -> None:
    inside = f"{plain.program} run --lock l -- true; exit $?"

    assert refused(plain, "fork:error=EAGAIN", "--lock", "l", "--", "sh", "-c", inside).returncode == 75
    assert plain.run("run", "--lock", "l", "--", "true").returncode == 0


def test_without_proc_it_works_all_the_same(plain: Caller) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root can hide /proc")
    hidden = f"mount -t tmpfs none /proc && exec {plain.program} run -- sh -c 'echo ran; exit 8'"

    done = subprocess.run(
        ["unshare", "-m", "sh", "-c", hidden], env=plain.environment(), capture_output=True, check=False, timeout=60
    )

    begun, _ = began_and_ended(plain)
    assert (done.returncode, done.stdout, done.stderr) == (8, b"ran\n", b"")
    assert begun.origin.chain == []


def test_nothing_is_allocated_by_a_run(plain: Caller) -> None:
    log = plain.root / "calls"
    command = [*strace.log_calls([str(plain.program)], log), "run", "--lock", "l", "--", "/nonexistent"]
    subprocess.run(command, env=plain.environment(), capture_output=True, check=False, timeout=60)

    calls = set(re.findall(r"^(?:\d+ +)?(\w+)\(", log.read_text(errors="replace"), re.MULTILINE))
    assert "wait4" in calls
    assert not {"brk", "mmap", "mremap"} & calls

# SPDX-License-Identifier: MIT
"""Every system call of `hume` is a place to die and a call that may fail: E-SET holds, its caller is not held up.

The places are read off calls that live; then one call of `hume` each is killed there, and one each is told there that
the disk is full, that a signal came, and so on. All of them share one installation, and the sets are compared once.
"""

import collections
import dataclasses
import signal
import subprocess

import pytest

from tests.fixtures import eset, processes, strace

ERRORS = ["EIO", "ENOSPC", "EINTR", "EAGAIN"]
# A signal for every single call of a kind is no state a machine stays in.
LASTING_ERRORS = ["EIO", "ENOSPC", "EAGAIN"]
# What the loader and libc do before main cannot be survived by anybody; hume's own first call looks at its streams.
FIRST_OWN_CALL = "poll("  # or ppoll
VERB = ("info", "--strict", "-t", "eset")
# Short: with humed stopped each call waits that long.
DEADLINE_MS = "60"
# Far more than a deadline and an fsync: only somebody who hangs reaches it.
HANG_SECONDS = 20.0


@dataclasses.dataclass
class Scene:
    """One installation, humed up, down or stopped in it, and what was said and came out so far."""

    installed: processes.Installation
    humed_is: str
    said: eset.Said = dataclasses.field(default_factory=eset.Said)
    ends: collections.Counter[int] = dataclasses.field(default_factory=collections.Counter)
    delivered: int = 0

    def prepare(self) -> None:
        self.installed.start_central()
        self.humed = self.installed.start_humed()
        eset.say_some(self.installed, self.said, 1)
        if self.humed_is == "down":
            self.humed.kill()
            self.humed.wait()
        elif self.humed_is == "stopped":
            self.humed.send_signal(signal.SIGSTOP)

    def finish(self) -> None:
        """Bring humed back, and compare."""
        if self.humed_is == "down":
            self.installed.start_humed()
        self.humed.send_signal(signal.SIGCONT)
        eset.say_some(self.installed, self.said, 1)
        eset.assert_arrived_exactly_once(self.installed, self.said)

    def call(self, *command: str) -> subprocess.CompletedProcess[str]:
        if self.humed_is == "stopped":
            # It can't touch its pid file, and callers must go on to believe in it.
            self.installed.layout.pid_file.touch()
        return subprocess.run(
            command,
            env=self.installed.environ(HUME_DEADLINE=DEADLINE_MS),
            capture_output=True,
            text=True,
            timeout=HANG_SECONDS,
            check=False,
        )

    def places(self, first: str = "") -> list[strace.Place]:
        """Return the places of a call that lives, the shortest of some: on a crowded machine one may take a longer way."""
        return min((self._places(first) for _ in range(3)), key=len)

    def _places(self, first: str) -> list[strace.Place]:
        log = self.installed.root / "trace"
        message = self.said.next_message()
        done = self.call(*strace.log_calls([processes.find_hume(), *VERB, message], log))
        self.said.note(message, done.returncode)
        assert done.returncode == 0, done.stderr
        return strace.places(log, first)

    def say_with(self, injection: strace.Injection, *, strict: bool) -> None:
        """Say one event by a hume to which this is done."""
        log = self.installed.root / "trace"
        message = self.said.next_message()
        verb = [word for word in VERB if strict or word != "--strict"]
        done = self.call(*strace.inject([processes.find_hume(), *verb, message], log, injection))
        # Without --strict the status says nothing of the event.
        self.said.note(message, done.returncode if strict else -1)
        self.delivered += done.returncode == -signal.SIGKILL or strace.has_failed(log)
        self.ends[done.returncode] += 1
        assert done.stdout == "", f"{injection}: {done.stdout}"
        assert strict or done.returncode in (0, -signal.SIGKILL), f"{injection}: {done.returncode} {done.stderr}"


def die_at_every_system_call(scene: Scene) -> None:
    places = scene.places()
    for place in places:
        scene.say_with(strace.Injection(strace.KILL, place), strict=True)

    # Waits and pieces of answers vary by a call or two; all others must have been met.
    assert scene.ends[-signal.SIGKILL] >= len(places) - 6, scene.ends
    assert set(scene.ends) <= {0, -signal.SIGKILL}, scene.ends


def fail_at_every_system_call(scene: Scene, error: str) -> None:
    places = scene.places(FIRST_OWN_CALL)
    before = scene.delivered
    for place in places:
        for strict in (True, False):
            scene.say_with(strace.Injection(strace.error(error), place), strict=strict)

    assert scene.delivered - before >= 2 * (len(places) - 6), (error, scene.ends)


def fail_for_good_at_every_system_call(scene: Scene, error: str) -> None:
    firsts = {place.name: place for place in reversed(scene.places(FIRST_OWN_CALL))}
    for place in firsts.values():
        scene.say_with(strace.Injection(strace.error(error), place, times=-1), strict=True)


@pytest.mark.parametrize("humed_is", ["up", "down", "stopped"])
def test_no_system_call_of_hume_costs_an_event(installed: processes.Installation, humed_is: str) -> None:
    strace.require_strace()
    scene = Scene(installed, humed_is)
    scene.prepare()

    die_at_every_system_call(scene)
    scene.ends.clear()
    for error in ERRORS:
        fail_at_every_system_call(scene, error)
    for error in LASTING_ERRORS:
        fail_for_good_at_every_system_call(scene, error)
    for strict in (True, False):
        scene.say_with(strace.Injection(strace.error("ECONNREFUSED"), strace.Place("connect", 1)), strict=strict)

    # 75 is an honest end: the event is nowhere, or nobody knows.
    assert set(scene.ends) <= {0, 75}, scene.ends
    scene.finish()

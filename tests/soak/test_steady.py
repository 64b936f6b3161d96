# SPDX-License-Identifier: MIT
"""A host that is busy for long: humed is restarted, its connections to central are cut, and in the end it is as small as it was.

`make soak` says 5,000 events/s for 30 minutes; HUME_SOAK_MINUTES makes it shorter or longer. In the second half humed is not
restarted any more: what it holds then must not grow.
"""

import dataclasses
import os
import pathlib
import statistics
import subprocess
import sys
import threading
import time

import pytest

from humeops.testing.faultproxy import PASS, Fault
from tests.fixtures import bulk, chance, eset, processes
from tests.fixtures.connection import configure, proxy_before

RESTARTS = 5
CUTS = [
    Fault(reset=True),
    Fault(cut_after_bytes=1),
    Fault(cut_after_bytes=30_000),
    Fault(drop_reply=True),
    Fault(black_hole=True),
]
# A heap has its ups and downs; what leaks at 5,000 events/s shows in a quarter of an hour if it is one byte in ten events.
GROWTH = 1.1
SLACK_KIB = 4_096
SLACK_DESCRIPTORS = 4


@dataclasses.dataclass
class Size:
    """What a process holds."""

    resident_kib: int
    descriptors: int


def size_of(pid: int) -> Size:
    """Return what it holds now."""
    folder = pathlib.Path("/proc", str(pid))
    resident = next(line for line in (folder / "status").read_text().splitlines() if line.startswith("VmRSS"))
    return Size(int(resident.split()[1]), len(list((folder / "fd").iterdir())))


class Steady:
    """One such host; `live` returns what humed and central held in the third and in the fourth quarter of its time."""

    def __init__(self, installed: processes.Installation, seconds: float, rate: int, seed: int) -> None:
        self._installed = installed
        self._seconds = seconds
        self._rate = rate
        self._began = 0.0
        self._made = 0
        self._stored = 0
        self.sender = bulk.Bulk(installed, self._note, "steady", seed)

    def _note(self, _message: str) -> None:
        self._stored += 1

    def _may_go(self) -> bool:
        passed = time.monotonic() - self._began
        may = passed < self._seconds and self._made < passed * self._rate
        self._made += may
        return may

    def _is_over(self) -> bool:
        return time.monotonic() - self._began > self._seconds and not self.sender.is_waiting

    def live(self) -> dict[str, tuple[list[Size], list[Size]]]:
        """Say events all the time, restart and cut."""
        pids = {"central": self._installed.start_central().pid}
        with proxy_before(self._installed) as proxy:
            configure(self._installed, proxy)
            humed = self._installed.start_humed()
            self._began = time.monotonic()
            saying = threading.Thread(target=self.sender.say_all, args=(sys.maxsize, self._may_go, self._is_over))
            saying.start()
            for number in range(RESTARTS):
                self._await(number + 1, RESTARTS * 2 + 1)
                humed = self._restart(humed)
            pids["humed"] = humed.pid
            sizes = {name: ([size_of(pid)], [size_of(pid)]) for name, pid in pids.items()}
            for number, cut in enumerate(CUTS * 4):
                proxy.fault = cut
                self._await_share(0.5 + (number + 0.1) / len(CUTS) / 8)
                proxy.fault = PASS
                self._await_share(0.5 + (number + 1) / len(CUTS) / 8)
                for name, pid in pids.items():
                    sizes[name][number >= len(CUTS) * 2].append(size_of(pid))
            saying.join()
            self._finish()
        return sizes

    def _await(self, part: int, parts: int) -> None:
        self._await_share(part / parts)

    def _await_share(self, share: float) -> None:
        time.sleep(max(0.0, self._began + share * self._seconds - time.monotonic()))

    def _restart(self, humed: "subprocess.Popen[bytes]") -> "subprocess.Popen[bytes]":
        humed.terminate()
        assert humed.wait(timeout=60) == 0
        return self._installed.start_humed()

    def _finish(self) -> None:
        stored, took = self._stored, time.monotonic() - self._began
        print(f"{stored:,} events in {took:.0f} s, {stored / took:,.0f}/s")
        processes.wait_until(lambda: eset.queue(self._installed)["depth"] == 0, "everything is forwarded", 600)
        found = self._installed.central_rows("SELECT count(*), count(DISTINCT message) FROM event WHERE task = 'eset'")
        assert found == [(stored, stored)]
        assert stored > self._seconds * self._rate / 10


@pytest.mark.parametrize(
    ("seconds", "rate"),
    [
        pytest.param(12, 500, id="short"),
        pytest.param(
            float(os.environ.get("HUME_SOAK_MINUTES", "30")) * 60,
            5_000,
            id="full",
            marks=[pytest.mark.soak, pytest.mark.timeout(7_200)],
        ),
    ],
)
def test_what_humed_and_central_hold_does_not_grow(
    installed: processes.Installation, capsys: pytest.CaptureFixture[str], seconds: float, rate: int
) -> None:
    with capsys.disabled():
        steady = Steady(installed, seconds, rate, chance.seeded(f"{rate}/s for {seconds:g} s").getrandbits(32))
        sizes = steady.live()
        for name, (before, after) in sizes.items():
            print(f"{name}: {middle(before)} in the third quarter, {middle(after)} in the fourth")

    for name, (before, after) in sizes.items():
        first, last = middle(before), middle(after)
        assert last.resident_kib < first.resident_kib * GROWTH + SLACK_KIB, name
        assert last.descriptors <= first.descriptors + SLACK_DESCRIPTORS, name


def middle(sizes: list[Size]) -> Size:
    """Return the median of each."""
    return Size(
        int(statistics.median(size.resident_kib for size in sizes)),
        int(statistics.median(size.descriptors for size in sizes)),
    )

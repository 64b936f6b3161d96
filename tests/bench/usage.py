# SPDX-License-Identifier: MIT
"""What each role costs: its share of one core between two looks, and the memory it has, of a process and all below it."""

import contextlib
import os
import pathlib
import time

_TICKS = os.sysconf("SC_CLK_TCK")


class Usage:
    """Begins at once; `shares` tells what the roles have taken since."""

    def __init__(self, roles: dict[str, list[int]]) -> None:
        self._roles = roles
        self._before = self._seconds()
        self._began = time.perf_counter()

    def shares(self) -> dict[str, tuple[float, float]]:
        """Return of each role the share of one core, and its resident memory in MiB (what processes share counts in each)."""
        took = time.perf_counter() - self._began
        now = self._seconds()
        return {
            role: ((now[role] - self._before[role]) / took, sum(map(_resident, _family(pids))))
            for role, pids in self._roles.items()
        }

    def _seconds(self) -> dict[str, float]:
        return {role: sum(map(_cpu_seconds, _family(pids))) for role, pids in self._roles.items()}


def _family(pids: list[int]) -> list[int]:
    found = list(pids)
    for pid in found:
        with contextlib.suppress(OSError):
            found += map(int, pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split())
    return found


def _cpu_seconds(pid: int) -> float:
    # With that of the children it has waited for; the first fields may hold spaces, within parentheses.
    try:
        fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return sum(map(int, fields[11:15])) / _TICKS


def _resident(pid: int) -> float:
    try:
        pages = int(pathlib.Path(f"/proc/{pid}/statm").read_text().split()[1])
    except OSError:
        return 0.0
    return pages * os.sysconf("SC_PAGESIZE") / 2**20


def core(share: float) -> str:
    """Return a share of one core as people read it."""
    return f"{100 * share:.0f} %"

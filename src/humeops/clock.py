# SPDX-License-Identifier: MIT
"""Where time comes from: the only module that asks the machine what time it is.

Everything that decides takes the time as an argument, or a `Clock`, so that tests can move it.
"""

import time
import typing

NS_PER_SECOND = 1_000_000_000


class Clock(typing.Protocol):
    """Two clocks: one people read, one that never jumps and counts sleep too."""

    def wall_ns(self) -> int:
        """Return ns since 1970; may step."""
        ...

    def boot_ns(self) -> int:
        """Return ns since boot (CLOCK_BOOTTIME); never steps, continues through suspend."""
        ...


class SystemClock:
    """The machine's own clocks; `read_wall` gives ns since 1970."""

    def __init__(self, read_wall: typing.Callable[[], int] = time.time_ns) -> None:
        self._read_wall = read_wall

    def wall_ns(self) -> int:
        """Return ns since 1970, 0 for a clock before: times in events and batches are never negative; may step."""
        return max(0, self._read_wall())

    def boot_ns(self) -> int:
        """Return ns since boot (CLOCK_BOOTTIME)."""
        return time.clock_gettime_ns(time.CLOCK_BOOTTIME)


class FakeClock:
    """A clock that stands until a test moves it."""

    def __init__(self, wall_ns: int = 1_795_406_391 * NS_PER_SECOND, boot_ns: int = 1000 * NS_PER_SECOND) -> None:
        self._wall_ns = wall_ns
        self._boot_ns = boot_ns

    def wall_ns(self) -> int:
        """Return the wall time it was set to."""
        return self._wall_ns

    def boot_ns(self) -> int:
        """Return the boot time it was set to."""
        return self._boot_ns

    def advance(self, seconds: float) -> None:
        """Move both clocks forward, as time does."""
        step = int(seconds * NS_PER_SECOND)
        self._wall_ns += step
        self._boot_ns += step

    def step_wall(self, seconds: float) -> None:
        """Move only the wall clock, as NTP or a person does."""
        self._wall_ns += int(seconds * NS_PER_SECOND)

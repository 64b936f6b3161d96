# SPDX-License-Identifier: MIT
"""A loop that does not get on is not ready, whatever it hangs at."""

from humeops.central import looking
from humeops.clock import FakeClock


def test_a_loop_is_ready_as_long_as_it_gets_on():
    clock = FakeClock()
    progress = looking.Progress(clock, 30)
    begun = progress.trouble()

    clock.advance(31)
    stale = progress.trouble()
    progress.note()

    assert (begun, stale, progress.trouble()) == ("", "no look has ended for 30 s", "")

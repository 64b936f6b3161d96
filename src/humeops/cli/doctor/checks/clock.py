# SPDX-License-Identifier: MIT
"""Is the clock right? Events carry this host's time, and people compare it with others'. Pure."""

import datetime

from humeops import moments, spans
from humeops.cli.doctor.facts import Facts
from humeops.cli.doctor.finding import Finding, broken, ok, warning

YEAR_2020_NS = int(datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC).timestamp()) * spans.SECOND
FAR_OFF_NS = 30 * spans.SECOND  # an HTTP date counts whole seconds, and the answer has a way to go
MEND = "timedatectl set-ntp true"


def clock_is_set(facts: Facts) -> Finding | None:
    """The clock is not where a board without a battery starts."""
    if facts.wall_ns >= YEAR_2020_NS:
        return None
    return broken(f"this host's clock says {moments.date_of(facts.wall_ns)}", MEND)


def clocks_agree(facts: Facts) -> Finding | None:
    """This host and central have the same time."""
    theirs = facts.central.clock_ns
    if theirs is None:
        return None
    difference = facts.wall_ns - theirs
    if abs(difference) <= FAR_OFF_NS:
        return ok("this host's clock agrees with central's")
    way = "ahead of" if difference > 0 else "behind"
    return warning(
        f"this host's clock is {spans.difference(difference)} {way} central's: one of the two is wrong", MEND
    )

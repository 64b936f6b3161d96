# SPDX-License-Identifier: MIT
"""Between humed and central: killed in the middle of a batch, replies lost, batches twice, connections cut, slow, deaf."""

import pytest

from humeops import crash
from humeops.testing.faultproxy import PASS, Fault
from tests.fixtures import eset, processes
from tests.fixtures.connection import configure, proxy_before

CENTRAL_POINTS = [
    name for name in crash.NAMES if name.startswith("central-") and not name.startswith("central-worker-")
]

FAULTS = {
    "replies lost": Fault(drop_reply=True),
    "requests twice": Fault(duplicate=True),
    "refused": Fault(reset=True),
    "deaf": Fault(black_hole=True),
    "cut at the first byte": Fault(cut_after_bytes=1),
    "cut in the head": Fault(cut_after_bytes=100),
    "cut in the body": Fault(cut_after_bytes=600),
    "slow": Fault(bytes_per_second=4_000),
    "late": Fault(delay_seconds=0.3),
}


@pytest.mark.parametrize("point", CENTRAL_POINTS)
def test_central_dies_in_the_middle_of_a_batch_twice(installed: processes.Installation, point: str) -> None:
    said = eset.Said()
    installed.layout.daemon_config.write_text("[central]\nretry_first_seconds = 0.1\nretry_longest_seconds = 0.3\n")
    installed.start_humed()
    eset.say_some(installed, said, 5)

    for _ in range(2):
        doomed = installed.start_central(HUME_CRASH_AT=point)
        eset.say_until_dead(installed, said, doomed)
        assert doomed.wait(timeout=20) == -9, f"{point} was never passed"
    installed.start_central()

    eset.assert_arrived_exactly_once(installed, said)


@pytest.mark.parametrize("fault", FAULTS)
def test_a_bad_connection_loses_nothing_and_doubles_nothing(installed: processes.Installation, fault: str) -> None:
    said = eset.Said()
    installed.start_central()
    with proxy_before(installed) as proxy:
        configure(installed, proxy)
        proxy.fault = FAULTS[fault]
        installed.start_humed()

        eset.say_some(installed, said, 10)
        processes.wait_until(lambda: proxy.connections, "humed tries")
        eset.say_some(installed, said, 5)
        proxy.fault = PASS

        eset.assert_arrived_exactly_once(installed, said)


def test_lost_replies_make_central_see_a_batch_twice(installed: processes.Installation) -> None:
    said = eset.Said()
    installed.start_central()
    with proxy_before(installed) as proxy:
        configure(installed, proxy)
        proxy.fault = Fault(drop_reply=True)
        installed.start_humed()

        eset.say_some(installed, said, 3)
        processes.wait_until(lambda: proxy.replies_dropped >= 2, "two replies are lost")
        assert said.stored <= set(eset.messages_at_central(installed)), (
            "the batch came through, only its reply was lost"
        )
        proxy.fault = PASS

        eset.assert_arrived_exactly_once(installed, said)

# SPDX-License-Identifier: MIT
"""The promise at central, on a real process: whatever moment it dies at, a batch is there once, as a whole, or not at all."""

import signal

import pytest
import urllib3

from humeops import crash
from tests.fixtures.asking import agent_of, owner_of
from tests.fixtures.events import a_run, say

# Those of a worker are tried in tests/chaos, on a large installation.
POINTS = [name for name in crash.NAMES if name.startswith("central-") and not name.startswith("central-worker-")]


def ids_at(installed):
    return [bytes(row[0]).hex() for row in installed.central_rows("SELECT id FROM event")]


def ids_of(events):
    return {event.id.replace("-", "") for event in events}


@pytest.mark.parametrize("point", POINTS)
def test_killed_twice_in_a_row_it_still_has_every_event_exactly_once(installed, point):
    said = a_run(say("log", 5, level="warning", message="x"), say("data", 6, data={"n": 1}))
    installed.start_central()
    with agent_of(installed) as agent:
        assert agent.send(*said[:2]).status == 200
        for _ in range(2):
            installed.end_all()
            dying = installed.start_central(HUME_CRASH_AT=point)
            with pytest.raises(urllib3.exceptions.HTTPError):
                agent.send(*said[2:], first=3)
            assert dying.wait(timeout=20) == -signal.SIGKILL
            assert len(ids_at(installed)) in (2, len(said))

        installed.start_central()
        receipt = agent.send(*said[2:], first=3)

    assert receipt.status == 200
    assert receipt.body["committed_upto"] == len(said)
    assert receipt.body["stored"] + receipt.body["known"] == len(said) - 2
    found = ids_at(installed)
    assert len(found) == len(said)
    assert set(found) == ids_of(said)
    with owner_of(installed) as owner:
        (run,) = owner.get("/api/v1/runs").body["items"]
    assert (run["events"], run["levels"], run["state"]) == (len(said), {"warning": 1}, "warning")
    assert installed.central_rows("SELECT committed_upto, silently_lost FROM agent_epoch") == [(len(said), 0)]
    assert len(installed.central_rows("SELECT 1 FROM transition")) == 2


@pytest.mark.parametrize(("point", "there"), [("central-before-commit", 0), ("central-after-commit", 2)])
def test_what_a_crash_leaves_is_the_whole_batch_or_nothing(installed, point, there):
    dying = installed.start_central(HUME_CRASH_AT=point)
    with agent_of(installed) as agent, pytest.raises(urllib3.exceptions.HTTPError):
        agent.send(*a_run())
    dying.wait(timeout=20)

    for table, rows in (("event", there), ("run", there // 2), ("task", there // 2), ("agent_epoch", there // 2)):
        assert len(installed.central_rows(f"SELECT 1 FROM {table}")) == rows


def test_the_same_batch_from_many_at_once_is_one_batch(installed):
    from concurrent.futures import ThreadPoolExecutor

    installed.start_central()
    said = a_run(*(say("log", number) for number in range(50)))
    with agent_of(installed) as agent, ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: agent.send(*said), range(24)))

    assert {answer.status for answer in answers} == {200}
    assert sum(answer.body["stored"] for answer in answers) == len(said)
    assert {answer.body["committed_upto"] for answer in answers} == {len(said)}
    assert len(ids_at(installed)) == len(said)

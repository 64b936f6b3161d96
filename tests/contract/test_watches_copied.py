# SPDX-License-Identifier: MIT
"""What the watcher finds is in Redis' copy of the tasks as soon as in the database, also after a watcher that died between the two."""

import pytest
import redis

from humeops.central import watcher
from humeops.central.current import rebuilding
from humeops.central.current.asking import RedisPicture
from humeops.central.current.judged import Judged
from humeops.central.current.picture import SqlPicture
from humeops.central.store import deadlines
from humeops.central.store.questions import tasks
from humeops.clock import FakeClock
from humeops.errors import UnavailableError
from tests.contract.test_watches import MINUTE, declare, heard
from tests.fixtures.events import NOON

LATE = NOON + 70 * MINUTE


@pytest.fixture
def late(database, agent, redis_client):
    """A copy that is whole, and a task that is late and not yet found so."""
    declare(database)
    heard(database, at=LATE)
    rebuilding.rebuild(redis_client, database)
    return database


def copied(database, redis_client):
    return [one.state for one in RedisPicture(redis_client, SqlPicture(database)).find(tasks.Filter(), 10, None).rows]


def look(database, client):
    looking = watcher.Watcher(database, FakeClock(wall_ns=LATE), copies=Judged(client, database))
    while looking.step():
        pass


def test_a_task_that_is_late_is_late_in_the_copy(late, redis_client):
    look(late, redis_client)

    assert copied(late, redis_client) == ["late"]


def test_what_a_dead_watcher_left_is_copied_by_the_next(late, redis_client):
    died = Judged(redis_client, late)
    with late.writing() as connection:
        died.note(connection, deadlines.judge_due(connection, LATE))
    assert copied(late, redis_client) == ["new"]

    look(late, redis_client)

    assert copied(late, redis_client) == ["late"]


def test_with_redis_away_nothing_is_judged_and_the_deadline_stays(late, redis_client):
    away = redis.Redis(unix_socket_path="/nonexistent/redis.sock")

    with pytest.raises(UnavailableError, match="Redis"):
        look(late, away)
    look(late, redis_client)

    assert copied(late, redis_client) == ["late"]

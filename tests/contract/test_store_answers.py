# SPDX-License-Identifier: MIT
"""What the store promises of questions, whatever engine it is."""

import pytest
import sqlalchemy as sa

from humeops.central import intake
from humeops.central.store import agents, rows, tables
from humeops.central.store.questions import agents as reporting
from humeops.central.store.questions import data, events, runs, tasks
from humeops.filters import parsing
from humeops.security import credentials
from tests.contract.conftest import make_agent
from tests.fixtures.events import NOON, SECOND, a_run, body_of, epoch_id, say


@pytest.fixture
def filled(database):
    for host in ("db1", "db2", "web[1]"):
        said = []
        for number, task in enumerate(("backup", "restore", "rotate%log")):
            outcome = "failed" if task == "restore" else "ok"
            tags = ["nightly", task[:2]]
            said += a_run(
                say("log", number + 1, task=task, message=f"100% of {task} on {host}", tags=tags),
                say("log", number + 2, task=task, level="error", message="Größe überschritten"),
                say("data", number + 3, task=task, data={"bytes": number, "sites": 3}),
                begins=number,
                outcome=outcome,
            )
            for event in said[-5:]:
                event.task = task
        intake.take(database, make_agent(database, host), body_of(*said, epoch=host), NOON)
    return database


def found(database, module, wanted, *more):
    with database.reading() as connection:
        return module.find(connection, wanted, *more, 1_000, None).rows


@pytest.mark.parametrize(
    ("wanted", "names"),
    [
        (tasks.Filter(host="db*"), 6),
        (tasks.Filter(host="db?", task="re*"), 2),
        (tasks.Filter(host="web[1]"), 3),
        (tasks.Filter(host="web[*"), 3),
        (tasks.Filter(task="rotate%log"), 3),
        (tasks.Filter(task="rotate_log"), 0),
        (tasks.Filter(task="Backup"), 0),
        (tasks.Filter(tags=["ba"]), 3),
        (tasks.Filter(tags=["b*", "re"]), 6),
        (tasks.Filter(states=["failed"]), 3),
        (tasks.Filter(states=["failed", "warning"], host="db1"), 3),
        (tasks.Filter(host="' OR 1=1 --"), 0),
    ],
)
def test_tasks_are_found_by_host_name_tag_and_state(filled, wanted, names):
    assert len(found(filled, tasks, wanted)) == names


@pytest.mark.parametrize(
    ("wanted", "number"),
    [
        (runs.Filter(), 9),
        (runs.Filter(host="db1", task="backup"), 1),
        (runs.Filter(tags=["nightly"]), 9),
        (runs.Filter(tags=["ro*"], host="db*"), 2),
        (runs.Filter(states=["failed"]), 3),
        (runs.Filter(since=NOON + SECOND), 6),
        (runs.Filter(since=NOON + SECOND, until=NOON + 2 * SECOND), 3),
    ],
)
def test_runs_are_found_by_host_task_tag_state_and_time(filled, wanted, number):
    assert len(found(filled, runs, wanted)) == number


@pytest.mark.parametrize(
    ("wanted", "number"),
    [
        (events.Filter(), 45),
        (events.Filter(host="db1"), 15),
        (events.Filter(task="backup", kinds=["log"]), 6),
        (events.Filter(level="warning"), 9),
        (events.Filter(level="info", kinds=["data", "stop"]), 18),
        (events.Filter(text="100%"), 9),
        (events.Filter(text="100_"), 0),
        (events.Filter(text="OF BACKUP"), 3),
        (events.Filter(text="GRÖSSE ÜBER"), 9),
        (events.Filter(tags=["night*"]), 45),
        (events.Filter(tags=["ba", "re"]), 30),
        (events.Filter(since=NOON + 4 * SECOND), 18),
        (events.Filter(until=NOON), 0),
        (events.Filter(until=NOON + 1), 3),
        (events.Filter(since=2**63 - 1), 0),
        (events.Filter(until=2**63 - 1), 45),
    ],
)
def test_events_are_found_by_all_that_was_said(filled, wanted, number):
    assert len(found(filled, events, wanted, False)) == number


def test_data_are_found_by_host_task_and_key(filled):
    assert len(found(filled, data, data.Filter())) == 18
    assert len(found(filled, data, data.Filter("db*", "backup", "by*"))) == 2


@pytest.mark.parametrize("limit", [1, 2, 7, 1_000])
def test_pages_together_are_the_whole_list_in_order(filled, limit):
    def whole(ask):
        items, after = [], None
        while True:
            with filled.reading() as connection:
                page = ask(connection, limit, after)
            assert len(page.rows) <= limit
            items += page.rows
            after = page.next
            if after is None:
                return items

    newest = [row.id for row in whole(lambda c, n, after: events.find(c, events.Filter(), False, n, after))]
    oldest = [row.id for row in whole(lambda c, n, after: events.find(c, events.Filter(), True, n, after))]
    names = [(task.host, task.task) for task in whole(lambda c, n, after: tasks.find(c, tasks.Filter(), n, after))]
    begun = [run.summary.begin.time for run in whole(lambda c, n, after: runs.find(c, runs.Filter(), n, after))]
    keys = [(one.host, one.task, one.key) for one in whole(lambda c, n, after: data.find(c, data.Filter(), n, after))]

    assert newest == sorted(set(newest), reverse=True)
    assert oldest == newest[::-1]
    assert len(newest) == 45
    assert names == sorted(set(names))
    assert len(names) == 9
    assert begun == sorted(begun, reverse=True)
    assert len(begun) == 9
    assert keys == sorted(set(keys))


def test_a_run_is_found_by_id_short_id_task_or_host_and_task(filled):
    with filled.reading() as connection:
        run = runs.find(connection, runs.Filter(host="db2", task="backup"), 1, None).rows[0]
        newest = runs.find(connection, runs.Filter(task="backup"), 1, None).rows[0]

        assert runs.resolve(connection, run.summary.run) == run
        assert runs.resolve(connection, run.summary.run[-8:]) == run
        assert runs.resolve(connection, "db2:backup") == run
        assert runs.resolve(connection, "backup") == newest
        for unknown in ("", "nothing", "db9:backup", "00000000", "00000000-0000-7000-8000-000000000000", ":"):
            assert runs.resolve(connection, unknown) is None


def test_a_timeline_is_in_the_order_things_were_said(filled):
    with filled.reading() as connection:
        run = runs.resolve(connection, "db1:backup")
        assert run is not None
        said, more = events.timeline(connection, run.summary, 1_000)
        some, there_is_more = events.timeline(connection, run.summary, 2)

    assert [row.kind for row in said] == ["start", "log", "log", "data", "stop"]
    assert (more, there_is_more, len(some)) == (False, True, 2)


def test_a_reader_cannot_write(database):
    with database.reading() as connection, pytest.raises(sa.exc.DBAPIError, match=r"(?i)read-?only"):
        connection.execute(sa.insert(tables.agent).values(host="x", created_at=0))


def test_a_reader_sees_one_moment_while_batches_come_in(filled):
    with filled.reading() as connection:
        before = connection.execute(sa.select(sa.func.count()).select_from(tables.event)).scalar_one()
        intake.take(filled, make_agent(filled, "db9"), body_of(say("log", 1)), NOON)

        assert connection.execute(sa.select(sa.func.count()).select_from(tables.event)).scalar_one() == before
    assert len(found(filled, events, events.Filter(), False)) == before + 1


def test_a_token_is_nobodys_when_unknown_expired_or_revoked(database):
    token = credentials.make_token("person")
    with database.writing() as connection:
        agents.register(connection, token, "person", "owner", None, NOON)

    def actor(text=token, now=NOON):
        with database.reading() as connection:
            return agents.find_actor(connection, text, now)

    assert actor() is not None
    assert actor().role == "admin"
    for other in ("", "x", credentials.make_token("person"), token + "x", token.upper()):
        assert actor(other) is None
    with database.writing() as connection:
        connection.execute(sa.update(tables.credential).values(expires_at=NOON + 5))
    assert actor(now=NOON + 4) is not None
    assert actor(now=NOON + 5) is None
    with database.writing() as connection:
        connection.execute(sa.update(tables.credential).values(expires_at=None))
        assert agents.revoke(connection, "person", "owner", NOON) == 1
    assert actor() is None


def test_the_database_holds_no_token(database):
    token = credentials.make_token("agent")
    with database.writing() as connection:
        agent = agents.find_or_make_agent(connection, "db1", NOON)
        agents.register(connection, token, "agent", "db1", agent, NOON)
    with database.reading() as connection:
        stored = repr(connection.execute(sa.select(tables.credential)).all())

    assert token not in stored
    assert token.removeprefix("hume_a_") not in stored


def test_a_machine_that_is_renamed_keeps_its_agent_and_its_watermark(database):
    token = credentials.make_token("agent")
    with database.writing() as connection:
        agent = agents.find_or_make_agent(connection, "old-name", NOON)
        agents.register(connection, token, "agent", "old-name", agent, NOON)
        agents.follow_host(connection, token, "new-name", NOON)
        actor = agents.find_actor(connection, token, NOON)

    assert actor is not None
    assert (actor.agent, actor.host, actor.name) == (agent, "new-name", "new-name")


def test_ids_come_back_from_the_bytes_they_are_stored_as():
    event = say("log")

    assert rows.id_of(rows.key_of(event.id)) == event.id


def _loss(number, **data):
    return say("loss", number, task="humed", level="error", data={"cause": "spool over its size", **data})


def test_an_agent_tells_what_it_lost_in_each_life_of_its_spool(database):
    db1, web = make_agent(database, "db1"), make_agent(database, "web")
    intake.take(database, web, body_of(say("log", 1)), NOON + 5)
    intake.take(database, db1, body_of(say("log", 1), epoch="first"), NOON)
    declared = body_of(_loss(9, epoch=epoch_id("first"), first=2, last=8, count=7), say("log", 2), epoch="second")
    intake.take(database, db1, declared, NOON + SECOND)
    intake.take(database, db1, body_of(say("log", 3), epoch="second", first=6, oldest=6), NOON + 2 * SECOND)

    one, two = found(database, reporting, reporting.Filter())

    assert (one.host, one.last_seen_at, one.loss_cause) == ("db1", NOON + 2 * SECOND, "spool over its size")
    assert one.loss_at == NOON + 9 * SECOND
    assert [tuple(epoch) for epoch in one.epochs] == [
        (epoch_id("first"), 8, 7, 0),
        (epoch_id("second"), 6, 0, 3),
    ]
    assert (two.host, two.last_seen_at, two.loss_at, two.loss_cause) == ("web", NOON + 5, None, "")


def test_agents_are_found_by_host_and_by_having_lost_something(database):
    for host in ("db1", "db2", "web"):
        first = 3 if host == "db2" else 1
        intake.take(database, make_agent(database, host), body_of(say("log", 1), first=first, oldest=first), NOON)

    def hosts(**wanted):
        return [agent.host for agent in found(database, reporting, reporting.Filter(**wanted))]

    assert hosts() == ["db1", "db2", "web"]
    assert hosts(host="db*") == ["db1", "db2"]
    assert hosts(lossy=True) == ["db2"]
    assert hosts(host="web", lossy=True) == []
    assert hosts(also=parsing.parse("-host:db1", "hosts")) == ["db2", "web"]


def test_pages_of_agents_follow_each_other(database):
    for number in range(5):
        make_agent(database, f"host{number}")
    with database.reading() as connection:
        first = reporting.find(connection, reporting.Filter(), 3, None)
        second = reporting.find(connection, reporting.Filter(), 3, first.next)

    assert [agent.host for agent in (*first.rows, *second.rows)] == [f"host{number}" for number in range(5)]
    assert second.next is None
